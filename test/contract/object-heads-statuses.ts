import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalClientConfig } from '../../local/aws.ts';
import { RetryableFailure } from '../../src/audit/failures.ts';
import type { ErrorDocument, HeadAnswer, ObjectHeads } from '../../src/audit/ports.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';

type Respond = (response: ServerResponse, message: IncomingMessage) => void;

const OBJECT = { bucket: bucketName('any-bucket'), key: objectKey('any/key') };
const BUCKET = OBJECT.bucket;
const IN_FRANKFURT = { 'x-amz-bucket-region': 'eu-central-1' };

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Respond =>
  (response) =>
    void response.writeHead(code, headers).end(body);

const reset: Respond = (response) => void response.socket?.resetAndDestroy();
const garbage: Respond = (response) => void response.socket?.end('220 this is no HTTP\r\n\r\n');
const cutShort: Respond = (response) => void response.socket?.end('HTTP/1.1 200 OK\r\nETag: "x');

const REFUSED: readonly (readonly [string, Respond, HeadAnswer])[] = [
  ['301 with a Region', status(301, IN_FRANKFURT), { kind: 'wrong-region', region: 'eu-central-1' }],
  ['301 without one', status(301), { kind: 'wrong-region' }],
  ['307 with a Region', status(307, IN_FRANKFURT), { kind: 'wrong-region', region: 'eu-central-1' }],
  ['307 without one', status(307, { location: 'http://127.0.0.1:1/' }), { kind: 'wrong-region' }],
  ['308', status(308), { kind: 'wrong-region' }],
  ['304', status(304), { kind: 'unexpected', status: 304 }],
  ['400', status(400), { kind: 'bad-request' }],
  ['400 with a Region', status(400, IN_FRANKFURT), { kind: 'bad-request' }],
  ['403', status(403), { kind: 'denied' }],
  ['404', status(404), { kind: 'not-found' }],
  ['404 of a delete marker', status(404, { 'x-amz-delete-marker': 'true' }), { kind: 'not-found' }],
  ['405', status(405, { allow: 'DELETE' }), { kind: 'method-not-allowed' }],
  ['412', status(412), { kind: 'unexpected', status: 412 }],
  ['416', status(416), { kind: 'unexpected', status: 416 }],
  ['418', status(418), { kind: 'unexpected', status: 418 }],
];

const PASSING: readonly (readonly [string, Respond])[] = [
  ['429', status(429)],
  ['500', status(500)],
  ['503', status(503)],
  ['503 with Retry-After', status(503, { 'retry-after': '0' })],
  ['a connection that is reset', reset],
  ['an answer that breaks off', cutShort],
];

