import { describe, expect, it } from 'vitest';
import { RetryableFailure } from '../../src/audit/failures.ts';
import { audit, codesOf, type TestBed, testBed, written } from '../support/audit.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';

const A = keyArn('a');
const B = keyArn('b');
const TENANTS = `version: 1\nrules:\n  - { id: tenants, match: "s3://lake/t/{tenant}/", sse: { key: "alias/tenant-{tenant}" } }\n`;
const single = (key: string): string =>
  `version: 1\nrules:\n  - { id: r, match: "s3://lake/p/", sse: { key: "${key}" } }\n`;

const put = (bed: TestBed, place: string, key: string): TestBed => {
  bed.heads.put(place, found({ serverSideEncryption: 'aws:kms', kmsKeyId: key }));
  return bed;
};

describe('an alias in the policy', () => {
  it("is resolved in the bucket's Region and compared as the key ARN that it stands for", async () => {
    const bed = put(testBed(TENANTS), 'lake/t/a/o', A);
    bed.keys.point('alias/tenant-a', A);
    expect((await audit(bed, written('lake/t/a/o', { region: 'us-west-2' }))).outcome).toBe('compliant');
    expect(bed.keys.asked).toContain('alias alias/tenant-a us-west-2 kept');
  });

  it('is resolved afresh before a mismatch is told, so that a re-pointed alias accuses nobody', async () => {
    const bed = put(testBed(TENANTS), 'lake/t/a/o', B);
    bed.keys.point('alias/tenant-a', A);
    const asked: string[] = [];
    const inner = bed.keys.alias.bind(bed.keys);
    bed.keys.alias = async (alias, region, freshness) => {
      asked.push(freshness);
      if (freshness === 'fresh') bed.keys.point('alias/tenant-a', B);
      return inner(alias, region, freshness);
    };
    expect((await audit(bed, written('lake/t/a/o'))).outcome).toBe('compliant');
    expect(asked).toEqual(['kept', 'fresh']);
  });

  it.each([
    ['is not there', { kind: 'not-found' }, 'not-found'],
    ['may not be looked up', { kind: 'denied' }, 'denied'],
    ['cannot be looked up', { kind: 'unlookable' }, 'unlookable'],
  ] as const)('that %s makes the object unknown, never a violation', async (_title, answer, cause) => {
    const bed = put(testBed(TENANTS), 'lake/t/a/o', A);
    bed.keys.aliases.set('alias/tenant-a', answer);
    const record = await audit(bed, written('lake/t/a/o'));
    expect(record.outcome).toBe('unknown');
    expect(record.reasons).toEqual([
      { code: 'KEY_UNRESOLVED', args: { layer: 'sse', reference: 'alias/tenant-a', cause } },
    ]);
  });

  it.each(['a b', 'ä', 'x.y', 'a:b', '..', '%2F'])(
    'is not asked of KMS with the captured text %j, which a stranger may have chosen',
    async (tenant) => {
      const bed = put(testBed(TENANTS), `lake/t/${tenant}/o`, A);
      const record = await audit(bed, written(`lake/t/${tenant}/o`));
      expect(codesOf(record)).toEqual(['KEY_UNRESOLVED']);
      expect(bed.keys.asked.filter((question) => question.startsWith('alias'))).toEqual([]);
    },
  );

  it('never becomes aws/s3 by a capture', async () => {
    const yaml = `version: 1\nrules:\n  - { id: r, match: "s3://lake/t/{x}/", sse: { key: "alias/aw{x}/s3" } }\n`;
    const bed = put(testBed(yaml), 'lake/t/s/o', A);
    bed.keys.describe(A, 'AWS');
    expect(codesOf(await audit(bed, written('lake/t/s/o')))).toEqual(['KEY_UNRESOLVED']);
  });

  it('that a keys item lists under aliases needs no KMS', async () => {
    const yaml = `version: 1\nkeys:\n  k: { key: "${A}", aliases: [alias/listed] }\nrules:\n  - { id: r, match: "s3://lake/p/", sse: { key: alias/listed } }\n`;
    const bed = put(testBed(yaml), 'lake/p/o', A);
    expect((await audit(bed, written('lake/p/o'))).outcome).toBe('compliant');
    expect(bed.keys.asked.filter((question) => question.startsWith('alias'))).toEqual([]);
  });

  it('given as an ARN is resolved as that ARN', async () => {
    const arn = 'arn:aws:kms:eu-west-1:444455556666:alias/theirs';
    const bed = put(testBed(single(arn)), 'lake/p/o', B);
    bed.keys.point(arn, B);
    expect((await audit(bed, written('lake/p/o'))).outcome).toBe('compliant');
  });

  it('leaves the message to be tried again while KMS is throttling', async () => {
    const bed = put(testBed(TENANTS), 'lake/t/a/o', A);
    bed.keys.failNext = 1;
    await expect(audit(bed, written('lake/t/a/o'))).rejects.toBeInstanceOf(RetryableFailure);
  });
});

