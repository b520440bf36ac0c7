import { type Case, compliant, gone, tellOf, unknown, violation } from './case.ts';
import type { Asked, Hands, Place } from './hands.ts';
import { cloudTrailReKey, s3Notification } from './messages.ts';
import { keyArn } from './names.ts';

const RIGHT: Asked = { sse: 'aws:kms', key: keyArn('plain') };
const WRONG: Asked = { sse: 'aws:kms', key: keyArn('other') };
const wrongVersion = violation('high', 'versions', ['KMS_KEY_NOT_ALLOWED'], {
  args: { actual: keyArn('other') },
});

/** A source that no event tells of. */
async function source(hands: Hands, { key }: Place, asked: Asked): Promise<Place> {
  const at: Place = { bucket: 'acme-policy', key: `source/${key}` };
  await hands.put(at, asked);
  return at;
}

/** Copies, uploads in parts, versions, overwrites, deletions, and the ways by which an event comes. */
export const LIFE_CASES: readonly Case[] = [
  {
    title: 'the same event twice in a batch is one verdict',
    key: 'by-arn/twice/{n}',
    pairs: true,
    write: async (hands, at) => {
      await hands.put(at, WRONG);
      await hands.again();
    },
    expect: violation('high', 'by-arn', ['KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: 'an overwrite in the same batch is judged as what it left',
    key: 'by-arn/overwritten/{n}',
    pairs: true,
    write: async (hands, at) => {
      await hands.put(at, RIGHT);
      await hands.put(at, WRONG);
    },
    expect: violation('high', 'by-arn', ['KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: 'what has been overwritten since its event is told as superseded',
    key: 'by-arn/superseded/{n}',
    write: (hands, at) => hands.put(at, RIGHT),
    before: async (hands, at) =>
      hands.plant(at, { serverSideEncryption: 'aws:kms', kmsKeyId: keyArn('other') }),
    expect: violation('high', 'by-arn', ['KMS_KEY_NOT_ALLOWED'], { superseded: true }),
  },
  // Copies and uploads in parts.
  {
    title: "a copy gets its bucket's default, not the encryption of its source",
    key: 'by-arn/copied/{n}',
    write: async (hands, at) => hands.copy(await source(hands, at, RIGHT), at),
    expect: violation('high', 'by-arn', ['SSE_ALGORITHM_NOT_ALLOWED'], {
      diagnosis: ['DEFAULT_APPLIED'],
      event: 'ObjectCreated:Copy',
    }),
  },
  {
    title: "a copy into a bucket with a key by default gets that bucket's key",
    bucket: 'acme-defaults',
    key: 'copied/{n}',
    write: async (hands, at) => hands.copy(await source(hands, at, {}), at),
    expect: compliant('defaults'),
  },
  {
    title: 'a copy that asks for the right key has it',
    key: 'by-arn/copied-right/{n}',
    write: async (hands, at) => hands.copy(await source(hands, at, WRONG), at, RIGHT),
    expect: compliant('by-arn'),
  },
  {
    title: 'a copy onto itself with another key is judged by that key',
    bucket: 'acme-versions',
    key: 'copied-onto-itself/{n}',
    write: async (hands, at) => [await hands.put(at, WRONG), await hands.copy(at, at, RIGHT)],
    expect: [wrongVersion, compliant('versions')],
  },
  {
    title: 'an upload in parts under the right key is compliant',
    key: 'by-arn/parts-right/{n}',
    write: (hands, at) => hands.multipart(at, RIGHT),
    expect: compliant('by-arn'),
  },
  {
    title: 'an upload in parts under another key is a violation',
    key: 'by-arn/parts-wrong/{n}',
    write: (hands, at) => hands.multipart(at, WRONG),
    expect: violation('high', 'by-arn', ['KMS_KEY_NOT_ALLOWED'], {
      event: 'ObjectCreated:CompleteMultipartUpload',
    }),
  },
  // Versions.
  {
    title: 'each version is judged by itself, the wrong one under a right one',
    bucket: 'acme-versions',
    key: 'three/{n}',
    write: async (hands, at) => [
      await hands.put(at, RIGHT),
      await hands.put(at, WRONG),
      await hands.put(at, RIGHT),
    ],
    expect: [compliant('versions'), wrongVersion, compliant('versions')],
  },
  {
    title: 'a later delete marker does not make a version gone',
    bucket: 'acme-versions',
    key: 'marked/{n}',
    write: async (hands, at) => [await hands.put(at, WRONG)],
    before: (hands, at) => hands.delete(at),
    expect: [wrongVersion],
  },
  {
    title: 'a version that was deleted before the audit is gone, and the other is not',
    bucket: 'acme-versions',
    key: 'deleted/{n}',
    write: async (hands, at) => [await hands.put(at, WRONG), await hands.put(at, WRONG)],
    before: (hands, at, [first]) => hands.delete(at, first),
    expect: [gone('versions'), wrongVersion],
  },
  {
    title: 'the event of a deletion is no write',
    bucket: 'acme-versions',
    key: 'removed/{n}',
    write: async (hands, at) => {
      const version = await hands.put(at, WRONG);
      await hands.delete(at, version);
      return [version];
    },
    expect: [gone('versions')],
  },
  // Deletions.
  {
    title: 'an object that is deleted before the audit is gone',
    key: 'finance/deleted/{n}',
    write: (hands, at) => hands.put(at),
    before: (hands, at) => hands.delete(at),
    expect: gone('finance'),
  },
  {
    title: 'a bucket that is deleted before the audit is unreachable, and its objects are not gone',
    bucket: 'acme-doomed',
    key: '{n}',
    write: (hands, at) => hands.put(at),
    before: (hands, at) => hands.delete(at),
    meanwhile: (_, hands) => hands.deleteBucket('acme-doomed'),
    expect: unknown('low', 'doomed', ['BUCKET_UNREACHABLE']),
  },
  {
    title: 'a bucket in another Region is unreachable',
    bucket: 'acme-east',
    key: '{n}',
    write: async (hands, at) => {
      await hands.put(at);
      await hands.send(s3Notification({ ...at, region: 'us-east-1' }));
    },
    expect: unknown('low', 'east', ['BUCKET_UNREACHABLE']),
  },
  {
    title: 'an object that HEAD may not see is unknown, with the permission that is missing',
    key: 'denied/{n}',
    write: (hands, at) => hands.put(at),
    meanwhile: async (aws) => aws.s3.control.setDenied('acme-lake', 'denied/'),
    expect: unknown('high', 'denied', ['ACCESS_DENIED'], { args: { permission: 's3:GetObject' } }),
  },
  // Re-keying in place.
  {
    title: 'an object that was re-keyed before its audit is judged as it is',
    key: 'by-arn/re-keyed/{n}',
    write: (hands, at) => hands.put(at, RIGHT),
    before: (hands, at) => hands.reKey(at, keyArn('other')),
    expect: violation('high', 'by-arn', ['KMS_KEY_NOT_ALLOWED'], { args: { actual: keyArn('other') } }),
  },
  {
    title: 'a re-key that CloudTrail tells of is audited',
    bucket: 'acme-silent',
    key: 're-keyed/{n}',
    write: async (hands, at) => {
      await hands.put(at, RIGHT);
      await hands.reKey(at, keyArn('other'));
      await hands.send(cloudTrailReKey(at));
    },
    expect: violation('high', 'silent', ['KMS_KEY_NOT_ALLOWED'], { event: 'UpdateObjectEncryption' }),
  },
  {
    title: 'an object of before the last day of its key is compliant',
    bucket: 'acme-silent',
    key: 'old/{n}',
    write: (hands, at) => tellOf(hands, at, OLD),
    expect: compliant('silent'),
  },
  {
    title: 'an old object that is re-keyed today to a key whose last day is over is not',
    bucket: 'acme-silent',
    key: 'old-re-keyed/{n}',
    write: async (hands, at) => {
      hands.plant(at, OLD);
      await hands.send(cloudTrailReKey(at));
    },
    expect: violation('high', 'silent', ['KMS_KEY_EXPIRED'], { args: { until: '2020-01-31' } }),
  },
  // The ways of an event.
  {
    title: 'an event in an envelope of SNS is audited',
    bucket: 'acme-silent',
    key: 'sns/wrapped/{n}',
    write: async (hands, at) => {
      await hands.put(at, WRONG);
      await hands.fanOut(s3Notification(at), 'wrapped');
    },
    expect: violation('high', 'silent', ['KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: 'an event that SNS delivers raw is audited',
    bucket: 'acme-silent',
    key: 'sns/raw/{n}',
    write: async (hands, at) => {
      await hands.put(at, WRONG);
      await hands.fanOut(s3Notification(at), 'raw');
    },
    expect: violation('high', 'silent', ['KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: 'an event of something other than a write is left alone',
    bucket: 'acme-silent',
    key: 'ignored/{n}',
    write: async (hands, at) => {
      await hands.put(at, WRONG);
      await hands.send(s3Notification({ ...at, eventName: 'ObjectTagging:Put' }));
    },
    expect: { outcome: 'ignored' },
  },
  {
    title: 'an object that is re-keyed after its audit keeps its verdict, for nothing tells of it',
    key: 'by-arn/re-keyed-later/{n}',
    write: (hands, at) => hands.put(at, RIGHT),
    expect: compliant('by-arn'),
  },
];

/** Written in January 2020, under a key whose last day of writing was the end of that month. */
const OLD = {
  serverSideEncryption: 'aws:kms',
  kmsKeyId: keyArn('former'),
  bucketKeyEnabled: true,
  lastModified: Date.UTC(2020, 0, 31, 23, 59, 59),
};
