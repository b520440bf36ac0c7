import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../support/fuzz.ts';
import { evaluate, fileWith, POLICY, recordsOf, run, unprintableIn } from './run.ts';

const GOOD = { bucket: 'acme-lake', key: 'plain/a', head: { ServerSideEncryption: 'AES256' } };
const A_TIME =
  'expected a time with its zone, as 2026-11-21T02:00:00Z, 2026-11-21T03:00:00+01:00 or Sat, 21 Nov 2026 02:00:00 GMT';
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

describe('lines that cannot be read', () => {
  it('beside good ones are status 3: the good ones have their records, the bad ones their place', async () => {
    const { status, stdout, stderr } = await evaluate(`${line(GOOD)}{"bucket":\n\n${line(GOOD)}"x"\n`);
    expect(status).toBe(3);
    expect(recordsOf(stdout)).toHaveLength(2);
    expect(stderr).toMatch(
      /^standard input:2: expected one JSON object a line: .*\nstandard input:5: expected a JSON object\n$/,
    );
  });

  it('alone are status 2, with nothing on standard output', async () => {
    const { status, stdout } = await evaluate('nonsense\n{}\n');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('win over a violation: 3, not 1', async () => {
    const violation = { ...GOOD, head: {} };
    expect((await evaluate(`${line(violation)}nonsense\n`)).status).toBe(3);
    expect((await evaluate(line(violation))).status).toBe(1);
  });

  it('are told with the file that they stand in', async () => {
    const path = fileWith('heads.ndjson', `${line(GOOD)}{}\n`);
    const { stderr } = await run(['evaluate', '--policy', POLICY, '--heads', path]);
    expect(stderr).toBe(`${path}:2: "bucket": expected a non-empty string\n`);
  });

  for (const [title, wrong, why] of [
    ['no bucket', { ...GOOD, bucket: undefined }, '"bucket": expected a non-empty string'],
    ['an empty key', { ...GOOD, key: '' }, '"key": expected a non-empty string'],
    ['a key that is a number', { ...GOOD, key: 7 }, '"key": expected a non-empty string'],
    ['a Region that is a list', { ...GOOD, region: [] }, '"region": expected a string'],
    [
      'neither head nor status',
      { ...GOOD, head: undefined },
      'expected "head", or the "status" that came in its place',
    ],
    [
      'a head that is a list',
      { ...GOOD, head: [] },
      '"head": expected the output of HeadObject, a JSON object',
    ],
    [
      'the status 200',
      { ...GOOD, head: undefined, status: 200 },
      '"status": expected the HTTP status of a refusal, 300 to 599',
    ],
    [
      'a status that is text',
      { ...GOOD, head: undefined, status: '403' },
      '"status": expected the HTTP status of a refusal, 300 to 599',
    ],
    [
      'an algorithm that is a list',
      { ...GOOD, head: { ServerSideEncryption: ['aws:kms'] } },
      '"head"."ServerSideEncryption": expected a string',
    ],
    [
      'a key id that is an object',
      { ...GOOD, head: { SSEKMSKeyId: {} } },
      '"head"."SSEKMSKeyId": expected a string',
    ],
    [
      'a Bucket Key that is text',
      { ...GOOD, head: { BucketKeyEnabled: 'true' } },
      '"head"."BucketKeyEnabled": expected true or false',
    ],
    [
      'a size that is text',
      { ...GOOD, head: { ContentLength: '3' } },
      '"head"."ContentLength": expected a number',
    ],
    [
      'a date that is none',
      { ...GOOD, head: { LastModified: 'yesterday' } },
      `"head"."LastModified": ${A_TIME}`,
    ],
    [
      'a date without a zone, which would be read in that of the machine',
      { ...GOOD, head: { LastModified: '2026-11-20T23:30:00' } },
      `"head"."LastModified": ${A_TIME}`,
    ],
    ['a date that is a number', { ...GOOD, head: { LastModified: 1 } }, `"head"."LastModified": ${A_TIME}`],
    [
      'a head and the status of a refusal',
      { ...GOOD, status: 403 },
      '"status": found it beside "head", expected one in place of the other: leave one of them out',
    ],
    [
      'an error beside a head',
      { ...GOOD, error: { code: 'InvalidRequest', message: '' } },
      '"error": expected it beside "status": 400 alone: leave it out',
    ],
    [
      'an error beside a refusal that has none',
      { ...GOOD, head: undefined, status: 404, error: { code: 'NoSuchBucket' } },
      '"error": expected it beside "status": 400 alone: leave it out',
    ],
    [
      'an error without a code',
      { ...GOOD, head: undefined, status: 400, error: 'InvalidRequest' },
      '"error": expected {"code","message"} of the error document',
    ],
    [
      'metadata that are a list',
      { ...GOOD, head: { Metadata: [] } },
      '"head"."Metadata": expected a JSON object',
    ],
  ] as const) {
    it(`${title}: ${why}`, async () => {
      expect(await evaluate(line(wrong))).toEqual({
        status: 2,
        stdout: '',
        stderr: `standard input:1: ${why}\n`,
      });
    });
  }

  it('that are not UTF-8 are refused: a replaced character would make another key', async () => {
    const latin1 = Buffer.from(line({ ...GOOD, key: 'plain/ü' }), 'latin1');
    const { status, stdout, stderr } = await evaluate(Buffer.concat([Buffer.from(line(GOOD)), latin1]));
    expect(recordsOf(stdout)).toHaveLength(1);
    expect({ status, stderr }).toEqual({ status: 3, stderr: 'standard input:2: expected UTF-8\n' });
  });

  it('cannot steer the terminal by what they hold', async () => {
    const { stderr } = await evaluate('\u001b[2J\u0007\n');
    expect(unprintableIn(stderr)).toEqual([]);
  });
});

describe('lines that can', () => {
  for (const [title, text] of [
    ['no line at all', ''],
    ['blank lines', '\n \n\r\n'],
  ] as const) {
    it(`${title} are nothing to report, and it is said that nothing was judged`, async () => {
      const stderr = 'standard input names no object, so nothing was judged\n';
      expect(await evaluate(text)).toEqual({ status: 0, stdout: '', stderr });
    });
  }

  it('a status or an error that is null beside a head counts as none', async () => {
    expect((await evaluate([{ ...GOOD, status: null, error: null }])).status).toBe(0);
  });

  for (const [title, text] of [
    ['without a line feed after the last', JSON.stringify(GOOD)],
    ['with the line ends of Windows', `${JSON.stringify(GOOD)}\r\n`],
    ['after a byte order mark', `\uFEFF${line(GOOD)}`],
  ] as const) {
    it(`a line ${title} is read`, async () => {
      const { status, stdout } = await evaluate(text);
      expect(status).toBe(0);
      expect(recordsOf(stdout)).toHaveLength(1);
    });
  }

  for (const character of ['\u2028', '\u2029', '\u0085']) {
    it(`a key with ${JSON.stringify(character)} as it is stays in one line`, async () => {
      const key = `plain/a${character}b`;
      const { status, stdout } = await evaluate(`{"bucket":"acme-lake","key":"${key}","head":{}}\n`);
      expect(status).toBe(1);
      expect(recordsOf(stdout)[0]?.object.key).toBe(key);
    });
  }

  it('every key comes back exactly, whatever it holds, and one record is one line', async () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      // Lone surrogates: no object of S3 has them, but a line may.
      fc
        .array(fc.integer({ min: 1, max: 0xffff }), { minLength: 1 })
        .map((units) => String.fromCharCode(...units)),
      fc.constantFrom('=cmd|x', '+1', '@a', '\u001b[31m', '\n', '\r\n', '"', '\\', '\ud800', '__proto__'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(key, { minLength: 1, maxLength: 20 }), async (keys) => {
        const { stdout } = await evaluate(keys.map((text) => ({ ...GOOD, key: text })));
        expect(stdout.split('\n')).toHaveLength(keys.length + 1);
        expect(recordsOf(stdout).map(({ object }) => object.key)).toEqual(keys);
      }),
      { numRuns: fuzzRuns({ every: 20 }) },
    );
  });
});
