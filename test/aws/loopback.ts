import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Loopback {
  readonly endpoint: string;
  /** Bodies as they came, in order. */
  readonly bodies: readonly string[];
  readonly messages: readonly IncomingMessage[];
  close(): Promise<void>;
}

export const CREDENTIALS = { accessKeyId: 'LOCAL111122223333', secretAccessKey: 'local' };

/** A server of 127.0.0.1 that answers everything alike. */
export async function loopback(answer: (message: IncomingMessage) => Answer): Promise<Loopback> {
  const bodies: string[] = [];
  const messages: IncomingMessage[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks).toString());
    messages.push(message);
    const { status, headers = {}, body = '' } = answer(message);
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    messages,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
