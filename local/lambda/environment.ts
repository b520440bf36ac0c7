import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { nodeForLambda } from './node-binary.ts';
import { maximumResponseBytes, type Report, type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

/** What the caller of a function gets: its payload, with the kind of error when it failed. */
export type InvokeResult =
  | { readonly payload: unknown; readonly functionError?: undefined }
  | { readonly payload: ErrorPayload; readonly functionError: 'Unhandled' };

export interface ErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export interface EnvironmentOptions {
  readonly bundle: string;
  readonly handler: string;
  readonly functionArn: string;
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

type End =
  | Report
  | { readonly kind: 'timeout'; readonly seconds: number }
  | { readonly kind: 'exit'; readonly how: string };

const bootstrap = fileURLToPath(new URL('bootstrap.ts', import.meta.url));
// Lambda starts Node with these, so a bundle that needs what they switch off must fail here as well.
const nodeFlags = ['--no-experimental-require-module', '--no-experimental-detect-module'];
const initSeconds = 10;

const children = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** One execution environment: a process that handles one invocation at a time and is replaced when it dies. */
export class Environment {
  readonly #options: EnvironmentOptions;
  readonly #api: RuntimeApi;
  #process: ChildProcess | undefined;
  #gone: Promise<string> = Promise.resolve('');
  #stopped = false;

  static async start(options: EnvironmentOptions): Promise<Environment> {
    return new Environment(options, await startRuntimeApi());
  }

  private constructor(options: EnvironmentOptions, api: RuntimeApi) {
    this.#options = options;
    this.#api = api;
  }

  async invoke(payload: string): Promise<InvokeResult> {
    const requestId = randomUUID();
    const reused = this.#process !== undefined;
    this.#ensureProcess();
    const { end, taken } = await this.#run(requestId, payload);
    if (end.kind === 'timeout' || end.kind === 'exit' || end.kind === 'init error') await this.#kill();
    // A process that died between two invocations has not seen this one, so a fresh one may have it.
    if (end.kind === 'exit' && reused && !taken && !this.#stopped) return this.invoke(payload);
    return resultOf(end, requestId);
  }

  async #run(requestId: string, payload: string): Promise<{ end: End; taken: boolean }> {
    const timeout = Promise.withResolvers<End>();
    const limit = (seconds: number): NodeJS.Timeout =>
      setTimeout(timeout.resolve, seconds * 1000, { kind: 'timeout', seconds });
    // Until the runtime takes the invocation, only its start is timed, as on Lambda.
    let timer = limit(initSeconds);
    let taken = false;
    const deadline = (): number => {
      taken = true;
      clearTimeout(timer);
      timer = limit(this.#options.timeoutSeconds);
      return Date.now() + this.#options.timeoutSeconds * 1000;
    };
    const report = this.#api.offer({ requestId, payload, functionArn: this.#options.functionArn, deadline });
    const exit = this.#gone.then((how): End => ({ kind: 'exit', how }));
    const end = await Promise.race([report, timeout.promise, exit]);
    clearTimeout(timer);
    return { end, taken };
  }

  #ensureProcess(): void {
    if (this.#process) return;
    const { bundle, handler, variables } = this.#options;
    const child = spawn(nodeForLambda(), [...nodeFlags, bootstrap, bundle, handler], {
      env: { ...variables, AWS_LAMBDA_RUNTIME_API: this.#api.address },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const input of [child.stdout, child.stderr]) {
      eachLine(input, this.#options.onLine);
    }
    children.add(child);
    this.#process = child;
    this.#gone = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      // 'close' comes after the last line of output, so that no line of a crash is lost.
      child.once('close', (code, signal) =>
        resolve(code === null ? `signal: ${signal}` : `exit status ${code}`),
      );
    }).then((how) => {
      children.delete(child);
      this.#process = undefined;
      this.#api.reset();
      return how;
    });
  }

  crash(): void {
    this.#process?.kill('SIGKILL');
  }

  async #kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#gone;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#kill();
    await this.#api.stop();
  }
}

function resultOf(end: End, requestId: string): InvokeResult {
  const failed = (errorType: string, message: string): InvokeResult => ({
    functionError: 'Unhandled',
    payload: { errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` },
  });
  switch (end.kind) {
    case 'timeout':
      return failed('Sandbox.Timedout', `Task timed out after ${end.seconds.toFixed(2)} seconds`);
    case 'exit':
      return failed('Runtime.ExitError', exitMessage(end.how));
    case 'too large':
      return {
        functionError: 'Unhandled',
        payload: {
          errorType: 'Function.ResponseSizeTooLarge',
          errorMessage: `Response payload size (${end.body} bytes) exceeded maximum allowed payload size (${maximumResponseBytes} bytes).`,
        },
      };
    case 'response':
      return parsed(end.body) ?? failed('Runtime.InvalidResponse', 'The response is not JSON');
    default:
      return { functionError: 'Unhandled', payload: JSON.parse(end.body) as ErrorPayload };
  }
}

function exitMessage(how: string): string {
  return how === 'exit status 0'
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: ${how}`;
}

function parsed(body: string): InvokeResult | undefined {
  try {
    const payload: unknown = JSON.parse(body);
    return { payload };
  } catch {
    return undefined;
  }
}

/** Splits at line feeds alone: a logged object key may hold any of Unicode's other line separators. */
function eachLine(input: Readable, onLine: (line: string) => void): void {
  let rest = '';
  input.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  input.once('end', () => {
    if (rest !== '') onLine(rest);
  });
}