describe('alias/aws/s3', () => {
  it('holds where the found key is AWS-managed, and is itself never asked of KMS', async () => {
    const bed = put(testBed(single('alias/aws/s3')), 'lake/p/o', A);
    bed.keys.describe(A, 'AWS');
    expect((await audit(bed, written('lake/p/o'))).outcome).toBe('compliant');
    expect(bed.keys.asked.every((question) => question.startsWith('key '))).toBe(true);
  });

  it('does not hold where the found key is a customer key', async () => {
    const bed = put(testBed(single('alias/aws/s3')), 'lake/p/o', A);
    expect(codesOf(await audit(bed, written('lake/p/o')))).toEqual(['KMS_KEY_NOT_ALLOWED']);
  });

  it('is unknown where the found key may not be described', async () => {
    const bed = put(testBed(single('alias/aws/s3')), 'lake/p/o', A);
    bed.keys.keys.set(A, { kind: 'denied' });
    expect(codesOf(await audit(bed, written('lake/p/o')))).toEqual(['KEY_UNRESOLVED']);
  });
});

describe('why it probably happened', () => {
  it('the key of another tenant is found by the aliases that point at it', async () => {
    const bed = put(testBed(TENANTS), 'lake/t/b/o', A);
    bed.keys.point('alias/tenant-a', A).point('alias/tenant-b', B);
    expect((await audit(bed, written('lake/t/b/o'))).diagnosis).toEqual([
      { code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'tenants', captures: { tenant: 'a' } } },
    ]);
  });

  it('the key of another rule is found by its ARN, without asking for aliases', async () => {
    const yaml = `version: 1\nrules:\n  - { id: a, match: "s3://lake/a/", sse: { key: "${A}" } }\n  - { id: b, match: "s3://lake/b/", sse: { key: "${B}" } }\n`;
    const bed = put(testBed(yaml), 'lake/b/o', A);
    expect((await audit(bed, written('lake/b/o'))).diagnosis).toEqual([
      { code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'a' } },
    ]);
    expect(bed.keys.asked.some((question) => question.startsWith('names'))).toBe(false);
  });

  it('aliases that may not be listed leave the diagnosis out and change no verdict', async () => {
    const bed = put(testBed(TENANTS), 'lake/t/b/o', A);
    bed.keys.point('alias/tenant-a', A).point('alias/tenant-b', B);
    bed.keys.aliasesTold = false;
    const record = await audit(bed, written('lake/t/b/o'));
    expect([record.outcome, record.diagnosis]).toEqual(['violation', undefined]);
  });

  it('the AWS-managed key says that KMS was asked for without a key', async () => {
    const bed = put(testBed(single(A)), 'lake/p/o', B);
    bed.keys.describe(B, 'AWS');
    expect((await audit(bed, written('lake/p/o'))).diagnosis).toEqual([
      { code: 'AWS_MANAGED_KEY', args: { key: B } },
    ]);
  });

  it('the AWS-managed key is not blamed on a rule that asks for it', async () => {
    const yaml = `version: 1\nrules:\n  - { id: a, match: "s3://lake/a/", sse: { key: alias/aws/s3 } }\n  - { id: b, match: "s3://lake/b/", sse: { key: "${A}" } }\n`;
    const bed = put(testBed(yaml), 'lake/b/o', B);
    bed.keys.describe(B, 'AWS').point('alias/aws/s3', B);
    expect((await audit(bed, written('lake/b/o'))).diagnosis).toEqual([
      { code: 'AWS_MANAGED_KEY', args: { key: B } },
    ]);
  });

  it("a key of another account says that an alias was resolved in the writer's account", async () => {
    const foreign = keyArn('c', { account: '999900001111' });
    const bed = put(testBed(single(A)), 'lake/p/o', foreign);
    expect((await audit(bed, written('lake/p/o'))).diagnosis).toEqual([
      { code: 'KEY_OF_ANOTHER_ACCOUNT', args: { account: '999900001111', expected: ['111122223333'] } },
    ]);
  });

  it('SSE-S3 where KMS was due says that the default was applied', async () => {
    const bed = testBed(single(A));
    bed.heads.put('lake/p/o', found({ serverSideEncryption: 'AES256' }));
    expect((await audit(bed, written('lake/p/o'))).diagnosis).toEqual([
      { code: 'DEFAULT_APPLIED', args: {} },
    ]);
  });
});
