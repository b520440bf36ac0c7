import { createHmac } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuery, encodeKeyPath, hmacBy, SigV4Signer } from '../../src/aws/sigv4.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => text.isWellFormed());
const word = (unit: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...unit), minLength, maxLength });
const LETTERS = 'ABCXYZabcxyz0189';
const credentials = fc.record(
  {
    accessKeyId: word(LETTERS, 16, 20),
    secretAccessKey: word(`${LETTERS}+/=`, 1, 50),
    sessionToken: word(`${LETTERS}+/=`, 1, 400),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);
const region = fc.constantFrom('us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1', 'ap-southeast-3');
const atMs = fc.integer({ min: Date.UTC(2000), max: Date.UTC(2099) });

/** The query of a listing or of a version, by names as S3 has them. */
const query = fc.oneof(
  fc.record({ versionId: key }),
  fc.record(
    { 'list-type': fc.constant('2'), prefix: key, 'start-after': key, 'encoding-type': fc.constant('url') },
    { requiredKeys: ['list-type'] },
  ),
  fc.record({
    versions: fc.constant(''),
    'key-marker': key,
    'version-id-marker': key,
    'max-keys': fc.constant('7'),
  }),
  fc.constant({}),
);
const request = fc.record({ key, credentials, region, atMs, query, method: fc.constantFrom('HEAD', 'GET') });

const headersOf = (raw: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? '']] : [])) as [string, string][],
  );

describe('SigV4Signer', () => {
  const signer = new SigV4Signer();

  it('signs any key, version, listing, date, Region and credentials as the signer of the SDK does', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        const host = 'any-bucket.s3.example.com';
        const path = `/${encodeKeyPath(asked.key)}`;
        const ours = headersOf(signer.sign({ ...asked, host, path, query: canonicalQuery(asked.query) }));
        const client = new S3Client({ region: asked.region, credentials: asked.credentials });
        const theirs = await client.config.signer({
          name: 'sigv4',
          signingName: 's3',
          signingRegion: asked.region,
          properties: {},
        });
        const { authorization: _, 'x-amz-security-token': __, ...unsigned } = ours;
        const signed = await theirs.sign(
          {
            method: asked.method,
            protocol: 'https:',
            hostname: host,
            path,
            query: asked.query,
            headers: unsigned,
          },
          { signingDate: new Date(asked.atMs), signingRegion: asked.region, signingService: 's3' },
        );
        expect(ours).toEqual(signed.headers);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('uses new credentials, another Region and another day from the next request on', () => {
    const first = { accessKeyId: 'A', secretAccessKey: 'one' };
    const base = {
      method: 'HEAD',
      host: 'h',
      path: '/k',
      query: '',
      region: 'eu-west-1',
      atMs: Date.UTC(2026, 0, 1),
    } as const;
    const signature = (change: object) =>
      headersOf(signer.sign({ ...base, credentials: first, ...change })).authorization;
    const all = [
      signature({}),
      signature({ credentials: { ...first, secretAccessKey: 'two' } }),
      signature({ credentials: { ...first, sessionToken: 'token' } }),
      signature({ region: 'us-east-1' }),
      signature({ atMs: base.atMs + 86_400_000 }),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(signature({})).toBe(all[0]);
  });

  it('notices credentials that a provider changed in place', () => {
    const credentials = { accessKeyId: 'A', secretAccessKey: 'one' };
    const base = { method: 'HEAD', host: 'h', path: '/k', query: '', region: 'eu-west-1', atMs: 0 } as const;
    const before = headersOf(signer.sign({ ...base, credentials })).authorization;
    credentials.secretAccessKey = 'two';
    expect(headersOf(signer.sign({ ...base, credentials })).authorization).not.toBe(before);
  });
});

describe('hmacBy', () => {
  it('is the HMAC of node:crypto for any key of a digest and any text in ASCII, whatever was hashed before', () => {
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 300 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.array(text, { minLength: 1 }),
        (bytes, texts) => {
          const hmac = hmacBy(Buffer.from(bytes));
          for (const one of texts)
            expect(hmac(one)).toBe(createHmac('sha256', bytes).update(one).digest('hex'));
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('encodeKeyPath', () => {
  it('encodes once, keeps slashes and dots, and leaves nothing to normalise', () => {
    expect(encodeKeyPath("/a//b/./../c d+e%2F~!*()'?#")).toBe(
      '/a//b/./../c%20d%2Be%252F~%21%2A%28%29%27%3F%23',
    );
  });

  it('is undone by decoding, for every key', () => {
    fc.assert(
      fc.property(key, (text) => {
        expect(decodeURIComponent(encodeKeyPath(text))).toBe(text);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('refuses a lone surrogate, which no key in S3 has', () => {
    expect(() => encodeKeyPath('a\ud800')).toThrow(URIError);
  });
});
