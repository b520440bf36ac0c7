import { describe, expect, it } from 'vitest';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { objectKey } from '../../src/objects/object.ts';
import { audit, codesOf, testBed, written } from '../support/audit.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';

const A = keyArn('a');
const RULE = `rules:\n  - { id: r, match: "s3://lake/p/", sse: { key: "${A}" } }\n`;
const POLICY = `version: 1\n${RULE}`;
const right = found({ serverSideEncryption: 'aws:kms', kmsKeyId: A });

describe('an object that HEAD does not show', () => {
  it('is gone where HEAD answers 404 while the bucket answers', async () => {
    const record = await audit(testBed(POLICY), written('lake/p/o'));
    expect(record.outcome).toBe('gone');
    expect(record.rule).toBe('r');
  });

  it('is unknown where the bucket does not answer either', async () => {
    const bed = testBed(POLICY);
    bed.heads.putBucket('lake', 'missing');
    const record = await audit(bed, written('lake/p/o'));
    expect([record.outcome, ...codesOf(record)]).toEqual(['unknown', 'BUCKET_UNREACHABLE']);
  });

  it('is unknown where the bucket may not be asked, naming the permission', async () => {
    const bed = testBed(POLICY);
    bed.heads.putBucket('lake', 'denied');
    const record = await audit(bed, written('lake/p/o'));
    expect(record.reasons).toEqual([
      { code: 'ACCESS_DENIED', args: { permission: 's3:ListBucket', resource: 'arn:aws:s3:::lake' } },
    ]);
  });

  it('is gone where the version named is a delete marker', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o?v1', { kind: 'method-not-allowed' });
    expect((await audit(bed, written('lake/p/o', { versionId: 'v1' }))).outcome).toBe('gone');
  });

  it('is no verdict of absence where a 405 comes without a version', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o', { kind: 'method-not-allowed' });
    const record = await audit(bed, written('lake/p/o'));
    expect([record.outcome, ...codesOf(record)]).toEqual(['unknown', 'BAD_REQUEST']);
  });

  it('is KEY_ENCODING where the other reading of its key is there, never gone', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/a+b', right);
    const record = await audit(bed, written('lake/p/a b', { otherReading: objectKey('p/a+b') }));
    expect(record.outcome).toBe('unknown');
    expect(record.reasons).toEqual([{ code: 'KEY_ENCODING', args: { foundAs: 'p/a+b' } }]);
  });

  it('is gone where neither reading of its key is there', async () => {
    const bed = testBed(POLICY);
    const record = await audit(bed, written('lake/p/a b', { otherReading: objectKey('p/a+b') }));
    expect(record.outcome).toBe('gone');
    expect(bed.heads.asked).toEqual(['lake/p/a b', 'lake/p/a+b']);
  });

  it('is ACCESS_DENIED where HEAD answers 403, naming the permission for a version', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o', { kind: 'denied' }).put('lake/p/o?v1', { kind: 'denied' });
    const plain = await audit(bed, written('lake/p/o'));
    const version = await audit(bed, written('lake/p/o', { versionId: 'v1' }));
    expect(plain.reasons?.[0]?.args).toEqual({
      permission: 's3:GetObject',
      resource: 'arn:aws:s3:::lake/p/o',
    });
    expect(version.reasons?.[0]?.args).toMatchObject({ permission: 's3:GetObjectVersion' });
  });

  it('is BUCKET_UNREACHABLE where the bucket is in another Region', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o', { kind: 'wrong-region', region: 'us-east-1' });
    expect((await audit(bed, written('lake/p/o'))).reasons).toEqual([
      { code: 'BUCKET_UNREACHABLE', args: { region: 'us-east-1' } },
    ]);
  });

  it('is BAD_REQUEST with the status where S3 answers what nobody expected', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o', { kind: 'unexpected', status: 418 });
    expect((await audit(bed, written('lake/p/o'))).reasons).toEqual([
      { code: 'BAD_REQUEST', args: { status: 418 } },
    ]);
  });

  it('has no verdict while S3 is busy: the failure is retryable', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o', { kind: 'transient' });
    await expect(audit(bed, written('lake/p/o'))).rejects.toBeInstanceOf(RetryableFailure);
  });
});

