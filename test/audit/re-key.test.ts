import { describe, expect, it } from 'vitest';
import { audit, codesOf, NOW_MS, testBed, written } from '../support/audit.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';

const [A, B] = [keyArn('a'), keyArn('b')];
const POLICY = `version: 1\nkeys:\n  k: { key: "${B}", until: 2026-11-20 }\nrules:\n  - { id: r, match: "s3://lake/p/", sse: { key: k } }\n  - { id: free, match: "s3://lake/free/", sse: { key: "${B}" } }\n`;

/** An object of long ago that is under the key now, by an event of that time. */
async function reKeyed(at: string | undefined, { key = B, place = 'lake/p/o' } = {}) {
  const bed = testBed(POLICY);
  const lastModifiedMs = NOW_MS - 300 * 86_400_000;
  bed.heads.put(place, found({ serverSideEncryption: 'aws:kms', kmsKeyId: key, lastModifiedMs }));
  const writer = { event: 'UpdateObjectEncryption', ...(at === undefined ? {} : { at }) };
  const record = await audit(bed, written(place, { change: 're-key', writer }));
  return { verdict: [record.outcome, ...codesOf(record)], record };
}

describe('an object that was re-keyed', () => {
  it('on the last day of the key is compliant, and after it in violation', async () => {
    expect((await reKeyed('2026-11-20T23:59:59Z')).verdict).toEqual(['compliant']);
    expect((await reKeyed('2026-11-21T00:00:00Z')).verdict).toEqual(['violation', 'KMS_KEY_EXPIRED']);
  });

  it.each([
    ['no time', undefined],
    ['a word', 'garbage'],
    ['a word with a number, of which Date.parse makes a year', 'garbage 7'],
    ['a day that is none', '2026-02-30T00:00:00Z'],
    ['a time without its zone', '2026-11-20T12:00:00'],
  ])(
    'by an event with %s is unknown where the key has a last day: Last-Modified is no answer',
    async (_, at) => {
      const { verdict, record } = await reKeyed(at);
      expect(verdict).toEqual(['unknown', 'KEY_UNRESOLVED']);
      expect(record.reasons).toEqual([
        { code: 'KEY_UNRESOLVED', args: { layer: 'sse', reference: B, cause: 'unlookable' } },
      ]);
    },
  );

  it('by an event without a time is judged all the same where no last day asks for it', async () => {
    expect((await reKeyed(undefined, { place: 'lake/free/o' })).verdict).toEqual(['compliant']);
    expect((await reKeyed(undefined, { key: A })).verdict).toEqual(['violation', 'KMS_KEY_NOT_ALLOWED']);
  });

  it('is the only one that needs the time of its event: a write has Last-Modified', async () => {
    const bed = testBed(POLICY);
    const lastModifiedMs = Date.parse('2026-11-20T12:00:00Z');
    bed.heads.put('lake/p/o', found({ serverSideEncryption: 'aws:kms', kmsKeyId: B, lastModifiedMs }));
    const write = written('lake/p/o', { writer: { event: 'ObjectCreated:Put', at: 'garbage' } });
    expect((await audit(bed, write)).outcome).toBe('compliant');
  });
});
