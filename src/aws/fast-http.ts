import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Connections } from './fast-agent.ts';
import type { S3Endpoint } from './s3-endpoint.ts';

/** An answer whose body is text, or left unread where none was wanted. */
export interface HttpAnswer {
  readonly status: number;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface HttpPoolOptions {
  /** How long one exchange may take, connecting and a stall anywhere included. */
  readonly exchangeMs?: number;
  /** Connections kept open while idle; how many are open at once is the caller's concurrency. */
  readonly idleSockets?: number;
  /** Certificates to trust in place of Node's own. */
  readonly ca?: string;
}

export interface HttpExchange {
  readonly endpoint: S3Endpoint;
  readonly method: 'HEAD' | 'GET';
  readonly path: string;
  readonly headers: readonly string[];
}

const EXCHANGE_MS = 10_000;
const IDLE_SOCKETS = 256;

/** A page of a thousand versions, each with a key of 1,024 bytes that is percent-encoded, has some four million. */
export const MOST_ANSWER_BYTES = 16 * 1024 * 1024;

/** Connections that are kept and used again, for each host. Nothing is retried here. */
export class HttpPool {
  readonly #exchangeMs: number;
  readonly #idle: number;
  readonly #ca: string | undefined;
  readonly #connections = new Map<string, Connections>();

  constructor({ exchangeMs = EXCHANGE_MS, idleSockets = IDLE_SOCKETS, ca }: HttpPoolOptions = {}) {
    this.#exchangeMs = exchangeMs;
    this.#idle = idleSockets;
    this.#ca = ca;
  }

  /** Sends one request and gives its answer, whatever the status. Rejects where none came, or none in time. */
  exchange({ endpoint, method, path, headers }: HttpExchange): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const agent = this.#connectionsTo(endpoint);
      const send = endpoint.protocol === 'https:' ? requestHttps : requestHttp;
      const request = send({ agent, method, host: endpoint.hostname, port: endpoint.port, path, headers });
      // One timer for the whole exchange: an idle timeout alone would wait for ever on a server that sends a byte now and then.
      const timer = setTimeout(
        () => request.destroy(new Error(`no answer within ${this.#exchangeMs} ms`)),
        this.#exchangeMs,
      );
      const fail = (error: Error): void => {
        clearTimeout(timer);
        if (request.reusedSocket) agent.closeIdle();
        reject(error);
      };
      request.on('error', fail);
      request.on('response', (response) => {
        response.on('error', fail);
        readAnswer(response, method, (answer) => {
          clearTimeout(timer);
          resolve(answer);
        });
      });
      request.end();
    });
  }

  /** Closes every idle connection. */
  close(): void {
    for (const connections of this.#connections.values()) connections.closeIdle();
  }

  #connectionsTo(endpoint: S3Endpoint): Connections {
    const known = this.#connections.get(endpoint.origin);
    if (known !== undefined) return known;
    const connections = new Connections(endpoint, { idle: this.#idle, ca: this.#ca });
    this.#connections.set(endpoint.origin, connections);
    return connections;
  }
}

/** Reads an answer to its end: one that breaks off before is none, and ends in the response's error. */
function readAnswer(response: IncomingMessage, method: string, done: (answer: HttpAnswer) => void): void {
  const { statusCode: status = 0, rawHeaders } = response;
  if (method === 'HEAD') {
    response.on('end', () => done({ status, rawHeaders, body: '' }));
    response.resume();
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > MOST_ANSWER_BYTES)
      response.destroy(new Error(`an answer of more than ${MOST_ANSWER_BYTES} bytes`));
    else chunks.push(chunk);
  });
  response.on('end', () => done({ status, rawHeaders, body: Buffer.concat(chunks).toString('utf8') }));
}

/** The value of a header as Node joins repeated ones, by its name in lower case. */
export function headerOf({ rawHeaders }: HttpAnswer, name: string): string | undefined {
  let joined: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== name) continue;
    const value = rawHeaders[i + 1] ?? '';
    joined = joined === undefined ? value : `${joined}, ${value}`;
  }
  return joined;
}