const xml = (code: string, message: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

const DOCUMENTS: readonly (readonly [string, Respond, ErrorDocument | object])[] = [
  [
    '400 with a document',
    status(
      400,
      { 'content-type': 'application/xml' },
      xml('InvalidRequest', 'a form of Server Side Encryption'),
    ),
    { kind: 'error', status: 400, code: 'InvalidRequest', message: 'a form of Server Side Encryption' },
  ],
  ['403 with a document', status(403, {}, xml('AccessDenied', 'no')), { status: 403, code: 'AccessDenied' }],
  [
    '416 of an empty object',
    status(416, {}, xml('InvalidRange', 'x')),
    { status: 416, code: 'InvalidRange' },
  ],
  ['400 without a body', status(400), { kind: 'error', status: 400 }],
  ['400 with a page of HTML', status(400, {}, '<html><body>no & <p> proxy'), { kind: 'error', status: 400 }],
  ['400 with plain text', status(400, {}, 'upstream said no'), { kind: 'error', status: 400 }],
  ['200', status(200, { 'content-length': '9' }, 'plaintext'), { kind: 'none' }],
  ['206', status(206, { 'content-length': '1', 'content-range': 'bytes 0-0/9' }, 'p'), { kind: 'none' }],
];

/** How an adapter that speaks HTTP takes each status, from a server that answers nothing else. */
export function headStatusContract(name: string, connect: (config: LocalClientConfig) => ObjectHeads): void {
  describe(`${name} by status`, () => {
    let respond: Respond = status(200);
    const seen: IncomingMessage[] = [];
    const server = createServer((message, response) => {
      seen.push(message);
      respond(response, message);
    });
    let heads: ObjectHeads;
    beforeAll(async () => {
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      heads = connect({
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'LOCAL111122223333', secretAccessKey: 'local' },
        forcePathStyle: true,
      });
    });
    afterAll(async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    });

    const answering = (how: Respond): ObjectHeads => {
      respond = how;
      seen.length = 0;
      return heads;
    };
    const expectRetries = async (asked: Promise<unknown>, operation: string): Promise<void> => {
      const failure = await asked.catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RetryableFailure);
      expect(failure).toMatchObject({ operation });
      expect(seen.length).toBeGreaterThanOrEqual(2);
      expect(seen.length).toBeLessThanOrEqual(5);
    };

    for (const [title, how, answer] of REFUSED) {
      it(`HEAD: ${title} is ${JSON.stringify(answer)}, asked once`, async () => {
        expect(await answering(how).head(OBJECT)).toEqual(answer);
        expect(seen).toHaveLength(1);
      });
    }

    for (const [title, how] of PASSING) {
      it(`HEAD: ${title} is a RetryableFailure after a few attempts`, () =>
        expectRetries(answering(how).head(OBJECT), 's3:HeadObject'));
    }
    it('HEAD: an answer that is no HTTP is a RetryableFailure', async () => {
      await expect(answering(garbage).head(OBJECT)).rejects.toThrow(RetryableFailure);
    });
    it('GET: 503 is a RetryableFailure after a few attempts', () =>
      expectRetries(answering(status(503)).errorDocument(OBJECT), 's3:GetObject'));
    it('GET: a reset is a RetryableFailure after a few attempts', () =>
      expectRetries(answering(reset).errorDocument(OBJECT), 's3:GetObject'));
    it('HEAD of the bucket: 503 is a RetryableFailure after a few attempts', () =>
      expectRetries(answering(status(503)).bucket(BUCKET), 's3:HeadBucket'));
    it('HEAD of the bucket: a reset is a RetryableFailure after a few attempts', () =>
      expectRetries(answering(reset).bucket(BUCKET), 's3:HeadBucket'));

    for (const [title, how, document] of DOCUMENTS) {
      it(`GET: ${title} is the error document ${JSON.stringify(document)}`, async () => {
        expect(await answering(how).errorDocument(OBJECT)).toMatchObject(document);
      });
    }

    it('GET asks for one byte, and HEAD never for checksums, which would need a right to decrypt', async () => {
      await answering(status(206, { 'content-length': '1' }, 'p')).errorDocument(OBJECT);
      expect(seen[0]).toMatchObject({ method: 'GET', headers: { range: 'bytes=0-0' } });
      await answering(status(200)).head({ ...OBJECT, versionId: 'v1' });
      expect(seen[0]).toMatchObject({ method: 'HEAD', url: '/any-bucket/any/key?versionId=v1' });
      expect(Object.keys(seen[0]?.headers ?? {})).not.toContain('x-amz-checksum-mode');
    });

    it('GET of a large object does not read it', async () => {
      const endless: Respond = (response) => {
        response.writeHead(200, { 'content-length': String(1024 ** 4) });
        response.write(Buffer.alloc(64 * 1024));
      };
      expect(await answering(endless).errorDocument(OBJECT)).toEqual({ kind: 'none' });
      await expect.poll(() => seen[0]?.destroyed, { timeout: 5_000 }).toBe(true);
    });

    it('HEAD of the bucket: 400 and 301 are the wrong Region, 403 denied, 404 missing', async () => {
      expect(await answering(status(301, IN_FRANKFURT)).bucket(BUCKET)).toBe('wrong-region');
      expect(await answering(status(400)).bucket(BUCKET)).toBe('wrong-region');
      expect(await answering(status(403)).bucket(BUCKET)).toBe('denied');
      expect(await answering(status(404)).bucket(BUCKET)).toBe('missing');
    });

    const foundWith = async (headers: Readonly<Record<string, string | string[]>>) => {
      const answer = await answering((response) => void response.writeHead(200, headers).end()).head(OBJECT);
      return answer.kind === 'found' ? answer.head : answer;
    };

    it('the version id null counts as none', async () => {
      expect(await foundWith({ 'x-amz-version-id': 'null' })).not.toHaveProperty('versionId');
    });

    it('a repeated metadata header is one value, as S3 joins it on a write', async () => {
      const head = await foundWith({ 'X-Amz-Meta-Name': ['a', 'b'] });
      expect(head).toMatchObject({ metadata: new Map([['name', 'a, b']]) });
    });

    it('UTF-8 bytes in a metadata value stay bytes', async () => {
      const bytes = Buffer.from('ü').toString('latin1');
      expect(await foundWith({ 'x-amz-meta-name': bytes })).toMatchObject({
        metadata: new Map([['name', bytes]]),
      });
    });

    it('a customer algorithm is told where S3 answers one', async () => {
      const header = { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' };
      expect(await foundWith(header)).toMatchObject({ customerAlgorithm: 'AES256' });
    });

    it('a Bucket Key that is off is false', async () => {
      const header = { 'x-amz-server-side-encryption-bucket-key-enabled': 'false' };
      expect(await foundWith(header)).toMatchObject({ bucketKeyEnabled: false });
    });

    it('a Last-Modified that is no date never becomes a date', async () => {
      const head = await foundWith({ 'last-modified': 'yesterday' });
      // Whether the rest is told, or the whole answer is unexpected, is the adapter's affair.
      expect(head).not.toHaveProperty('lastModifiedMs');
    });

    it('an ETag of a multipart upload and one without quotes come without quotes', async () => {
      expect(await foundWith({ etag: '"9b2c-12"' })).toMatchObject({ etag: '9b2c-12' });
      expect(await foundWith({ etag: '9b2c' })).toMatchObject({ etag: '9b2c' });
    });

    it('empty encryption headers of a lookalike are told as absent', async () => {
      const head = await foundWith({
        'x-amz-server-side-encryption': '',
        'x-amz-server-side-encryption-aws-kms-key-id': '',
      });
      expect(head).not.toHaveProperty('serverSideEncryption');
      expect(head).not.toHaveProperty('kmsKeyId');
    });
  });
}
