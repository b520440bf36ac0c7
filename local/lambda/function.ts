import { basename, dirname, extname } from 'node:path';
import { Environment, type InvokeResult } from './environment.ts';

export type { ErrorPayload, InvokeResult } from './environment.ts';

export interface FunctionOptions {
  /** Path of the bundled `.mjs` file. */
  readonly bundle: string;
  /** Name of the exported handler. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** How many execution environments may run at once; further invocations wait. Default 1. */
  readonly concurrency?: number;
  readonly memorySizeInMB?: number;
}

export interface LocalFunction {
  readonly arn: string;
  readonly name: string;
  readonly timeoutSeconds: number;
  /** Invokes synchronously; a function that fails is an answer, not a rejection. */
  invoke(event: unknown): Promise<InvokeResult>;
  /** What the function wrote to stdout and stderr so far, by line. */
  logs(): readonly string[];
  /** Kills every process, as running out of memory does: what it handles fails, and the next invocation starts cold. */
  crash(): void;
  /** Kills every process and frees every port. */
  stop(): Promise<void>;
}

const maximumRequestBytes = 6 * 1024 * 1024;
const maximumLines = 10_000;

/** A function whose handler runs in processes of its own, against the Lambda Runtime API. */
export async function startFunction(options: FunctionOptions): Promise<LocalFunction> {
  const arn = `arn:aws:lambda:${options.region}:${options.account}:function:${options.name}`;
  const lines: string[] = [];
  const onLine = (line: string): void => {
    lines.push(line);
    if (lines.length > maximumLines) lines.shift();
  };
  const { bundle, handler, timeoutSeconds } = options;
  const environments = new Environments(options.concurrency ?? 1, () =>
    Environment.start({
      bundle,
      handler,
      timeoutSeconds,
      functionArn: arn,
      variables: variablesOf(options),
      onLine,
    }),
  );
  return {
    arn,
    name: options.name,
    timeoutSeconds,
    logs: () => [...lines],
    crash: () => environments.crash(),
    stop: () => environments.stop(),
    invoke: async (event) => {
      const payload = JSON.stringify(event) ?? 'null';
      if (Buffer.byteLength(payload) > maximumRequestBytes) {
        throw new Error(`RequestTooLargeException: the event is larger than ${maximumRequestBytes} bytes`);
      }
      return environments.use((environment) => environment.invoke(payload));
    },
  };
}

/** The idle environments of a function, started when needed up to its concurrency. */
class Environments {
  readonly #start: () => Promise<Environment>;
  readonly #idle: Environment[] = [];
  readonly #all: Environment[] = [];
  readonly #queue: (() => void)[] = [];
  #free: number;
  #stopped = false;

  constructor(limit: number, start: () => Promise<Environment>) {
    this.#free = limit;
    this.#start = start;
  }

  async use<T>(work: (environment: Environment) => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#free -= 1;
    try {
      const environment = await this.#take();
      try {
        return await work(environment);
      } finally {
        this.#idle.push(environment);
      }
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  async #take(): Promise<Environment> {
    if (this.#stopped) throw new Error('The function is stopped.');
    const idle = this.#idle.pop();
    if (idle) return idle;
    const started = await this.#start();
    this.#all.push(started);
    if (this.#stopped) {
      await started.stop();
      throw new Error('The function is stopped.');
    }
    return started;
  }

  crash(): void {
    for (const environment of this.#all) environment.crash();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#all.map((environment) => environment.stop()));
  }
}

/** The whole environment of the process: nothing of the parent's, so no real credentials can reach a handler. */
function variablesOf(options: FunctionOptions): Record<string, string> {
  const { account, region, name, bundle, handler } = options;
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_ACCESS_KEY_ID: `LOCAL${account}`,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...options.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memorySizeInMB ?? 512),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: dirname(bundle),
    _HANDLER: `${basename(bundle, extname(bundle))}.${handler}`,
  };
}