describe('a HEAD answered with 400', () => {
  const bad = (yaml: string, code: string, message: string) => {
    const bed = testBed(yaml);
    bed.heads.put('lake/p/o', { kind: 'bad-request' });
    bed.heads.putError('lake/p/o', { kind: 'error', status: 400, code, message });
    return audit(bed, written('lake/p/o'));
  };
  const SSE_C =
    'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.';

  it('is SSE-C where the error document says InvalidRequest and speaks of server-side encryption', async () => {
    const record = await bad(POLICY, 'InvalidRequest', SSE_C);
    expect([record.outcome, ...codesOf(record)]).toEqual(['violation', 'SSE_C_NOT_ALLOWED']);
    expect(record.observed).toEqual({ sse: { type: 'sse-c' } });
  });

  it('that is SSE-C hides the envelope a rule asks for, beside the violation', async () => {
    const yaml = `version: 1\nrules:\n  - { id: r, match: "s3://lake/p/", sse: { key: "${A}" }, cse: required }\n`;
    expect(codesOf(await bad(yaml, 'InvalidRequest', SSE_C))).toEqual([
      'SSE_C_NOT_ALLOWED',
      'SSE_C_HIDES_METADATA',
    ]);
  });

  it.each(['required', 'forbidden'])(
    'that is SSE-C is unknown under a rule that has cse: %s alone',
    async (cse) => {
      const yaml = `version: 1\nrules:\n  - { id: r, match: "s3://lake/p/", cse: ${cse} }\n`;
      const record = await bad(yaml, 'InvalidRequest', SSE_C);
      expect([record.outcome, ...codesOf(record)]).toEqual(['unknown', 'SSE_C_HIDES_METADATA']);
    },
  );

  it.each([
    'ExpiredToken',
    'InvalidToken',
    'TokenRefreshRequired',
    'AuthorizationHeaderMalformed',
    'RequestTimeTooSkewed',
  ])('whose document says %s speaks of the caller and is no verdict', async (code) => {
    await expect(bad(POLICY, code, 'no')).rejects.toBeInstanceOf(CallerRefused);
  });

  it.each([
    ['InvalidRequest', 'something else'],
    ['InvalidArgument', SSE_C],
  ])('that says %s: %s is BAD_REQUEST', async (code, message) => {
    const record = await bad(POLICY, code, message);
    expect(record.reasons).toEqual([{ code: 'BAD_REQUEST', args: { status: 400, errorCode: code } }]);
  });

  it('whose GET then succeeds is BAD_REQUEST, never a pass', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o', { kind: 'bad-request' });
    expect(codesOf(await audit(bed, written('lake/p/o')))).toEqual(['BAD_REQUEST']);
  });
});

describe('an object that need not be seen', () => {
  it('is uncovered where no rule governs it, without a HEAD', async () => {
    const bed = testBed(POLICY);
    expect((await audit(bed, written('lake/q/o'))).outcome).toBe('uncovered');
    expect(bed.heads.asked).toEqual([]);
  });

  const EXEMPT = `${POLICY}exempt:\n  - { match: "s3://lake/p/_temporary/**", reason: scratch, until: 2026-12-31 }\n  - { match: "s3://lake/**/*_$folder$", maxSize: 16, reason: markers }\n`;

  it('is exempt where an exemption applies, without a HEAD, and the glob is named', async () => {
    const bed = testBed(EXEMPT);
    const record = await audit(bed, written('lake/p/_temporary/0/x'));
    expect([record.outcome, record.exemption]).toEqual(['exempt', 's3://lake/p/_temporary/**']);
    expect(bed.heads.asked).toEqual([]);
  });

  it('is judged where it is larger than the exemption bears', async () => {
    const bed = testBed(EXEMPT);
    bed.heads.put('lake/p/x_$folder$', found({ serverSideEncryption: 'AES256', sizeBytes: 17 }));
    expect((await audit(bed, written('lake/p/x_$folder$', { sizeBytes: 17 }))).outcome).toBe('violation');
  });

  it('is HEADed for its size where the route tells none', async () => {
    const bed = testBed(EXEMPT);
    bed.heads.put('lake/p/x_$folder$', found({ serverSideEncryption: 'AES256', sizeBytes: 0 }));
    expect((await audit(bed, written('lake/p/x_$folder$'))).outcome).toBe('exempt');
    expect(bed.heads.asked).toHaveLength(1);
  });

  it('is unknown where that HEAD is denied, even where no rule governs it', async () => {
    const bed = testBed(EXEMPT);
    bed.heads.put('lake/q/x_$folder$', { kind: 'denied' });
    const record = await audit(bed, written('lake/q/x_$folder$'));
    expect([record.outcome, record.rule, ...codesOf(record)]).toEqual([
      'unknown',
      undefined,
      'ACCESS_DENIED',
    ]);
  });
});

describe('another write that came between', () => {
  it('is told as superseded and loses the writer', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o', found({ serverSideEncryption: 'aws:kms', kmsKeyId: A, etag: 'new' }));
    const object = written('lake/p/o', { etag: 'old', writer: { event: 'ObjectCreated:Put' } });
    const record = await audit(bed, object);
    expect(record.superseded).toBe(true);
    expect(record.writer).toBeUndefined();
  });

  it('is not supposed where the ETags agree, so that the writer stays', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o', found({ serverSideEncryption: 'aws:kms', kmsKeyId: A, etag: 'same' }));
    const record = await audit(
      bed,
      written('lake/p/o', { etag: 'same', writer: { event: 'ObjectCreated:Put' } }),
    );
    expect(record.superseded).toBeUndefined();
    expect(record.writer).toEqual({ event: 'ObjectCreated:Put' });
  });
});
