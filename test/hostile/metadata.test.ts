import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../src/encryption/head.ts';
import type { Outcome } from '../../src/verdict/verdict.ts';
import { audit, testBed, written } from '../support/audit.ts';
import { FUZZ_RUNS, FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';

const [KEY, OTHER] = [keyArn('a'), keyArn('b')];
const POLICY = `version: 1
rules:
  - { id: keyed, match: "s3://keyed/", cse: { key: "${KEY}", wrap: [kms] } }
  - { id: described, match: "s3://described/", cse: { description: { keyname: p-2026 } } }
  - { id: required, match: "s3://required/", cse: required }
  - { id: forbidden, match: "s3://forbidden/", cse: forbidden }
`;

const base64 = fc
  .uint8Array({ minLength: 16, maxLength: 48 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const descriptions = fc.constantFrom(
  JSON.stringify({ kms_cmk_id: KEY }),
  JSON.stringify({ kms_cmk_id: OTHER }),
  `{"kms_cmk_id":"${KEY}","kms_cmk_id":"${OTHER}"}`,
  `{"kms_cmk_id":["${KEY}"]}`,
  `{"__proto__":{"kms_cmk_id":"${KEY}"}}`,
  `{"kms_cmk_id":"${KEY} "}`,
  `{"kms_cmk_id":"x${KEY}"}`,
  `"${KEY}"`,
  '{"keyname":"p-2026"}',
  '{"keyname":"p-2026","keyname":"x"}',
  '{}',
  '',
);
const texts = fc.oneof(base64, descriptions, fc.string({ unit: 'binary' }), fc.constantFrom(...NASTY_KEYS));
const NAMES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'x-amz-key-v2': base64,
  'x-amz-key': base64,
  'x-amz-iv': base64,
  'x-amz-matdesc': descriptions,
  'x-amz-wrap-alg': fc.constantFrom('kms', 'kms+context', 'AES/GCM', 'KMS', ' kms', 'kms\u0000'),
  'x-amz-cek-alg': fc.constantFrom('AES/GCM/NoPadding', 'AES/CBC/PKCS5Padding', 'x'),
  'x-amz-tag-len': fc.constantFrom('128', '96', ''),
  'x-amz-unencrypted-content-length': fc.constantFrom('1', 'x'),
  'x-amz-crypto-instr-file': fc.constant(''),
};
const own = fc
  .constantFrom(...Object.keys(NAMES))
  .chain((name) => fc.tuple(fc.constant(name), NAMES[name] ?? texts));
const odd = fc.tuple(fc.constantFrom(...Object.keys(NAMES), 'X-Amz-Key-V2', 'owner', '__proto__', ''), texts);
const stranger = fc.tuple(
  fc
    .oneof(fc.constantFrom(...NASTY_KEYS), fc.string({ unit: 'binary' }))
    .map((name) => `owner-${name.toLowerCase()}`),
  texts,
);
const whole = fc
  .tuple(base64, base64, descriptions)
  .map(([key, iv, description]): readonly (readonly [string, string])[] => [
    ['x-amz-key-v2', key],
    ['x-amz-iv', iv],
    ['x-amz-matdesc', description],
    ['x-amz-wrap-alg', 'kms'],
    ['x-amz-cek-alg', 'AES/GCM/NoPadding'],
    ['x-amz-tag-len', '128'],
  ]);
const metadata = fc
  .tuple(fc.oneof(whole, fc.constant([])), fc.array(fc.oneof(own, odd), { maxLength: 4 }))
  .map(([envelope, more]) => new Map([...envelope, ...more]));

const bed = testBed(POLICY);

async function outcomeOf(bucket: string, head: Partial<ObjectHead>): Promise<Outcome> {
  bed.heads.put(`${bucket}/k`, found({ serverSideEncryption: 'AES256', ...head }));
  return (await audit(bed, written(`${bucket}/k`))).outcome;
}

/** The one value of a name in the text of a JSON object; nothing where it is another kind, or stands twice. */
function claimed(text: string | undefined, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    const times = (text ?? '').split(`"${name}"`).length - 1;
    if (typeof value !== 'object' || value === null || times !== 1 || !Object.hasOwn(value, name))
      return undefined;
    const one: unknown = Reflect.get(value, name);
    return typeof one === 'string' ? one : undefined;
  } catch {
    return undefined;
  }
}

describe('whatever metadata an object has', () => {
  it(
    'it passes under a key only where its description claims that very key, once, under the wrap kms',
    async () => {
      let passed = 0;
      await fc.assert(
        fc.asyncProperty(metadata, async (all) => {
          if ((await outcomeOf('keyed', { metadata: all })) !== 'compliant') return;
          passed += 1;
          expect(claimed(all.get('x-amz-matdesc'), 'kms_cmk_id')).toBe(KEY);
          expect([...all.keys()]).toEqual(expect.arrayContaining(['x-amz-key-v2', 'x-amz-iv']));
          expect(all.get('x-amz-wrap-alg')).toBe('kms');
        }),
        { numRuns: fuzzRuns() },
      );
      // With few draws it is chance.
      if (FUZZ_RUNS >= 1_000) expect(passed).toBeGreaterThan(0);
    },
    FUZZ_TIMEOUT,
  );

  it(
    'it is never both an envelope and none, and what was cut off is no proof of either',
    async () => {
      await fc.assert(
        fc.asyncProperty(metadata, fc.integer({ min: 1, max: 50 }), async (all, missing) => {
          const [required, forbidden] = [
            await outcomeOf('required', { metadata: all }),
            await outcomeOf('forbidden', { metadata: all }),
          ];
          expect([required, forbidden]).not.toEqual(['compliant', 'compliant']);
          expect(await outcomeOf('forbidden', { metadata: all, missingMetadata: missing })).not.toBe(
            'compliant',
          );
          // With less to go on it may become unknown, but never a pass that it was not.
          const cut = await outcomeOf('required', { metadata: all, missingMetadata: missing });
          if (required !== 'compliant') expect(cut).not.toBe('compliant');
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'names that are none of an envelope change no verdict',
    async () => {
      await fc.assert(
        fc.asyncProperty(metadata, fc.array(stranger, { maxLength: 5 }), async (all, strangers) => {
          const more = new Map([...strangers, ...all]);
          for (const bucket of ['keyed', 'described', 'forbidden']) {
            expect(await outcomeOf(bucket, { metadata: more })).toBe(
              await outcomeOf(bucket, { metadata: all }),
            );
          }
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );
});
