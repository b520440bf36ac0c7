import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
  type ServerSideEncryption,
  type StorageClass,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import type { ObjectHeads } from '../../src/audit/ports.ts';
import { S3BucketSettings } from '../../src/aws/s3-bucket-settings.ts';
import { S3InstructionFiles } from '../../src/aws/s3-instruction-files.ts';
import { S3ObjectHeads } from '../../src/aws/s3-object-heads.ts';
import type { ObjectLister } from '../../src/reaudit/ports.ts';
import type { SettingsWorld } from '../contract/bucket-settings.ts';
import { type FilesWorld, versionOf } from '../contract/instruction-files.ts';
import { type HeadsWorld, ODD_KEYS, type StoredObject } from '../contract/object-heads.ts';
import { type ListerWorld, PLAIN_KEYS, storeVersions } from '../contract/object-lister.ts';
import { settingsThrough } from '../support/bucket-configurations.ts';
import { Buckets, s3Client } from './buckets.ts';
import { type Endpoint, secretsOf } from './endpoint.ts';
import { makeQueue } from './sqs-notifications.ts';

const CUSTOMER_KEY = Buffer.alloc(32, 7);

/** What a request says to have an object encrypted with a key of the writer's own. */
export const underCustomerKey = {
  SSECustomerAlgorithm: 'AES256',
  SSECustomerKey: CUSTOMER_KEY.toString('base64'),
  SSECustomerKeyMD5: createHash('md5').update(CUSTOMER_KEY).digest('base64'),
};

/** Writes an object with metadata of any name: the SDK's own parameter loses `__proto__`. */
export async function putObject(
  client: S3Client,
  input: ConstructorParameters<typeof PutObjectCommand>[0],
  metadata: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  // Without a length the SDK takes an empty text for a stream, and says so for each.
  const ContentLength = Buffer.byteLength(typeof input.Body === 'string' ? input.Body : '');
  const command = new PutObjectCommand({ ...input, ContentLength });
  command.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (typeof request === 'object' && request !== null && 'headers' in request) {
        const headers = request.headers as Record<string, string>;
        for (const [name, value] of Object.entries(metadata)) headers[`x-amz-meta-${name}`] = value;
      }
      return next(args);
    },
    { step: 'build', name: 'anyMetadata' },
  );
  return (await client.send(command)).VersionId;
}

/** Writes an object of each key. One that is refused is left out where the contract of `ObjectHeads` asks for it by itself. */
export async function putAll(client: S3Client, Bucket: string, keys: readonly string[]) {
  const written = await Promise.all(
    keys.map(async (key) => {
      try {
        const versionId = await putObject(client, { Bucket, Key: key, Body: 'x' });
        return [{ key, versionId }];
      } catch (error) {
        if (!ODD_KEYS.includes(key)) throw error;
        return [];
      }
    }),
  );
  return written.flat();
}

/** A world of the contract of `ObjectHeads` over the wire. */
export async function headsWorld(endpoint: Endpoint, heads: ObjectHeads): Promise<HeadsWorld> {
  const buckets = new Buckets(endpoint);
  const { client } = buckets;
  const [plain, versioned] = [
    await buckets.make('plain'),
    await buckets.make('versioned', { versioned: true }),
  ];
  const stranger = endpoint.stranger === undefined ? undefined : s3Client(endpoint.stranger);
  const denied =
    stranger === undefined ? buckets.name('denied') : await buckets.make('denied', { client: stranger });
  return {
    heads,
    buckets: { plain, versioned },
    bad: { denied, missing: buckets.name('missing'), wrongRegion: buckets.name('elsewhere') },
    put: (Bucket, Key, object) =>
      putObject(client, { Bucket, Key, ...asked(object, endpoint) }, object.metadata),
    remove: async (Bucket, Key) => (await client.send(new DeleteObjectCommand({ Bucket, Key }))).VersionId,
    putUnderCustomerKey: async (Bucket, Key) =>
      void (await putObject(client, { Bucket, Key, Body: 'hidden', ...underCustomerKey })),
    deny: (bucket, key) => buckets.deny(bucket, key),
    expire: () => Promise.reject(new Error('a token cannot be made to expire')),
    overload: () => Promise.reject(new Error('S3 cannot be overloaded on purpose')),
    close: async () => {
      await buckets.close();
      stranger?.destroy();
    },
  };
}

