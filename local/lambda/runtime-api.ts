import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the Runtime API hands to the runtime for one invocation. */
export interface Invocation {
  readonly requestId: string;
  readonly payload: string;
  readonly functionArn: string;
  /** Called when the runtime takes the invocation, with the time from which its timeout counts. */
  readonly deadline: () => number;
}

/** How an invocation, or the start of a runtime, was reported back. */
export type Report =
  | { readonly kind: 'response'; readonly body: string }
  | { readonly kind: 'error' | 'init error' | 'too large'; readonly body: string };

export interface RuntimeApi {
  /** Host and port, as AWS_LAMBDA_RUNTIME_API wants them. */
  readonly address: string;
  /** Offers an invocation to the runtime; resolves when the runtime reports on it or on its start. */
  offer(invocation: Invocation): Promise<Report>;
  /** Forgets the invocation on offer and whoever polled for one, after the runtime process has gone. */
  reset(): void;
  stop(): Promise<void>;
}

/** Lambda's limit for the answer of a synchronous invocation. */
export const maximumResponseBytes = 6 * 1024 * 1024;
const version = '/2018-06-01/runtime';

interface Pending {
  readonly invocation: Invocation;
  readonly settle: (report: Report) => void;
}

/** A Runtime API for one execution environment, on a free port of the loopback interface. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const desk = new Desk();
  const server = createServer((request, response) => {
    desk.serve(request, response).catch(() => response.destroy());
  });
  // A runtime waits for its next invocation for as long as there is none.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    offer: (invocation) => desk.offer(invocation),
    reset: () => desk.reset(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Brings the runtime's polls and the invocations together, one at a time, as an execution environment does. */
class Desk {
  #pending: Pending | undefined;
  #poll: ServerResponse | undefined;
  #taken = false;

  offer(invocation: Invocation): Promise<Report> {
    const { promise, resolve } = Promise.withResolvers<Report>();
    this.#pending = { invocation, settle: resolve };
    this.#taken = false;
    this.#handOver();
    return promise;
  }

  reset(): void {
    this.#pending = undefined;
    this.#poll?.destroy();
    this.#poll = undefined;
  }

  #handOver(): void {
    if (!this.#pending || !this.#poll || this.#taken) return;
    const { invocation } = this.#pending;
    const poll = this.#poll;
    this.#poll = undefined;
    this.#taken = true;
    poll.writeHead(200, {
      'content-type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
      'Lambda-Runtime-Deadline-Ms': String(invocation.deadline()),
      'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
      'Lambda-Runtime-Trace-Id': `Root=1-${invocation.requestId.slice(0, 8)}-000000000000000000000000;Sampled=0`,
    });
    poll.end(invocation.payload);
  }

  #settle(report: Report): void {
    this.#pending?.settle(report);
    this.#pending = undefined;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === `${version}/invocation/next`) {
      this.#poll = response;
      this.#handOver();
      return;
    }
    const body = await readBody(request);
    if (request.method !== 'POST') refuse(response, 404, 'UnknownOperation');
    else if (path === `${version}/init/error`)
      this.#accept(response, { kind: 'init error', body: body.toString() });
    else this.#report(path, body, response);
  }

  #report(path: string, body: Buffer, response: ServerResponse): void {
    const [, requestId, kind] =
      /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (requestId === undefined) {
      refuse(response, 404, 'UnknownOperation');
    } else if (!this.#taken || requestId !== this.#pending?.invocation.requestId) {
      refuse(response, 400, 'InvalidRequestID');
    } else if (kind === 'response' && body.length > maximumResponseBytes) {
      this.#settle({ kind: 'too large', body: String(body.length) });
      refuse(response, 413, 'RequestEntityTooLarge');
    } else {
      this.#accept(response, { kind: kind === 'response' ? 'response' : 'error', body: body.toString() });
    }
  }

  #accept(response: ServerResponse, report: Report): void {
    this.#settle(report);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  }
}

function refuse(response: ServerResponse, status: number, errorType: string): void {
  const body = JSON.stringify({ errorType, errorMessage: errorType });
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
