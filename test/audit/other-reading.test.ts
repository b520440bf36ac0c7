import { describe, expect, it } from 'vitest';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import type { HeadAnswer } from '../../src/audit/ports.ts';
import { objectKey } from '../../src/objects/object.ts';
import { audit, codesOf, type TestBed, testBed, written } from '../support/audit.ts';
import { found } from '../support/memory.ts';

const POLICY = 'version: 1\nrules:\n  - { id: r, match: "s3://lake/p/", sse: { algorithm: [AES256] } }\n';
const OTHER = 'p/a+b';
const object = written('lake/p/a b', { otherReading: objectKey(OTHER) });

/** Nothing is at the key as the event gives it; at its other reading S3 answers so. */
const elsewhere = (answer: HeadAnswer | { readonly kind: 'transient' }): TestBed => {
  const bed = testBed(POLICY);
  bed.heads.put(`lake/${OTHER}`, answer);
  return bed;
};

describe('where nothing is at the key of an event, an object at its other reading', () => {
  it('that is found is KEY_ENCODING', async () => {
    const record = await audit(elsewhere(found({ serverSideEncryption: 'AES256' })), object);
    expect(record).toMatchObject({
      outcome: 'unknown',
      rule: 'r',
      reasons: [{ code: 'KEY_ENCODING', args: { foundAs: OTHER } }],
    });
  });

  it('that is refused is there, for a missing one was told: ACCESS_DENIED, never gone', async () => {
    const record = await audit(elsewhere({ kind: 'denied' }), object);
    expect(record).toMatchObject({ outcome: 'unknown', rule: 'r', severity: 'high' });
    expect(record.reasons).toEqual([
      {
        code: 'ACCESS_DENIED',
        args: { permission: 's3:GetObject', resource: `arn:aws:s3:::lake/${OTHER}` },
      },
    ]);
  });

  it('that is refused in the version named asks for the permission for versions', async () => {
    const bed = testBed(POLICY);
    bed.heads.put(`lake/${OTHER}?v1`, { kind: 'denied' });
    const { reasons } = await audit(bed, { ...object, versionId: 'v1' });
    expect(reasons).toMatchObject([{ args: { permission: 's3:GetObjectVersion' } }]);
  });

  it.each<[HeadAnswer, object]>([
    [
      { kind: 'wrong-region', region: 'us-east-1' },
      { code: 'BUCKET_UNREACHABLE', args: { region: 'us-east-1' } },
    ],
    [
      { kind: 'unexpected', status: 418 },
      { code: 'BAD_REQUEST', args: { status: 418 } },
    ],
    [{ kind: 'method-not-allowed' }, { code: 'BAD_REQUEST', args: { status: 405 } }],
  ])('of which S3 answers %j is unknown for that reason', async (answer, reason) => {
    const record = await audit(elsewhere(answer), object);
    expect([record.outcome, record.reasons]).toEqual(['unknown', [reason]]);
  });

  it('of which S3 is too busy to tell leaves no verdict: the failure is retryable', async () => {
    await expect(audit(elsewhere({ kind: 'transient' }), object)).rejects.toBeInstanceOf(RetryableFailure);
  });

  it('is gone too where the version named is a delete marker', async () => {
    const bed = testBed(POLICY);
    bed.heads.put(`lake/${OTHER}?v1`, { kind: 'method-not-allowed' });
    expect((await audit(bed, { ...object, versionId: 'v1' })).outcome).toBe('gone');
  });
});

describe('a 400 to a HEAD of the other reading', () => {
  const bad = (code: string, message: string) => {
    const bed = elsewhere({ kind: 'bad-request' });
    bed.heads.putError(`lake/${OTHER}`, { kind: 'error', status: 400, code, message });
    return audit(bed, object);
  };

  it('is an object where the error document says SSE-C: KEY_ENCODING', async () => {
    const record = await bad(
      'InvalidRequest',
      'The object was stored using a form of Server Side Encryption.',
    );
    expect(codesOf(record)).toEqual(['KEY_ENCODING']);
  });

  it('is no verdict where it speaks of the caller', async () => {
    await expect(bad('ExpiredToken', 'no')).rejects.toBeInstanceOf(CallerRefused);
  });

  it('is BAD_REQUEST for any other reason, and no word of an object that was found', async () => {
    const record = await bad('InvalidArgument', 'no');
    expect(record.reasons).toEqual([
      { code: 'BAD_REQUEST', args: { status: 400, errorCode: 'InvalidArgument' } },
    ]);
  });
});
