import { createHash } from 'node:crypto';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type LocalClientConfig, startLocalAws } from '../../local/aws.ts';
import type { LocalRequest, LocalResponse } from '../../local/service.ts';
import type { ObjectHeads } from '../../src/audit/ports.ts';
import { found, MemoryHeads } from '../support/memory.ts';
import type { HeadsHarness, HeadsWorld, StoredObject } from './object-heads.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const BUCKETS = { plain: 'contract-plain', versioned: 'contract-versioned' } as const;
const BAD = {
  denied: 'contract-denied',
  missing: 'contract-missing',
  wrongRegion: 'contract-elsewhere',
} as const;
const SSE_C_MESSAGE =
  'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.';

/** The port over plain memory, which the tests of the audit stand on. */
export function memoryHeads(): HeadsHarness {
  return { name: 'MemoryHeads', make: async () => memoryWorld() };
}

function memoryWorld(): HeadsWorld {
  const heads = new MemoryHeads();
  let versions = 0;
  const place = (bucket: string, key: string): string => `${bucket}/${key}`;
  const versionIn = (bucket: string): string | undefined => {
    versions += 1;
    return bucket === BUCKETS.versioned ? `version-${versions}` : undefined;
  };
  heads.putBucket(BAD.denied, 'denied').putBucket(BAD.missing, 'missing');
  heads.putBucket(BAD.wrongRegion, 'wrong-region').put(`${BAD.wrongRegion}/x`, { kind: 'wrong-region' });
  return {
    heads,
    buckets: BUCKETS,
    bad: BAD,
    put: async (bucket, key, object) => {
      const versionId = versionIn(bucket);
      const answer = found(headOf(object, versionId));
      heads.put(place(bucket, key), answer);
      if (versionId !== undefined) heads.put(`${place(bucket, key)}?${versionId}`, answer);
      return versionId;
    },
    remove: async (bucket, key) => {
      const versionId = versionIn(bucket);
      heads.put(place(bucket, key), { kind: 'not-found' });
      if (versionId !== undefined)
        heads.put(`${place(bucket, key)}?${versionId}`, { kind: 'method-not-allowed' });
      return versionId;
    },
    putUnderCustomerKey: async (bucket, key) => {
      heads.put(place(bucket, key), { kind: 'bad-request' });
      heads.putError(place(bucket, key), {
        kind: 'error',
        status: 400,
        code: 'InvalidRequest',
        message: SSE_C_MESSAGE,
      });
    },
    deny: async (bucket, key) => void heads.put(place(bucket, key), { kind: 'denied' }),
    expire: async (bucket, key) => {
      heads.put(place(bucket, key), { kind: 'bad-request' });
      heads.putError(place(bucket, key), { kind: 'error', status: 400, code: 'ExpiredToken', message: '' });
    },
    overload: async (bucket, key) => void heads.put(place(bucket, key), { kind: 'transient' }),
    close: async () => {},
  };
}

function headOf({ missingMeta, metadata, body = '', ...rest }: StoredObject, versionId: string | undefined) {
  return {
    ...rest,
    metadata: new Map(Object.entries(metadata ?? {})),
    missingMetadata: missingMeta ?? 0,
    sizeBytes: body.length,
    etag: createHash('md5').update(body).digest('hex'),
    ...(versionId === undefined ? {} : { versionId }),
  };
}

/** Any adapter over the S3 of the local AWS. A new adapter is one more call of this. */
export function localAwsHeads(
  name: string,
  connect: (config: LocalClientConfig) => ObjectHeads,
  differs: Readonly<Record<string, string>> = {},
): HeadsHarness {
  return { name, differs, make: async () => localWorld(connect) };
}

const CUSTOMER_KEY = Buffer.alloc(32, 7);
const XML_TYPE = { 'content-type': 'application/xml' };

const expired = (): LocalResponse => ({
  status: 400,
  headers: XML_TYPE,
  body: '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>',
});

async function localWorld(connect: (config: LocalClientConfig) => ObjectHeads): Promise<HeadsWorld> {
  const refused = new Map<string, () => LocalResponse>();
  const before = (_service: string, { rawPath }: LocalRequest): LocalResponse | undefined =>
    refused.get(rawPath)?.();
  const aws = await startLocalAws({ sseCOnNewBuckets: 'allowed', beforeRequest: [before] });
  const client = new S3Client(aws.clientConfig(ACCOUNT, REGION));
  const elsewhere = new S3Client(aws.clientConfig(ACCOUNT, 'eu-central-1'));
  for (const Bucket of [BUCKETS.plain, BUCKETS.versioned, BAD.denied])
    await client.send(new CreateBucketCommand({ Bucket }));
  await elsewhere.send(
    new CreateBucketCommand({
      Bucket: BAD.wrongRegion,
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    }),
  );
  await client.send(
    new PutBucketVersioningCommand({
      Bucket: BUCKETS.versioned,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
  for (const path of [`/${BAD.denied}`, `/${BAD.denied}/`]) refused.set(path, () => ({ status: 403 }));
  return {
    heads: connect(aws.clientConfig(ACCOUNT, REGION)),
    buckets: BUCKETS,
    bad: BAD,
    put: async (bucket, key, object) => {
      const versionId = aws.s3.control.putRaw(rawObject(bucket, key, object));
      return bucket === BUCKETS.versioned ? versionId : undefined;
    },
    remove: async (Bucket, Key) => (await client.send(new DeleteObjectCommand({ Bucket, Key }))).VersionId,
    putUnderCustomerKey: async (Bucket, Key) => {
      const SSECustomerKey = CUSTOMER_KEY.toString('base64');
      const SSECustomerKeyMD5 = createHash('md5').update(CUSTOMER_KEY).digest('base64');
      const customer = { SSECustomerAlgorithm: 'AES256', SSECustomerKey, SSECustomerKeyMD5 };
      await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hidden', ...customer }));
    },
    deny: async (bucket, key) => aws.s3.control.setDenied(bucket, key),
    expire: async (bucket, key) => void refused.set(`/${bucket}/${key}`, expired),
    overload: async (bucket, key) => void refused.set(`/${bucket}/${key}`, () => ({ status: 503 })),
    close: async () => {
      client.destroy();
      elsewhere.destroy();
      await aws.close();
    },
  };
}

function rawObject(bucket: string, key: string, object: StoredObject) {
  const { metadata = {}, storageClass, lastModifiedMs, ...rest } = object;
  const names = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const);
  return {
    bucket,
    key,
    ...rest,
    headers: {
      ...Object.fromEntries(names),
      ...(storageClass === undefined ? {} : { 'x-amz-storage-class': storageClass }),
    },
    ...(lastModifiedMs === undefined ? {} : { lastModified: lastModifiedMs }),
  };
}
