import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** The path of a command that can be run, or `undefined` where there is none. */
export function commandOnPath(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** A port of 127.0.0.1 that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Runs a command until its own standard input ends: that of a process that was killed has ended too. */
const GUARD = `
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{
  cat <&3 >/dev/null
  kill "$server"
  tries=0
  while kill -0 "$server" && [ "$tries" -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
  kill -9 "$server"
} 2>/dev/null &
exec 3<&-
wait "$server"
`;

/** A server in a process of its own, which ends with this one whatever happens to this one. */
export class ServerProcess {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #log = '';

  constructor(command: string, args: readonly string[]) {
    this.#name = command;
    this.#child = spawn('sh', ['-c', GUARD, command, command, ...args], { stdio: 'pipe' });
    this.#ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin?.on('error', () => {});
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log = (this.#log + chunk).slice(-4000);
      });
    }
  }

  /** Waits until the question is answered without an error. Throws what the server has said where it has ended. */
  async until(ready: () => Promise<unknown>): Promise<void> {
    for (;;) {
      if (this.#hasEnded()) throw new Error(`${this.#name} has ended:\n${this.#log}`);
      const answered = await ready().then(
        () => true,
        () => false,
      );
      if (answered) return;
      await pause(100);
    }
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    if (!this.#hasEnded()) await this.#ended;
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
