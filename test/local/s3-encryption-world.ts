import { createHash, randomBytes } from 'node:crypto';
import {
  CreateBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutBucketEncryptionCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import type { Clock } from '../../local/service.ts';

export const OWNER = '111122223333';
export const WRITER = '444455556666';
export const REGION = 'eu-west-1';

export const id = (digit: string) => `${digit.repeat(8)}-aaaa-4bbb-8ccc-${digit.repeat(12)}`;
/** The keys of the two accounts, each behind its account's `alias/orders`. */
export const ownerKey = `arn:aws:kms:${REGION}:${OWNER}:key/${id('1')}`;
export const writerKey = `arn:aws:kms:${REGION}:${WRITER}:key/${id('2')}`;

/** A local S3 with the account that owns the buckets and another that writes to them. */
export class EncryptionWorld {
  readonly aws: LocalAws;
  readonly s3: S3Client;
  readonly writer: S3Client;
  #bucket = '';
  #bucketCount = 0;

  private constructor(aws: LocalAws) {
    this.aws = aws;
    this.s3 = new S3Client(aws.clientConfig(OWNER, REGION));
    this.writer = new S3Client(aws.clientConfig(WRITER, REGION));
  }

  static async start(clock: Clock = () => Date.UTC(2026, 10, 21, 10, 0, 0)): Promise<EncryptionWorld> {
    const aws = await startLocalAws({ clock });
    const key = { region: REGION, alias: 'alias/orders' };
    aws.kms.control.createKey({ ...key, account: OWNER, keyId: id('1') });
    aws.kms.control.createKey({ ...key, account: WRITER, keyId: id('2') });
    return new EncryptionWorld(aws);
  }

  /** Makes the bucket that everything below is about until the next one is made. */
  async newBucket(): Promise<string> {
    this.#bucketCount += 1;
    this.#bucket = `encryption-${this.#bucketCount}`;
    await this.s3.send(new CreateBucketCommand({ Bucket: this.#bucket }));
    return this.#bucket;
  }

  /** Puts the object `k`, and answers what HEAD says of it. */
  async put(input: Partial<PutObjectCommandInput> = {}, client = this.s3): Promise<HeadObjectCommandOutput> {
    const object = { Bucket: this.#bucket, Key: 'k' };
    await client.send(new PutObjectCommand({ ...object, Body: 'body', ...input }));
    return client.send(new HeadObjectCommand(object));
  }

  async setDefault(rule: ServerSideEncryptionRule): Promise<void> {
    const ServerSideEncryptionConfiguration = { Rules: [rule] };
    await this.s3.send(
      new PutBucketEncryptionCommand({ Bucket: this.#bucket, ServerSideEncryptionConfiguration }),
    );
  }

  allowSseC(): Promise<void> {
    return this.setDefault({
      ApplyServerSideEncryptionByDefault: byDefault('AES256'),
      BlockedEncryptionTypes: { EncryptionType: ['NONE'] },
    });
  }

  async close(): Promise<void> {
    for (const client of [this.s3, this.writer]) client.destroy();
    await this.aws.close();
  }
}

export const kmsPut = (SSEKMSKeyId?: string): Partial<PutObjectCommandInput> => ({
  ServerSideEncryption: 'aws:kms',
  ...(SSEKMSKeyId === undefined ? {} : { SSEKMSKeyId }),
});

export const byDefault = (SSEAlgorithm: 'aws:kms' | 'aws:kms:dsse' | 'AES256', KMSMasterKeyID?: string) => ({
  SSEAlgorithm,
  ...(KMSMasterKeyID === undefined ? {} : { KMSMasterKeyID }),
});

export const customerKey = (secret = randomBytes(32)) => ({
  SSECustomerAlgorithm: 'AES256',
  SSECustomerKey: secret.toString('base64'),
  SSECustomerKeyMD5: createHash('md5').update(secret).digest('base64'),
});
