import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sqsEvent } from '../path/bench.ts';
import type { Endpoint } from './endpoint.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Ran {
  readonly status: number;
  readonly told: string;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** The product's command line in processes of its own, which know of the endpoint by their environment alone. */
export class CommandLine {
  readonly #endpoint: Endpoint;
  readonly #folder: string;
  readonly #policy: string;

  private constructor(endpoint: Endpoint, folder: string) {
    this.#endpoint = endpoint;
    this.#folder = folder;
    this.#policy = join(folder, 'policy.yaml');
  }

  static async under(policy: string, endpoint: Endpoint): Promise<CommandLine> {
    const one = new CommandLine(endpoint, await mkdtemp(join(tmpdir(), 'endpoints-')));
    await writeFile(one.#policy, policy);
    return one;
  }

  async handle(bodies: readonly string[], topicArn: string): Promise<Ran> {
    const event = join(this.#folder, 'event.json');
    await writeFile(event, JSON.stringify(sqsEvent(...bodies)));
    return this.#run('handle', event, '--topic-arn', topicArn);
  }

  audit(target: string, ...more: readonly string[]): Promise<Ran> {
    return this.#run('audit', target, ...more);
  }

  close(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  async #run(command: string, argument: string, ...more: readonly string[]): Promise<Ran> {
    const output = join(this.#folder, `${command}.ndjson`);
    const { PATH, NODE_EXTRA_CA_CERTS } = process.env;
    const certificates = NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS };
    const env = { PATH, HOME: this.#folder, NO_COLOR: '1', ...certificates, ...this.#endpoint.env };
    const args = [MAIN, command, argument, '--policy', this.#policy, '--output', output, ...more];
    const { status, told } = await ran(args, env);
    const lines = (await readFile(output, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    return { status, told, records: lines.map((line): Record<string, unknown> => JSON.parse(line)) };
  }
}

const ran = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  new Promise<{ readonly status: number; readonly told: string }>((resolve) => {
    const child = execFile(process.execPath, [...args], { env, maxBuffer: 2 ** 26 }, (_error, _out, told) =>
      resolve({ status: child.exitCode ?? -1, told }),
    );
  });
