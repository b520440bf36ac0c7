import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../src/encryption/head.ts';
import { audit, codesOf, testBed, written } from '../support/audit.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';

const A = keyArn('a');
const B = keyArn('b');
const OTHER = keyArn('c');

const policy = (sse: string, more = ''): string =>
  `version: 1\n${more}rules:\n  - { id: r, match: "s3://lake/p/", sse: ${sse} }\n`;

async function codes(sse: string, head: Partial<ObjectHead>, more = ''): Promise<readonly string[]> {
  const bed = testBed(policy(sse, more));
  bed.heads.put('lake/p/o', found(head));
  const record = await audit(bed, written('lake/p/o'));
  return [record.outcome, ...codesOf(record)];
}

const kms = (key?: string, more: Partial<ObjectHead> = {}): Partial<ObjectHead> => ({
  serverSideEncryption: 'aws:kms',
  ...(key === undefined ? {} : { kmsKeyId: key }),
  ...more,
});

describe('the algorithm', () => {
  it.each([
    [
      'SSE-S3 under [AES256] is compliant',
      '{ algorithm: [AES256] }',
      { serverSideEncryption: 'AES256' },
      ['compliant'],
    ],
    [
      'SSE-S3 where KMS is due is a violation',
      `{ key: "${A}" }`,
      { serverSideEncryption: 'AES256' },
      ['violation', 'SSE_ALGORITHM_NOT_ALLOWED'],
    ],
    [
      'no encryption at all is SSE_MISSING, never SSE-S3',
      '{ algorithm: [AES256] }',
      {},
      ['violation', 'SSE_MISSING'],
    ],
    [
      'DSSE is allowed by default where a key is given',
      `{ key: "${A}" }`,
      { serverSideEncryption: 'aws:kms:dsse', kmsKeyId: A },
      ['compliant'],
    ],
    [
      'DSSE is never folded into KMS',
      `{ key: "${A}", algorithm: [aws:kms] }`,
      { serverSideEncryption: 'aws:kms:dsse', kmsKeyId: A },
      ['violation', 'SSE_ALGORITHM_NOT_ALLOWED'],
    ],
    [
      'FSx storage is an algorithm of its own',
      '{ algorithm: ["aws:fsx"] }',
      { serverSideEncryption: 'aws:fsx' },
      ['compliant'],
    ],
    [
      'AWS Backup is an algorithm of its own',
      '{ algorithm: ["aws:fsx"] }',
      { serverSideEncryption: 'aws:backup' },
      ['violation', 'SSE_ALGORITHM_NOT_ALLOWED'],
    ],
    [
      'a value nobody has heard of is unknown, not a violation',
      `{ key: "${A}" }`,
      { serverSideEncryption: 'aws:quantum' },
      ['unknown', 'SSE_UNRECOGNISED'],
    ],
    [
      'AES256 that shows a KMS key contradicts itself and is unknown',
      '{ algorithm: [AES256] }',
      { serverSideEncryption: 'AES256', kmsKeyId: A },
      ['unknown', 'SSE_UNRECOGNISED'],
    ],
    [
      'a KMS key without an algorithm contradicts itself and is unknown',
      `{ key: "${A}" }`,
      { kmsKeyId: A },
      ['unknown', 'SSE_UNRECOGNISED'],
    ],
    [
      'a requirement without algorithm and key takes KMS under any key',
      '{ bucketKey: any, algorithm: [aws:kms, AES256] }',
      kms(B),
      ['compliant'],
    ],
  ] as const)('%s', async (_title, sse, head, expected) => {
    expect(await codes(sse, head)).toEqual(expected);
  });
});

describe('the bucket key', () => {
  it.each([
    ['required and there', 'required', true, ['compliant']],
    [
      'required and absent, which is how S3 says no',
      'required',
      undefined,
      ['violation', 'BUCKET_KEY_NOT_AS_REQUIRED'],
    ],
    ['forbidden and there', 'forbidden', true, ['violation', 'BUCKET_KEY_NOT_AS_REQUIRED']],
    ['forbidden and absent', 'forbidden', undefined, ['compliant']],
  ] as const)('%s', async (_title, bucketKey, enabled, expected) => {
    const head = kms(A, enabled === undefined ? {} : { bucketKeyEnabled: enabled });
    expect(await codes(`{ key: "${A}", bucketKey: ${bucketKey} }`, head)).toEqual(expected);
  });

  it('is judged on aws:kms alone, so DSSE cannot break it', async () => {
    const head = { serverSideEncryption: 'aws:kms:dsse', kmsKeyId: A };
    expect(await codes(`{ key: "${A}", bucketKey: required }`, head)).toEqual(['compliant']);
  });
});

describe('the key', () => {
  it('named by ARN is that ARN alone', async () => {
    expect(await codes(`{ key: "${A}" }`, kms(A))).toEqual(['compliant']);
    expect(await codes(`{ key: "${A}" }`, kms(B))).toEqual(['violation', 'KMS_KEY_NOT_ALLOWED']);
  });

  it('may be any of a list', async () => {
    expect(await codes(`{ key: ["${B}", "${A}"] }`, kms(A))).toEqual(['compliant']);
  });

  it('that HEAD does not report is unknown, under a rule without a key too', async () => {
    expect(await codes(`{ key: "${A}" }`, kms())).toEqual(['unknown', 'KEY_NOT_REPORTED']);
    expect(await codes('{ algorithm: [aws:kms] }', kms())).toEqual(['unknown', 'KEY_NOT_REPORTED']);
  });

  it('that is an alias as an S3-compatible store echoes it is unknown: it was the writer that resolved it', async () => {
    expect(await codes(`{ key: "${A}" }`, kms('alias/x'))).toEqual(['unknown', 'KEY_UNRESOLVED']);
  });

  it('that is a bare id is the same as an ARN with that id', async () => {
    expect(await codes(`{ key: "${A}" }`, kms(A.slice(A.indexOf('/') + 1)))).toEqual(['compliant']);
  });

  it('that is no reference at all is unknown', async () => {
    expect(await codes(`{ key: "${A}" }`, kms('nonsense'))).toEqual(['unknown', 'KEY_UNRESOLVED']);
  });
});