function asked(object: StoredObject, { kmsNeedsKey, keys }: Endpoint) {
  const { serverSideEncryption, kmsKeyId, bucketKeyEnabled, storageClass, body = '' } = object;
  const key = kmsKeyId ?? (kmsNeedsKey && serverSideEncryption === 'aws:kms' ? keys.right : undefined);
  return {
    Body: body,
    ...(serverSideEncryption === undefined
      ? {}
      : { ServerSideEncryption: serverSideEncryption as ServerSideEncryption }),
    ...(key === undefined ? {} : { SSEKMSKeyId: key }),
    ...(bucketKeyEnabled === undefined ? {} : { BucketKeyEnabled: bucketKeyEnabled }),
    ...(storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass }),
  };
}

/** A world of the contract of `ObjectLister` over the wire. */
export async function listerWorld(endpoint: Endpoint, lister: ObjectLister): Promise<ListerWorld> {
  const buckets = new Buckets(endpoint);
  const { client } = buckets;
  const plain = await buckets.make('list-plain');
  const versioned = await buckets.make('list-versioned', { versioned: true });
  const empty = await buckets.make('list-empty');
  const keys = (await putAll(client, plain, PLAIN_KEYS)).map(({ key }) => key);
  const stored = await storeVersions(
    (Key) => putObject(client, { Bucket: versioned, Key, Body: 'x' }),
    async (Key) => (await client.send(new DeleteObjectCommand({ Bucket: versioned, Key }))).VersionId,
  );
  return {
    lister: () => lister,
    plain: { bucket: plain, stored: keys.map((key) => ({ key })) },
    versioned: { bucket: versioned, stored },
    empty,
    close: () => buckets.close(),
  };
}

/** A world of the contract of `InstructionFiles` over the wire. */
export async function filesWorld(endpoint: Endpoint): Promise<FilesWorld & { close(): Promise<void> }> {
  const buckets = new Buckets(endpoint);
  const { client } = buckets;
  const bucket = await buckets.make('files', { versioned: true });
  const put = async (Key: string, Body: string): Promise<string> =>
    versionOf({ VersionId: await putObject(client, { Bucket: bucket, Key, Body }) });
  return {
    files: new S3InstructionFiles({
      client: async () => client,
      heads: new S3ObjectHeads(client),
      mayDecrypt: false,
    }),
    bucket,
    put,
    remove: async (Key) => versionOf(await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))),
    deny: async (key) => {
      await put(key, 'x');
      await buckets.deny(bucket, key);
    },
    close: () => buckets.close(),
  };
}

/** A world of the contract of `BucketSettings` over the wire. */
export async function settingsWorld(endpoint: Endpoint): Promise<SettingsWorld> {
  const buckets = new Buckets(endpoint);
  const credentials = { ...secretsOf(endpoint.s3), accessKeyId: 'AKIANOBODY0000000000' };
  const nobody = s3Client({ ...endpoint.s3, credentials });
  const stranger = endpoint.stranger === undefined ? undefined : s3Client(endpoint.stranger);
  const denied = await buckets.make('denied', stranger === undefined ? {} : { client: stranger });
  if (stranger === undefined) await denySettings(buckets.client, denied);
  const { target, remove } = await notified(endpoint, buckets.name('settings'));
  return {
    settings: new S3BucketSettings(buckets.client),
    byNobody: new S3BucketSettings(nobody),
    key: { arn: endpoint.keys.right, alias: endpoint.keys.rightAlias },
    target,
    bad: {
      ...{ denied, missing: buckets.name('missing'), overloaded: buckets.name('overloaded') },
      elsewhere: { bucket: buckets.name('elsewhere'), region: 'elsewhere' },
    },
    make: (name) => buckets.make(name),
    ...settingsThrough(buckets.client, target),
    close: async () => {
      await buckets.close();
      await remove();
      nobody.destroy();
      stranger?.destroy();
    },
  };
}

/** Refuses everybody, the owner too, to see the settings of the bucket. */
async function denySettings(client: S3Client, Bucket: string): Promise<void> {
  const Action = ['s3:GetEncryptionConfiguration', 's3:GetBucketNotification'];
  const Statement = [{ Effect: 'Deny', Principal: '*', Action, Resource: `arn:aws:s3:::${Bucket}` }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
}

/** What can be told of writes: a queue of the endpoint, or a topic of its S3 where it has no queues, as Ceph has none. */
async function notified({ own, others, s3 }: Endpoint, name: string) {
  if (own.includes('alerts')) {
    const queue = await makeQueue(others, name, 0);
    return { target: { kind: 'queue', arn: queue.arn }, remove: () => queue.delete() } as const;
  }
  const topics = new SNSClient(s3);
  const { TopicArn = '' } = await topics.send(new CreateTopicCommand({ Name: name }));
  const remove = async (): Promise<void> => {
    await topics.send(new DeleteTopicCommand({ TopicArn }));
    topics.destroy();
  };
  return { target: { kind: 'topic', arn: TopicArn }, remove } as const;
}
