import { type Case, compliant, tellOf, unknown, violation } from './case.ts';
import { formEncoded } from './messages.ts';
import { ACME, keyArn, PARTNER } from './names.ts';

const ENVELOPE = {
  'x-amz-key-v2': 'AQIDAHhleGFtcGxl',
  'x-amz-iv': 'AAAAAAAAAAAAAAAA',
  'x-amz-cek-alg': 'AES/GCM/NoPadding',
  'x-amz-tag-len': '128',
  'x-amz-wrap-alg': 'kms+context',
  'x-amz-matdesc': '{"aws:x-amz-cek-alg":"AES/GCM/NoPadding"}',
};

/** Every kind of server-side encryption, bucket keys, bucket defaults, and what hides behind SSE-C. */
export const ALGORITHM_CASES: readonly Case[] = [
  {
    title: 'an object that holds to everything that its rule asks for is not alerted',
    key: 'finance/good/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: 'alias/finance', bucketKey: true }),
    expect: compliant('finance'),
  },
  {
    title: 'AES256 where KMS is asked for is the default at work',
    key: 'finance/default/{n}',
    objects: 30,
    write: (hands, at) => hands.put(at),
    expect: violation('critical', 'finance', ['SSE_ALGORITHM_NOT_ALLOWED'], {
      args: { allowed: ['aws:kms'], actual: 'AES256' },
      diagnosis: ['DEFAULT_APPLIED'],
      sse: { type: 'sse-s3' },
      owner: 'finance-platform@example.com',
    }),
  },
  {
    title: 'DSSE is not KMS',
    key: 'finance/dsse/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms:dsse', key: keyArn('finance') }),
    expect: violation('critical', 'finance', ['SSE_ALGORITHM_NOT_ALLOWED'], {
      args: { actual: 'aws:kms:dsse' },
      sse: { type: 'dsse-kms', key: keyArn('finance') },
    }),
  },
  {
    title: 'a bucket key that is asked for and missing is a violation',
    key: 'finance/no-bucket-key/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('finance') }),
    expect: violation('critical', 'finance', ['BUCKET_KEY_NOT_AS_REQUIRED'], {
      args: { required: 'required', actual: false },
    }),
  },
  {
    title: 'everything that is wrong is told at once',
    key: 'finance/all-wrong/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('other'), bucketKey: false }),
    expect: violation('critical', 'finance', ['BUCKET_KEY_NOT_AS_REQUIRED', 'KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: 'a bucket key that is forbidden is a violation',
    key: 'no-bucket-key/with/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain'), bucketKey: true }),
    expect: violation('low', 'no-bucket-key', ['BUCKET_KEY_NOT_AS_REQUIRED'], {
      args: { required: 'forbidden', actual: true },
    }),
  },
  {
    title: 'a forbidden bucket key that is not there is what is wanted',
    key: 'no-bucket-key/without/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: compliant('no-bucket-key'),
  },
  {
    title: 'bucket keys are not judged on DSSE',
    key: 'no-bucket-key/dsse/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms:dsse', key: keyArn('plain') }),
    expect: compliant('no-bucket-key'),
  },
  {
    title: 'DSSE under the right key is what a rule may ask for',
    key: 'dsse-only/right/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms:dsse', key: 'alias/plain' }),
    expect: compliant('dsse-only'),
  },
  {
    title: 'DSSE under another key is a violation',
    key: 'dsse-only/wrong-key/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms:dsse', key: keyArn('other') }),
    expect: violation('high', 'dsse-only', ['KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: 'KMS is not DSSE',
    key: 'dsse-only/kms/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: violation('high', 'dsse-only', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: 'a rule that names no algorithm and no key takes AES256',
    key: 'any/aes/{n}',
    write: (hands, at) => hands.put(at, { sse: 'AES256' }),
    expect: compliant('any'),
  },
  {
    title: 'KMS where AES256 is asked for is a violation',
    key: 'aes-only/kms/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('plain') }),
    expect: violation('low', 'aes-only', ['SSE_ALGORITHM_NOT_ALLOWED'], { args: { allowed: ['AES256'] } }),
  },
  {
    title: 'a key is judged only where the algorithm uses one',
    key: 'aes-or-plain/aes/{n}',
    write: (hands, at) => hands.put(at),
    expect: compliant('aes-or-plain'),
  },
  {
    title: 'a key is judged where the algorithm uses one',
    key: 'aes-or-plain/kms/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('other') }),
    expect: violation('low', 'aes-or-plain', ['KMS_KEY_NOT_ALLOWED']),
  },
  // What no request can write.
  {
    title: 'an object without any encryption is a violation under whatever rule asks for some',
    bucket: 'acme-silent',
    key: 'planted/none/{n}',
    write: (hands, at) => tellOf(hands, at, {}),
    expect: violation('high', 'silent', ['SSE_MISSING'], { sse: { type: 'none' } }),
  },
  {
    title: 'aws:fsx where it is asked for is compliant',
    bucket: 'acme-silent',
    key: 'fsx/right/{n}',
    write: (hands, at) => tellOf(hands, at, { serverSideEncryption: 'aws:fsx' }),
    expect: compliant('fsx-only'),
  },
  {
    title: 'aws:backup where aws:fsx is asked for is a violation',
    bucket: 'acme-silent',
    key: 'fsx/backup/{n}',
    write: (hands, at) => tellOf(hands, at, { serverSideEncryption: 'aws:backup' }),
    expect: violation('low', 'fsx-only', ['SSE_ALGORITHM_NOT_ALLOWED'], {
      args: { allowed: ['aws:fsx'], actual: 'aws:backup' },
      sse: { type: 'backup' },
    }),
  },
  {
    title: 'aws:backup where it is asked for is compliant',
    bucket: 'acme-silent',
    key: 'backup/right/{n}',
    write: (hands, at) => tellOf(hands, at, { serverSideEncryption: 'aws:backup' }),
    expect: compliant('backup-only'),
  },
  {
    title: 'an algorithm that nobody has heard of is unknown, neither pass nor violation',
    bucket: 'acme-silent',
    key: 'planted/quantum/{n}',
    write: (hands, at) => tellOf(hands, at, { serverSideEncryption: 'aws:quantum' }),
    expect: unknown('high', 'silent', ['SSE_UNRECOGNISED'], {
      args: { raw: 'aws:quantum' },
      sse: { type: 'unrecognised', raw: 'aws:quantum' },
    }),
  },
  // SSE-C.
  {
    title: 'SSE-C is a violation under a rule that asks for server-side encryption',
    bucket: 'acme-sealed',
    key: '{n}',
    write: (hands, at) => hands.put(at, { sseC: true }),
    expect: violation('critical', 'sealed', ['SSE_C_NOT_ALLOWED'], { sse: { type: 'sse-c' } }),
  },
  {
    title: 'SSE-C hides the metadata, which a rule for client-side encryption tells beside',
    bucket: 'acme-sealed',
    key: 'both/{n}',
    write: (hands, at) => hands.put(at, { sseC: true }),
    expect: violation('critical', 'sealed-both', ['SSE_C_NOT_ALLOWED'], {
      reasons: ['SSE_C_HIDES_METADATA'],
    }),
  },
  {
    title: 'SSE-C is unknown under a rule for client-side encryption alone',
    bucket: 'acme-sealed',
    key: 'client/{n}',
    write: (hands, at) => hands.put(at, { sseC: true }),
    expect: unknown('critical', 'sealed-client', ['SSE_C_HIDES_METADATA']),
  },
  {
    title: 'AES256 in a bucket that does not block SSE-C is what it says',
    bucket: 'acme-sealed',
    key: 'plain/{n}',
    write: (hands, at) => hands.put(at),
    expect: compliant('sealed'),
  },
  // Client-side encryption.
  {
    title: 'an envelope where client-side encryption is forbidden is a violation',
    key: 'no-client/with/{n}',
    write: (hands, at) => hands.put(at, { metadata: ENVELOPE }),
    expect: violation('low', 'no-client', ['CSE_NOT_ALLOWED']),
  },
  {
    title: 'metadata of other kinds is no envelope',
    key: 'no-client/without/{n}',
    write: (hands, at) => hands.put(at, { metadata: { 'x-amz-keys': 'none', author: formEncoded('ana é') } }),
    expect: compliant('no-client'),
  },
  {
    title: 'metadata that HEAD could not send whole decides nothing',
    bucket: 'acme-silent',
    key: 'no-client/truncated/{n}',
    write: (hands, at) => tellOf(hands, at, { serverSideEncryption: 'AES256', missingMeta: 3 }),
    expect: unknown('low', 'no-client-silent', ['METADATA_TRUNCATED'], { args: { missing: 3 } }),
  },
  {
    title: 'an envelope where client-side encryption is asked for is compliant',
    key: 'client/with/{n}',
    write: (hands, at) => hands.put(at, { metadata: ENVELOPE }),
    expect: compliant('client'),
  },
  // Bucket defaults.
  {
    title: "a write that says nothing gets the bucket's key and bucket key",
    bucket: 'acme-defaults',
    key: 'silent/{n}',
    write: (hands, at) => hands.put(at),
    expect: compliant('defaults'),
  },
  {
    title: "a write that asks for AES256 does not get the bucket's key",
    bucket: 'acme-defaults',
    key: 'aes/{n}',
    write: (hands, at) => hands.put(at, { sse: 'AES256' }),
    expect: violation('high', 'defaults', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: "a write that asks for KMS without a key gets aws/s3, not the bucket's key",
    bucket: 'acme-defaults',
    key: 'kms/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms' }),
    expect: violation('high', 'defaults', ['KMS_KEY_NOT_ALLOWED']),
  },
  {
    title: "an alias in a bucket's default is the owner's key for its own writes",
    bucket: 'acme-drop',
    key: 'own/{n}',
    write: (hands, at) => hands.put(at, { as: ACME }),
    expect: compliant('drop'),
  },
  {
    title: "an alias in a bucket's default is the writer's key for the writes of another account",
    bucket: 'acme-drop',
    key: 'partner/{n}',
    write: (hands, at) => hands.put(at, { as: PARTNER }),
    expect: violation('critical', 'drop', ['KMS_KEY_NOT_ALLOWED'], {
      args: { allowed: [keyArn('shared')], actual: keyArn('partnerShared') },
      diagnosis: ['KEY_OF_ANOTHER_ACCOUNT'],
    }),
  },
];
