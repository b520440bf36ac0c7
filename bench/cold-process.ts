import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
}

/** What a cold start took. */
export interface Cold {
  readonly importMs: number;
  readonly eventMs: number;
  /** User and system, of import and event together. */
  readonly cpuMs: number;
  readonly afterImport: Memory;
  readonly afterEvent: Memory;
  /** The files that were loaded, where they were asked for. */
  readonly loadedByImport: readonly string[];
  readonly loaded: readonly string[];
}

export interface ColdRun {
  readonly file: string;
  readonly event: unknown;
  readonly env: Readonly<Record<string, string>>;
  readonly list?: boolean;
}

// Lambda starts Node with these.
const NODE_FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module'];

/** Starts a process that imports a handler and gives it an event. */
export function coldStart({ file, event, env, list = false }: ColdRun): Promise<Cold> {
  const child = spawn(
    process.execPath,
    [
      ...NODE_FLAGS,
      join(import.meta.dirname, 'cold-child.mjs'),
      file,
      JSON.stringify(event),
      list ? 'list' : '',
    ],
    { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
  );
  const texts = ['', ''];
  for (const [at, stream] of [child.stdio[2], child.stdio[3]].entries()) {
    stream?.on('data', (bytes: Buffer) => {
      texts[at] += bytes.toString();
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const [errors, took] = texts;
      if (code === 0 && took) resolve(JSON.parse(took));
      else reject(new Error(`a cold start of ${file} ended with exit status ${code}:\n${errors}`));
    });
  });
}
