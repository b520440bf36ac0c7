import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { type CseObject, loadCseObjects } from '../fixtures/cse/load.ts';
import { audit, codesOf, testBed, written } from '../support/audit.ts';
import { found } from '../support/memory.ts';

const FINANCE = 'arn:aws:kms:us-east-1:123456789012:key/ef2d3e09-6eb8-4432-909e-2e86d1d169f1';
const HR = 'arn:aws:kms:us-east-1:123456789012:key/87d06cb5-f15b-4c55-8f1c-824d99920639';
const ELSEWHERE = 'arn:aws:kms:us-east-1:123456789012:key/11111111-1111-4111-8111-111111111111';
const alias = (name: string): string => `[alias/${name}, "arn:aws:kms:us-east-1:123456789012:alias/${name}"]`;

const policy = (key: string, suffix = ''): string => `version: 1
keys:
  finance: { key: "${FINANCE}", aliases: ${alias('cse-finance')} }
  hr: { key: "${HR}", aliases: ${alias('cse-hr')} }
  elsewhere: "${ELSEWHERE}"
rules:
  - id: cse
    match: s3://lake/
    cse: { key: ${key}${suffix === '' ? '' : `, instructionSuffix: "${suffix}"`} }
`;

async function judged(object: CseObject, key: string): Promise<AuditRecord> {
  const bed = testBed(policy(key, object.instructionFile?.suffix));
  bed.heads.put(`lake/${object.key}`, found({ metadata: object.metadata }));
  if (object.instructionFile)
    bed.files.put(`lake/${object.instructionFile.key}`, object.instructionFile.body);
  return audit(bed, written(`lake/${object.key}`));
}

const expected = (object: CseObject, keyIsRight: boolean): readonly string[] => {
  if (!object.encrypted) return ['violation', 'CSE_MISSING'];
  if (object.wrap === 'kms+context') return ['unknown', 'CSE_KEY_NOT_NAMED'];
  if (object.wrap !== 'kms') return ['violation', 'CSE_WRAP_NOT_ALLOWED'];
  return keyIsRight ? ['compliant'] : ['violation', 'CSE_KEY_NOT_ALLOWED'];
};

describe.each(loadCseObjects('cse-objects.json'))('$key, which a real client wrote', (object) => {
  const right =
    object.claimedKey?.includes('hr') || object.claimedKey?.includes('87d06cb5') ? 'hr' : 'finance';

  it('under a rule with the right key is judged by what its envelope names', async () => {
    const record = await judged(object, right);
    expect([record.outcome, ...codesOf(record)]).toEqual(expected(object, true));
  });

  it.each(['elsewhere', right === 'hr' ? 'finance' : 'hr'])(
    'under a rule with the key %s is never compliant',
    async (key) => {
      const record = await judged(object, key);
      expect([record.outcome, ...codesOf(record)]).toEqual(expected(object, false));
    },
  );

  it('shows neither its wrapped key nor its IV in the record', async () => {
    const text = JSON.stringify(await judged(object, right));
    for (const name of ['x-amz-key', 'x-amz-key-v2', 'x-amz-3', 'x-amz-iv', 'x-amz-i', 'x-amz-d']) {
      const secret = object.metadata.get(name);
      if (secret) expect(text).not.toContain(secret);
    }
  });
});
