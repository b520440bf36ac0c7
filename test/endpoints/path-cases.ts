import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { EndpointKeys } from './endpoint.ts';
import { putObject, underCustomerKey } from './s3-worlds.ts';

export interface Writer {
  readonly client: S3Client;
  readonly keys: EndpointKeys;
  readonly bucket: string;
}

/** What AWS documents; members that are left out are not compared. */
export interface Expected {
  readonly outcome: string;
  readonly rule?: string;
  /** Of violations and reasons. */
  readonly codes?: readonly string[];
  readonly diagnosis?: readonly string[];
  readonly sse?: Readonly<Record<string, unknown>>;
  readonly cse?: Readonly<Record<string, unknown>>;
}

export interface PathCase {
  /** A claim. */
  readonly title: string;
  readonly key: string;
  readonly write: (writer: Writer, key: string) => Promise<unknown>;
  readonly expect: (keys: EndpointKeys) => Expected;
  /** Default: the same. */
  readonly byAudit?: 'not listed';
}

export const policyText = (bucket: string, { right, rightAlias }: EndpointKeys): string => `
version: 1
defaults: { uncovered: report }
keys:
  finance: ${right}
rules:
  - { id: finance, match: s3://${bucket}/finance/, severity: critical, sse: { algorithm: [aws:kms], key: finance } }
  - { id: alias, match: s3://${bucket}/alias/, sse: { key: ${rightAlias} } }
  - { id: any, match: s3://${bucket}/any/, sse: { algorithm: [AES256, aws:kms] } }
  - { id: bucket-key, match: s3://${bucket}/bucket-key/, sse: { algorithm: [aws:kms], bucketKey: required } }
  - { id: client, match: s3://${bucket}/client/, cse: { key: finance, wrap: [kms] } }
exempt:
  - { match: "s3://${bucket}/finance/_temporary/**", reason: scratch space }
`;

const put =
  (input: (keys: EndpointKeys) => Partial<PutObjectCommandInput>): PathCase['write'] =>
  ({ client, bucket, keys }, Key) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'data', ...input(keys) }));

const kms = (SSEKMSKeyId: string) => ({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId }) as const;
const underRight = put(({ right }) => kms(right));
const underWrong = put(({ wrong }) => kms(wrong));
const idOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const compliantUnder =
  (rule: string) =>
  ({ right }: EndpointKeys): Expected => ({
    outcome: 'compliant',
    rule,
    codes: [],
    sse: { type: 'sse-kms', key: right },
  });
const violation = (rule: string, code: string, sse: Expected['sse'] = {}): Expected => ({
  ...{ outcome: 'violation', rule, codes: [code], sse },
});

const envelope = (key: string): Record<string, string> => ({
  'x-amz-key-v2': 'AQIDAHhleGFtcGxl',
  'x-amz-iv': Buffer.alloc(16).toString('base64'),
  'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
  'x-amz-wrap-alg': 'kms',
  'x-amz-matdesc': JSON.stringify({ kms_cmk_id: key }),
});

const SERVER_SIDE: readonly PathCase[] = [
  {
    title: 'an object under the key of its rule is compliant',
    key: 'finance/right',
    write: underRight,
    expect: compliantUnder('finance'),
  },
  {
    title: 'an object under another key is a violation that names it',
    key: 'finance/wrong',
    write: underWrong,
    expect: ({ wrong }) => violation('finance', 'KMS_KEY_NOT_ALLOWED', { type: 'sse-kms', key: wrong }),
  },
  {
    title: 'AES256 is shown as such',
    key: 'finance/aes256',
    write: put(() => ({ ServerSideEncryption: 'AES256' })),
    expect: () => violation('finance', 'SSE_ALGORITHM_NOT_ALLOWED', { type: 'sse-s3' }),
  },
  {
    title: 'an object that asked for nothing is under AES256',
    key: 'finance/plain',
    write: put(() => ({})),
    expect: () => violation('finance', 'SSE_ALGORITHM_NOT_ALLOWED', { type: 'sse-s3' }),
  },
  {
    title: 'an object that asked for nothing is good enough where AES256 is allowed',
    key: 'any/plain',
    write: put(() => ({})),
    expect: () => ({ outcome: 'compliant', rule: 'any', sse: { type: 'sse-s3' } }),
  },
  {
    title: 'an object under a key of the writer is SSE-C',
    key: 'finance/sse-c',
    write: put(() => underCustomerKey),
    expect: () => violation('finance', 'SSE_C_NOT_ALLOWED', { type: 'sse-c' }),
  },
  {
    title: 'a key named by its alias in the write is that key',
    key: 'finance/by-alias',
    write: put(({ rightAlias }) => kms(rightAlias)),
    expect: compliantUnder('finance'),
  },
  {
    title: 'a key named by its bare id in the write is that key',
    key: 'finance/by-id',
    write: put(({ right }) => kms(idOf(right))),
    expect: compliantUnder('finance'),
  },
  {
    title: 'a key named by its alias in the policy is that key',
    key: 'alias/right',
    write: underRight,
    expect: compliantUnder('alias'),
  },
  {
    title: 'a key that an alias in the policy does not point at is a violation',
    key: 'alias/wrong',
    write: underWrong,
    expect: ({ wrong }) => violation('alias', 'KMS_KEY_NOT_ALLOWED', { key: wrong }),
  },
  {
    title: 'KMS without a key is the key that AWS manages',
    key: 'finance/no-key',
    write: put(() => ({ ServerSideEncryption: 'aws:kms' })),
    expect: () => ({
      ...violation('finance', 'KMS_KEY_NOT_ALLOWED', { type: 'sse-kms' }),
      diagnosis: ['AWS_MANAGED_KEY'],
    }),
  },
  {
    title: 'DSSE is another algorithm, with its key',
    key: 'finance/dsse',
    write: put(({ right }) => ({ ServerSideEncryption: 'aws:kms:dsse', SSEKMSKeyId: right })),
    expect: ({ right }) =>
      violation('finance', 'SSE_ALGORITHM_NOT_ALLOWED', { type: 'dsse-kms', key: right }),
  },
  {
    title: 'a bucket key is shown',
    key: 'bucket-key/on',
    write: put(({ right }) => ({ ...kms(right), BucketKeyEnabled: true })),
    expect: () => ({ outcome: 'compliant', rule: 'bucket-key', sse: { bucketKey: true } }),
  },
  {
    title: 'a bucket key that is not on is a violation where it is required',
    key: 'bucket-key/off',
    write: underRight,
    expect: () => violation('bucket-key', 'BUCKET_KEY_NOT_AS_REQUIRED', { bucketKey: false }),
  },
  {
    title: 'an object in parts is under the key that its upload named',
    key: 'finance/parts',
    write: inParts,
    expect: compliantUnder('finance'),
  },
  {
    title: 'a copy is under the key that the copy named',
    key: 'finance/copy',
    write: async ({ client, bucket, keys }, Key) => {
      const from = 'elsewhere/original';
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: from, Body: 'data' }));
      const CopySource = `${bucket}/${from}`;
      await client.send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource, ...kms(keys.right) }));
    },
    expect: compliantUnder('finance'),
  },
  {
    title: 'what an exemption takes is exempt',
    key: 'finance/_temporary/0/part',
    write: put(() => ({})),
    expect: () => ({ outcome: 'exempt' }),
  },
  {
    title: 'what no rule governs is uncovered',
    key: 'elsewhere/x',
    write: put(() => ({})),
    expect: () => ({ outcome: 'uncovered' }),
  },
  {
    title: 'an object that was deleted before the audit is gone',
    key: 'finance/deleted',
    write: async (writer, Key) => {
      await underRight(writer, Key);
      await writer.client.send(new DeleteObjectCommand({ Bucket: writer.bucket, Key }));
    },
    expect: () => ({ outcome: 'gone', rule: 'finance' }),
    byAudit: 'not listed',
  },
];

