import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Faults {
  /** The share of requests that are answered 503, and of those whose connection is reset. */
  readonly slowDown: number;
  readonly reset: number;
  readonly random: () => number;
}

export interface FaultProxy {
  readonly endpoint: string;
  readonly counts: { slowDown: number; reset: number; passed: number };
  close(): Promise<void>;
}

/** Stands in front of a local AWS, throttles some requests and breaks the connection of others. */
export async function faultProxy(target: string, { slowDown, reset, random }: Faults): Promise<FaultProxy> {
  const counts = { slowDown: 0, reset: 0, passed: 0 };
  const { hostname, port } = new URL(target);
  const server = createServer((asked, answer) => {
    const draw = random();
    if (draw < reset) {
      counts.reset += 1;
      asked.socket.resetAndDestroy();
      return;
    }
    if (draw < reset + slowDown) {
      counts.slowDown += 1;
      asked.resume();
      answer.writeHead(503, { 'content-type': 'application/xml' });
      answer.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>');
      return;
    }
    counts.passed += 1;
    const { method, url, headers } = asked;
    const onward = request({ hostname, port, method, path: url, headers }, (came) => {
      answer.writeHead(came.statusCode ?? 500, came.headers);
      came.pipe(answer);
    });
    onward.on('error', () => asked.socket.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