describe('a key past its last day', () => {
  const until = `keys:\n  k:\n    - "${A}"\n    - { key: "${B}", until: 2026-11-20 }\n`;
  const at = (iso: string) => kms(B, { lastModifiedMs: Date.parse(iso) });

  it('is good for what was written up to the end of that day, UTC', async () => {
    expect(await codes('{ key: k }', at('2026-11-20T23:59:59Z'), until)).toEqual(['compliant']);
  });

  it('is KMS_KEY_EXPIRED from the next day on', async () => {
    expect(await codes('{ key: k }', at('2026-11-21T00:00:00Z'), until)).toEqual([
      'violation',
      'KMS_KEY_EXPIRED',
    ]);
  });

  it('is not among the keys that a violation names as allowed, unless every one of them has lapsed', async () => {
    const allowedFor = async (keys: string): Promise<unknown> => {
      const head = kms(OTHER, { lastModifiedMs: Date.parse('2026-11-21T00:00:00Z') });
      const bed = testBed(policy('{ key: k }', keys));
      bed.heads.put('lake/p/o', found(head));
      return (await audit(bed, written('lake/p/o'))).violations;
    };
    const wrong = { code: 'KMS_KEY_NOT_ALLOWED', args: { actual: OTHER } };
    expect(await allowedFor(until)).toMatchObject([{ ...wrong, args: { allowed: [A] } }]);
    const lapsed = `keys:\n  k: { key: "${B}", until: 2026-11-20 }\n`;
    expect(await allowedFor(lapsed)).toMatchObject([
      { ...wrong, args: { allowed: [B], lapsed: '2026-11-20' } },
    ]);
  });

  it('cannot be judged where HEAD gives no Last-Modified, and is unknown', async () => {
    expect(await codes('{ key: k }', kms(B), until)).toEqual(['unknown', 'KEY_UNRESOLVED']);
  });

  it('is judged by the time of an UpdateObjectEncryption, which leaves Last-Modified alone', async () => {
    const bed = testBed(policy('{ key: k }', until));
    bed.heads.put('lake/p/o', found(at('2026-01-01T00:00:00Z')));
    const rekey = written('lake/p/o', {
      change: 're-key',
      writer: { event: 'UpdateObjectEncryption', at: '2026-11-21T01:00:00Z' },
    });
    expect(codesOf(await audit(bed, rekey))).toEqual(['KMS_KEY_EXPIRED']);
  });

  it('counts as different also where it is undecidable, so that a wrong key is told', async () => {
    const keys = `keys:\n  k:\n    - "${A}"\n    - { key: alias/gone, until: 2026-11-20 }\n`;
    const head = kms(B, { lastModifiedMs: Date.parse('2026-11-21T00:00:00Z') });
    expect(await codes('{ key: k }', head, keys)).toEqual(['violation', 'KMS_KEY_NOT_ALLOWED']);
  });
});

describe('trusted accounts', () => {
  const trusted = 'trustedAccounts: ["111122223333"]\n';

  it('refuse a found key of any other account, beside the wrong key', async () => {
    const foreign = keyArn('a', { account: '999900001111' });
    expect(await codes(`{ key: "${A}" }`, kms(foreign), trusted)).toEqual([
      'violation',
      'KMS_KEY_NOT_ALLOWED',
      'KMS_KEY_UNTRUSTED_ACCOUNT',
    ]);
    expect(await codes('{ algorithm: [aws:kms] }', kms(foreign), trusted)).toEqual([
      'violation',
      'KMS_KEY_UNTRUSTED_ACCOUNT',
    ]);
  });

  it('make a found key that shows no account unknown', async () => {
    const id = A.slice(A.indexOf('/') + 1);
    expect(await codes(`{ key: "${A}" }`, kms(id), trusted)).toEqual(['unknown', 'KEY_UNRESOLVED']);
  });
});

describe('the state of the key', () => {
  it.each(['Disabled', 'PendingDeletion', 'PendingReplicaDeletion', 'PendingImport'])(
    '%s is KMS_KEY_UNUSABLE even where the key is right',
    async (state) => {
      const bed = testBed(policy(`{ key: "${A}" }`));
      bed.heads.put('lake/p/o', found(kms(A)));
      bed.keys.describe(A, 'CUSTOMER', state);
      expect(codesOf(await audit(bed, written('lake/p/o')))).toEqual(['KMS_KEY_UNUSABLE']);
    },
  );

  it.each([
    ['Unavailable', { kind: 'described', manager: 'CUSTOMER', state: 'Unavailable' }],
    ['not told, for DescribeKey was denied,', { kind: 'denied' }],
    ['not told, for the key was not found,', { kind: 'not-found' }],
  ] as const)('%s is not judged', async (_title, answer) => {
    const bed = testBed(policy(`{ key: "${A}" }`));
    bed.heads.put('lake/p/o', found(kms(A)));
    bed.keys.keys.set(A, answer);
    expect((await audit(bed, written('lake/p/o'))).outcome).toBe('compliant');
  });
});