async function inParts({ client, bucket, keys }: Writer, Key: string): Promise<void> {
  const at = { Bucket: bucket, Key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at, ...kms(keys.right) }));
  try {
    const part = { ...at, UploadId, PartNumber: 1 };
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: 'data' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...at, UploadId })).catch(() => {});
    throw error;
  }
}

const CLIENT_SIDE: readonly PathCase[] = [
  {
    title: 'an envelope in the metadata that names the key is compliant by its claim',
    key: 'client/right',
    write: ({ client, bucket, keys }, Key) =>
      putObject(client, { Bucket: bucket, Key, Body: 'sealed' }, envelope(keys.right)),
    expect: ({ right }) => ({
      ...{ outcome: 'compliant', rule: 'client', codes: [] },
      cse: { type: 'envelope', storage: 'metadata', claimedKey: right, basis: 'claimed' },
    }),
  },
  {
    title: 'an envelope in the metadata that names another key is a violation',
    key: 'client/wrong',
    write: ({ client, bucket, keys }, Key) =>
      putObject(client, { Bucket: bucket, Key, Body: 'sealed' }, envelope(keys.wrong)),
    expect: ({ wrong }) => ({
      ...{ outcome: 'violation', rule: 'client', codes: ['CSE_KEY_NOT_ALLOWED'] },
      cse: { type: 'envelope', claimedKey: wrong },
    }),
  },
  {
    title: 'an envelope in an instruction file is read from there',
    key: 'client/a b+c/in-a-file',
    write: async ({ client, bucket, keys }, Key) => {
      await putObject(client, { Bucket: bucket, Key, Body: 'sealed' });
      const Body = JSON.stringify(envelope(keys.right));
      const file = { Bucket: bucket, Key: `${Key}.instruction`, Body };
      await putObject(client, file, { 'x-amz-crypto-instr-file': '' });
    },
    expect: ({ right }) => ({
      ...{ outcome: 'compliant', rule: 'client', codes: [] },
      cse: { type: 'envelope', storage: 'instruction-file', claimedKey: right },
    }),
  },
];

const ODD: readonly string[] = [
  'a b/c+d',
  'percent%2Fsign%',
  'double//slash///end',
  './dot/../dots',
  'ünï/日本/😀',
  `quotes'"&<>`,
  'query?a=b&versionId=x#fragment',
  "~!*()_-.'",
  'line\nfeed\ttab',
  'back\\slash',
];

const ODD_KEYS: readonly PathCase[] = ODD.flatMap((odd) => [
  {
    title: `the key ${JSON.stringify(odd)} is found under its key`,
    key: `finance/${odd}`,
    write: underRight,
    expect: compliantUnder('finance'),
  },
  {
    title: `the key ${JSON.stringify(odd)} is a violation under another`,
    key: `alias/${odd}`,
    write: underWrong,
    expect: ({ wrong }) => violation('alias', 'KMS_KEY_NOT_ALLOWED', { key: wrong }),
  },
]);

export const PATH_CASES: readonly PathCase[] = [...SERVER_SIDE, ...CLIENT_SIDE, ...ODD_KEYS];
