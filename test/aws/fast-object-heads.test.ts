import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import type { ObjectHeads } from '../../src/audit/ports.ts';
import { HttpPool } from '../../src/aws/fast-http.ts';
import { FastObjectHeads, type FastObjectHeadsOptions } from '../../src/aws/fast-object-heads.ts';
import { endpointOf, type S3Access } from '../../src/aws/s3-endpoint.ts';
import { S3ObjectHeads } from '../../src/aws/s3-object-heads.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const OBJECT = { bucket: bucketName('any-bucket'), key: objectKey('any/key') };
const CREDENTIALS = { accessKeyId: 'LOCAL111122223333', secretAccessKey: 'local' };
const NEVER: ObjectHeads = {
  head: async () => Promise.reject(new Error('the SDK was asked')),
  errorDocument: async () => ({ kind: 'none' }),
  bucket: async () => 'answers',
};

type Respond = (response: ServerResponse, message: IncomingMessage) => void;
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function served(respond: Respond) {
  const messages: IncomingMessage[] = [];
  const ports = new Set<number | undefined>();
  const server = createServer((message, response) => {
    messages.push(message);
    ports.add(message.socket.remotePort);
    respond(response, message);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, messages, ports };
}

type Changes = Partial<Omit<FastObjectHeadsOptions, 'access'>> & { readonly access?: Partial<S3Access> };

async function world(respond: Respond, more: Changes = {}) {
  const server = await served(respond);
  const slept: number[] = [];
  const { access, ...options } = more;
  const heads = new FastObjectHeads({
    sdk: NEVER,
    access: {
      credentials: () => CREDENTIALS,
      endpointFor: (bucket) => endpointOf(new URL(`${server.url}/${bucket}`), 'eu-west-1'),
      maxAttempts: () => 3,
      ...access,
    },
    random: () => 0.5,
    sleep: async (ms) => void slept.push(ms),
    ...options,
  });
  return { ...server, heads, slept };
}

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Respond =>
  (response) =>
    void response.writeHead(code, headers).end();
const inTurn = (...all: readonly Respond[]): Respond => {
  let at = 0;
  return (...asked) => all[Math.min(at++, all.length - 1)]?.(...asked);
};

describe('FastObjectHeads', () => {
  it('waits between attempts for half of a bound that doubles where chance is one half, and longer where S3 is busy', async () => {
    const failing = await world(status(503));
    await expect(failing.heads.head(OBJECT)).rejects.toThrow(RetryableFailure);
    expect(failing.slept).toEqual([25, 50]);
    const throttled = await world(status(429));
    await expect(throttled.heads.head(OBJECT)).rejects.toThrow('s3:HeadObject: HTTP 429');
    expect(throttled.slept).toEqual([500, 1000]);
  });

  it('waits as long as S3 asks, up to five seconds more than it would have', async () => {
    const asked = await world(inTurn(status(503, { 'retry-after': '2' }), status(200)));
    expect(await asked.heads.head(OBJECT)).toMatchObject({ kind: 'found' });
    expect(asked.slept).toEqual([2000]);
    const much = await world(inTurn(status(503, { 'x-amz-retry-after': '3600000' }), status(200)));
    await much.heads.head(OBJECT);
    expect(much.slept).toEqual([5025]);
  });

  it('tries as often as it is told, and no 501 again', async () => {
    const five = await world(status(500), { access: { maxAttempts: () => 5 } });
    await expect(five.heads.head(OBJECT)).rejects.toThrow(RetryableFailure);
    expect(five.messages).toHaveLength(5);
    const once = await world(status(501));
    await expect(once.heads.head(OBJECT)).rejects.toThrow('HTTP 501');
    expect(once.messages).toHaveLength(1);
  });

  it('stops trying again where nearly everything fails', async () => {
    const { heads, messages } = await world(status(503));
    for (let i = 0; i < 40; i++) await heads.head(OBJECT).catch(() => {});
    // 500 tokens at 14 each are 35 further attempts.
    expect(messages).toHaveLength(40 + 35);
  });

  it('gives up a server that stalls, and one that sends a byte now and then', async () => {
    const pool = new HttpPool({ exchangeMs: 60 });
    const stalled = await world(() => {}, { pool, access: { maxAttempts: () => 2 } });
    await expect(stalled.heads.head(OBJECT)).rejects.toThrow('no answer within 60 ms');
    expect(stalled.messages).toHaveLength(2);
    const trickling = await world(
      (response) => {
        const drip = setInterval(() => response.socket?.write('x'), 5);
        response.socket?.write('HTTP/1.1 200 OK\r\nx-long: ');
        response.socket?.on('close', () => clearInterval(drip));
      },
      { pool, access: { maxAttempts: () => 1 } },
    );
    await expect(trickling.heads.head(OBJECT)).rejects.toThrow('no answer within 60 ms');
  });

  it('uses one connection for requests that follow each other', async () => {
    const { heads, ports, messages } = await world(status(200, { 'content-length': '7' }));
    for (let i = 0; i < 5; i++) await heads.head(OBJECT);
    expect(messages).toHaveLength(5);
    expect(ports.size).toBe(1);
  });

  it('where one connection of before is dead, tries again over a new one and not over another of before', async () => {
    const before = new Set<unknown>();
    let frozen = false;
    const { heads, messages } = await world((response, { socket }) => {
      if (frozen && before.has(socket)) return void socket.resetAndDestroy();
      before.add(socket);
      response.writeHead(200, { 'content-length': '7' }).end();
    });
    await Promise.all(Array.from({ length: 4 }, () => heads.head(OBJECT)));
    expect(before.size).toBe(4);
    frozen = true;
    expect(await heads.head(OBJECT)).toMatchObject({ kind: 'found' });
    expect(messages).toHaveLength(4 + 2);
  });

  it('signs by the time of S3 where its own clock is wrong, and keeps to it', async () => {
    const theirMs = Date.parse('2026-11-21T02:00:00Z');
    const skewed = status(403, { date: new Date(theirMs).toUTCString() });
    const { heads, messages } = await world(inTurn(skewed, status(200)), { now: () => theirMs - 3_600_000 });
    expect(await heads.head(OBJECT)).toMatchObject({ kind: 'found' });
    await heads.head(OBJECT);
    const dates = messages.map(({ headers }) => headers['x-amz-date']);
    expect(dates).toEqual(['20261121T010000Z', '20261121T020000Z', '20261121T020000Z']);
  });

  it('takes a 403 of a clock like its own for a denial, at once', async () => {
    const { heads, messages } = await world(status(403, { date: new Date().toUTCString() }));
    expect(await heads.head(OBJECT)).toEqual({ kind: 'denied' });
    expect(messages).toHaveLength(1);
  });

  it('credentials that cannot be had are the caller refused, whatever their provider threw', async () => {
    const sts = Object.assign(new Error('may not assume'), {
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    const { heads, messages } = await world(status(200), {
      access: { credentials: () => Promise.reject(sts) },
    });
    await expect(heads.head(OBJECT)).rejects.toThrow(CallerRefused);
    expect(messages).toHaveLength(0);
  });

  it('asks its provider again a second later, and signs with what it gives then', async () => {
    let nowMs = 0;
    const issued = ['KEY1', 'KEY2', 'KEY3'];
    const credentials = () => ({ ...CREDENTIALS, accessKeyId: issued.shift() ?? '' });
    const { heads, messages } = await world(status(200), { now: () => nowMs, access: { credentials } });
    await heads.head(OBJECT);
    await heads.head(OBJECT);
    nowMs = 1000;
    await heads.head(OBJECT);
    const used = messages.map(({ headers }) => /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1]);
    expect(used).toEqual(['KEY1', 'KEY1', 'KEY2']);
  });

  it('leaves a bucket without an endpoint of its own to the SDK', async () => {
    const sdk: ObjectHeads = { ...NEVER, head: async () => ({ kind: 'unexpected', status: 299 }) };
    const { heads, messages } = await world(status(200), { sdk, access: { endpointFor: () => undefined } });
    expect(await heads.head(OBJECT)).toEqual({ kind: 'unexpected', status: 299 });
    expect(messages).toHaveLength(0);
  });

  it('a key with a lone surrogate is a RetryableFailure, as it is by the SDK', async () => {
    const { heads } = await world(status(200));
    await expect(heads.head({ ...OBJECT, key: objectKey('a\ud800') })).rejects.toThrow(RetryableFailure);
  });
});

const value = fc.string({ unit: fc.constantFrom(...'aZ0 ,;="\'{}:-\u00e9\u00ff'), maxLength: 20 });
const trimmed = value.map((text) => text.trim());
const header = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'x-amz-meta-a',
      'X-Amz-Meta-A',
      'x-amz-meta-',
      'x-amz-meta-b-c',
      'x-amz-meta-constructor',
    ),
    trimmed,
  ),
  fc.tuple(
    fc.constantFrom(
      'x-amz-server-side-encryption',
      'x-amz-server-side-encryption-aws-kms-key-id',
      'x-amz-server-side-encryption-customer-algorithm',
      'x-amz-storage-class',
      'x-amz-version-id',
    ),
    fc.oneof(trimmed, fc.constant('null'), fc.constant('')),
  ),
  fc.tuple(
    fc.constant('ETag'),
    fc.oneof(
      trimmed,
      trimmed.map((text) => `"${text}"`),
      fc.constant('"'),
    ),
  ),
  fc.tuple(fc.constant('x-amz-missing-meta'), fc.constantFrom('0', '3', '')),
  fc.tuple(
    fc.constant('x-amz-server-side-encryption-bucket-key-enabled'),
    fc.constantFrom('true', 'TRUE', 'false', '', '1'),
  ),
  fc.tuple(
    fc.constant('Last-Modified'),
    fc.constantFrom(
      'Fri, 20 Nov 2026 01:02:03 GMT',
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
    ),
  ),
);

describe('both adapters', () => {
  it('read the same from any headers, repeated ones and bytes beyond ASCII included', async () => {
    let headers: readonly (readonly [string, string])[] = [];
    const { heads, url } = await world((response) => void response.writeHead(200, headers.flat()).end());
    const client = new S3Client({
      ...{ endpoint: url, region: 'eu-west-1', forcePathStyle: true, credentials: { ...CREDENTIALS } },
    });
    const sdk = new S3ObjectHeads(client);
    await fc.assert(
      fc.asyncProperty(fc.array(header, { maxLength: 8 }), async (drawn) => {
        headers = drawn;
        expect(await heads.head(OBJECT)).toEqual(await sdk.head(OBJECT));
      }),
      { numRuns: fuzzRuns({ every: 5 }) },
    );
  });
});
