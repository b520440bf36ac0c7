/** What an object written with client-side encryption shows, without its data: no key was wrapped for it. */
export interface PredictedEnvelope {
  /** Names in lower case without `x-amz-meta-`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The body of the instruction file beside it, where the envelope is stored there. */
  readonly instructionFile?: string;
}

const PLAINTEXT_LENGTH = ['x-amz-unencrypted-content-length', '1024'] as const;
/** Zeros in place of random bytes, so that nobody takes them for a wrapped key. */
const WRAPPED_KEY = 'A'.repeat(64);
const IV_OF_16_BYTES = `${'A'.repeat(22)}==`;
const IV_OF_12_BYTES = 'A'.repeat(16);

/**
 * As EMRFS writes under CSE-KMS: format V2, wrap `kms`, AES/CBC, and the key as it was configured, verbatim.
 * https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-emrfs-encryption-cse.html
 */
export function emrfsEnvelope(key: string, storage: 'metadata' | 'instruction-file'): PredictedEnvelope {
  const envelope: readonly (readonly [string, string])[] = [
    ['x-amz-key-v2', WRAPPED_KEY],
    ['x-amz-iv', IV_OF_16_BYTES],
    ['x-amz-matdesc', JSON.stringify({ kms_cmk_id: key })],
    ['x-amz-wrap-alg', 'kms'],
    ['x-amz-cek-alg', 'AES/CBC/PKCS5Padding'],
  ];
  if (storage === 'metadata') return { metadata: new Map([...envelope, PLAINTEXT_LENGTH]) };
  return {
    metadata: new Map([PLAINTEXT_LENGTH]),
    instructionFile: JSON.stringify(Object.fromEntries(envelope)),
  };
}

/**
 * As the S3 encryption client below S3A writes under CSE-KMS: format V2, wrap `kms+context`, AES/GCM. The key is named
 * nowhere. https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/encryption.html
 */
export function s3aEnvelope(): PredictedEnvelope {
  const suite = 'AES/GCM/NoPadding';
  return {
    metadata: new Map([
      ['x-amz-key-v2', WRAPPED_KEY],
      ['x-amz-iv', IV_OF_12_BYTES],
      ['x-amz-matdesc', JSON.stringify({ 'aws:x-amz-cek-alg': suite })],
      ['x-amz-wrap-alg', 'kms+context'],
      ['x-amz-cek-alg', suite],
      ['x-amz-tag-len', '128'],
    ]),
  };
}
