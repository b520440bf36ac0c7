import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnvelope, readWithInstructionFile, toClientSide } from '../../src/encryption/envelope.ts';
import { readInstructionFile } from '../../src/encryption/instruction-file.ts';
import type { Json } from '../../src/encryption/observation.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const LONG = { timeout: 900_000 };

const NAMES = [
  'x-amz-key',
  'x-amz-key-v2',
  'x-amz-3',
  'x-amz-iv',
  'x-amz-matdesc',
  'x-amz-wrap-alg',
  'x-amz-cek-alg',
  'x-amz-tag-len',
  'x-amz-unencrypted-content-length',
  'x-amz-unencrypted-content-md5',
  'x-amz-c',
  'x-amz-w',
  'x-amz-d',
  'x-amz-i',
  'x-amz-t',
  'x-amz-m',
  'x-amz-crypto-instr-file',
  'X-AMZ-KEY',
  '__proto__',
  '',
  'owner',
];
const SECRET_NAMES = ['x-amz-key', 'x-amz-key-v2', 'x-amz-3', 'x-amz-iv', 'x-amz-d', 'x-amz-i'];

const base64 = fc
  .uint8Array({ minLength: 15, maxLength: 60 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const truncated = fc.tuple(base64, fc.nat({ max: 8 })).map(([text, cut]) => text.slice(0, text.length - cut));
const deep = fc.nat({ max: 5_000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
const huge = fc.nat({ max: 20_000 }).map((length) => `{"kms_cmk_id":"${'k'.repeat(length)}"}`);
const twice = fc.json().map((text) => `{"kms_cmk_id":"a","kms_cmk_id":${text}}`);
const word = fc.string().map((text) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`);
const value = fc.oneof(
  { weight: 6, arbitrary: base64 },
  { weight: 2, arbitrary: truncated },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      '{}',
      'kms',
      'kms+context',
      '12',
      '02',
      '22',
      '115',
      '{"kms_cmk_id":"alias/a"}',
      '1, 2',
    ),
  },
  { weight: 1, arbitrary: fc.oneof(fc.string({ unit: 'binary' }), fc.json(), word, twice) },
  { weight: 1, arbitrary: fc.oneof(deep, huge) },
);
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const someMetadata = fc.array(fc.tuple(name, value), { maxLength: 12 }).map((entries) => new Map(entries));
const typical = (one: string): fc.Arbitrary<string> => {
  if (SECRET_NAMES.includes(one)) return base64;
  if (one === 'x-amz-c') return fc.constant('115');
  if (one === 'x-amz-w') return fc.constantFrom('12', '02', '22', '99');
  if (one === 'x-amz-wrap-alg') return fc.constantFrom('kms', 'kms+context', 'AES/GCM', 'acme');
  return one === 'x-amz-cek-alg'
    ? fc.constant('AES/GCM/NoPadding')
    : fc.constantFrom('{"kms_cmk_id":"alias/a"}', '{}', '["a"]', 'x');
};
const whole = (names: readonly string[]): fc.Arbitrary<Map<string, string>> =>
  fc
    .tuple(...names.map((one) => fc.tuple(fc.constant(one), typical(one))))
    .map((entries) => new Map(entries));
/** Whole envelopes with one thing changed or nothing, which random names alone hardly ever are. */
const nearEnvelope = fc
  .tuple(
    fc.oneof(
      whole(['x-amz-key', 'x-amz-iv', 'x-amz-matdesc']),
      whole(['x-amz-key-v2', 'x-amz-iv', 'x-amz-wrap-alg', 'x-amz-cek-alg', 'x-amz-matdesc']),
      whole(['x-amz-3', 'x-amz-c', 'x-amz-w', 'x-amz-d', 'x-amz-i', 'x-amz-t', 'x-amz-m']),
      whole(['x-amz-c', 'x-amz-d', 'x-amz-i']),
      whole(['x-amz-3', 'x-amz-w', 'x-amz-t']),
    ),
    fc.option(name, { freq: 2 }),
    fc.option(fc.tuple(name, value), { freq: 2 }),
  )
  .map(([envelope, dropped, changed]) => {
    const all = new Map([...envelope, ...(changed === null ? [] : [changed])]);
    if (dropped !== null) all.delete(dropped);
    return all;
  });
const metadata = fc.oneof(someMetadata, nearEnvelope);

/** Text of a wrapped key, IV, commitment or message id that is long enough not to be part of a sentence by chance. */
const secrets = (all: ReadonlyMap<string, Json>): readonly string[] =>
  [...all].flatMap(([one, text]) =>
    SECRET_NAMES.includes(one.toLowerCase()) && typeof text === 'string' && text.length > 11 ? [text] : [],
  );

const WHY = /^[a-z0-9, -]+$/i;

describe('whatever the metadata and the file hold', () => {
  it('reading the metadata is total, and says why without a value', LONG, () => {
    fc.assert(
      fc.property(metadata, (all) => {
        const reading = readEnvelope(all);
        expect(['none', 'envelope', 'malformed', 'instruction-mode']).toContain(reading.type);
        if (reading.type === 'malformed') {
          expect(reading.why).toMatch(WHY);
          expect(secrets(all).filter((secret) => reading.why.includes(secret))).toEqual([]);
        }
        if (reading.type === 'envelope') {
          expect([...all.values()]).toContain(reading.wrappedKey);
          expect(reading.claimedKey !== undefined && reading.wrap !== 'kms').toBe(false);
        }
        expect(['none', 'envelope', 'malformed', 'instruction-file-missing']).toContain(
          toClientSide(reading).type,
        );
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('reading a file is total, and so is reading an object with it', LONG, () => {
    const member: fc.Arbitrary<Json> = fc.oneof(
      { weight: 9, arbitrary: value },
      { weight: 1, arbitrary: fc.constantFrom<Json>(1, null, true, []) },
    );
    const someFile = fc
      .array(fc.tuple(name, member), { maxLength: 12 })
      .map((entries): ReadonlyMap<string, Json> => new Map(entries));
    const anyFile = fc.oneof(
      someFile,
      nearEnvelope.map((all): ReadonlyMap<string, Json> => all),
    );
    fc.assert(
      fc.property(metadata, anyFile, (all, members) => {
        const reading = readInstructionFile(JSON.stringify(Object.fromEntries(members)));
        const observed = readWithInstructionFile(
          all,
          reading.kind === 'instruction-file' ? reading.members : members,
        );
        expect(['envelope', 'malformed']).toContain(observed.type);
        for (const why of [
          reading.kind === 'data' ? reading.why : '',
          observed.type === 'malformed' ? observed.why : '',
        ]) {
          expect([...secrets(all), ...secrets(members)].filter((secret) => why.includes(secret))).toEqual([]);
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('a body that is no envelope is data, and never an error', LONG, () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), deep, huge, twice), (body) => {
        expect(readInstructionFile(body).kind).toBe('data');
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('metadata without one of the envelope’s names is never anything but none', LONG, () => {
    const foreign = fc.string({ unit: 'binary' }).filter((one) => !one.toLowerCase().startsWith('x-amz-'));
    fc.assert(
      fc.property(fc.array(fc.tuple(foreign, value)), (entries) => {
        expect(readEnvelope(new Map(entries))).toEqual({ type: 'none' });
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('one to three characters cut off a wrapped key never go unseen', LONG, () => {
    fc.assert(
      fc.property(base64, fc.constantFrom(1, 2, 3), (text, cut) => {
        const all = new Map([
          ['x-amz-key', text.slice(0, -cut)],
          ['x-amz-iv', 'aXYt'],
        ]);
        expect(readEnvelope(all)).toEqual({
          type: 'malformed',
          why: 'x-amz-key is not base64',
          storage: 'metadata',
        });
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
