import { describe, expect, it } from 'vitest';
import { evaluate, fileWith, recordsOf } from './run.ts';

const A = 'arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';
const POLICY = `version: 1
keys:
  k: { key: "${A}", until: 2026-11-20 }
rules:
  - { id: e, match: "s3://lake/e/", sse: { key: k } }
  - { id: c, match: "s3://lake/c/", cse: required }
`;

async function judged(line: object) {
  const { status, stdout } = await evaluate([line], { policy: fileWith('policy.yaml', POLICY) });
  const verdicts = recordsOf(stdout).map(({ outcome, violations = [], reasons = [] }) => [
    outcome,
    ...[...violations, ...reasons].map(({ code }) => code),
  ]);
  return { status, verdicts };
}

describe('a line with the event of an UpdateObjectEncryption', () => {
  const reKeyed = (eventTime: unknown, time?: string) => ({
    bucket: 'lake',
    key: 'e/o',
    head: { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: A, LastModified: '2026-01-01T00:00:00Z' },
    event: {
      ...{ source: 'aws.s3', 'detail-type': 'AWS API Call via CloudTrail', time },
      detail: {
        ...{ eventSource: 's3.amazonaws.com', eventName: 'UpdateObjectEncryption', eventTime },
        requestParameters: { bucketName: 'lake', key: 'e/o' },
      },
    },
  });
  const expired = { status: 1, verdicts: [['violation', 'KMS_KEY_EXPIRED']] };
  const unresolved = { status: 3, verdicts: [['unknown', 'KEY_UNRESOLVED']] };

  it('is judged by the time of the call', async () => {
    expect(await judged(reKeyed('2026-11-21T01:00:00Z'))).toEqual(expired);
    expect(await judged(reKeyed('2026-11-20T01:00:00Z'))).toEqual({ status: 0, verdicts: [['compliant']] });
  });

  it.each([undefined, null, 'garbage', 'garbage 7'])(
    'whose time is %j is judged by that of the event around it, and without one is unknown, never a pass',
    async (eventTime) => {
      expect(await judged(reKeyed(eventTime))).toEqual(unresolved);
      expect(await judged(reKeyed(eventTime, 'yesterday'))).toEqual(unresolved);
      expect(await judged(reKeyed(eventTime, '2026-11-21T01:00:00Z'))).toEqual(expired);
    },
  );
});

it("a line whose HEAD was taken with the customer's key hides the inner layer as one that was refused", async () => {
  const head = { SSECustomerAlgorithm: 'AES256', ContentLength: 3 };
  const taken = await judged({ bucket: 'lake', key: 'c/a', head });
  expect(taken).toEqual({ status: 3, verdicts: [['unknown', 'SSE_C_HIDES_METADATA']] });
  const message = 'The object was stored using a form of Server Side Encryption.';
  const refused = { bucket: 'lake', key: 'c/a', status: 400, error: { code: 'InvalidRequest', message } };
  expect(await judged(refused)).toEqual(taken);
});

describe('a line with the event of a write', () => {
  const record = (key: string, versionId?: string) => ({
    ...{ eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put' },
    s3: { bucket: { name: 'lake' }, object: { key, versionId } },
  });
  const head = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: A, LastModified: '2026-01-01T00:00:00Z' };
  const line = (event: object, VersionId?: string) => ({
    ...{ bucket: 'lake', key: 'e/o', event },
    head: { ...head, VersionId },
  });
  const refused = (why: string) => ({ status: 2, stdout: '', stderr: `standard input:1: ${why}\n` });
  const evaluated = (of: object) => evaluate([of], { policy: fileWith('policy.yaml', POLICY) });

  it('is judged where the HEAD is that of the version which the event names', async () => {
    const compliant = { status: 0, verdicts: [['compliant']] };
    expect(await judged(line(record('e/o', 'v1'), 'v1'))).toEqual(compliant);
    // A HEAD that shows no version is taken for the one asked after, and an event without one asks for the current one.
    expect(await judged(line(record('e/o', 'v1')))).toEqual(compliant);
    expect(await judged(line(record('e/o'), 'v2'))).toEqual(compliant);
  });

  it.each(['v2', 'null'])('is refused where the event names v1 and the HEAD is that of %s', async (other) => {
    const why = `"head"."VersionId": found "${other}", expected "v1", which "event" names: ask for the HEAD of that version`;
    expect(await evaluated(line(record('e/o', 'v1'), other))).toEqual(refused(why));
  });

  it.each([
    ['of another object', record('e/other')],
    ['of the same object', record('e/o', 'v1')],
    ['of a deletion', { ...record('e/o'), eventName: 'ObjectRemoved:Delete' }],
    ['that cannot be read', {}],
  ])('is refused where it holds a second record, %s', async (_, second) => {
    const why =
      '"event": found 2 records, expected one S3 record or one EventBridge event: write a line for each object';
    expect(await evaluated(line({ Records: [record('e/o'), second] }))).toEqual(refused(why));
  });
});
