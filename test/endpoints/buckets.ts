import { randomBytes } from 'node:crypto';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ClientConfig, Endpoint } from './endpoint.ts';

/** Makes buckets and deletes them again with all that is in them. */
export class Buckets {
  static readonly #open = new Set<Buckets>();
  readonly client: S3Client;
  readonly #endpoint: Endpoint;
  readonly #made: { readonly client: S3Client; readonly name: string }[] = [];
  readonly #prefix = `encryption-auditor-${randomBytes(4).toString('hex')}`;
  #denied: string[] = [];

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.client = s3Client(endpoint.s3);
    Buckets.#open.add(this);
  }

  /** Closes those that a suite has left open because it could not begin. */
  static async closeAll(): Promise<void> {
    for (const one of Buckets.#open) await one.close();
  }

  /** A name that no bucket has yet. */
  name(kind: string): string {
    return `${this.#prefix}-${kind}`;
  }

  async make(kind: string, { versioned = false, client = this.client } = {}): Promise<string> {
    const name = this.name(kind);
    const { location } = this.#endpoint;
    const LocationConstraint = location as BucketLocationConstraint | undefined;
    const there = location === undefined ? {} : { CreateBucketConfiguration: { LocationConstraint } };
    await client.send(new CreateBucketCommand({ Bucket: name, ...there }));
    this.#made.push({ client, name });
    if (versioned) {
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
    }
    return name;
  }

  /** Refuses everybody to read the key, besides those of before. */
  async deny(bucket: string, key: string): Promise<void> {
    this.#denied = [...this.#denied, `arn:aws:s3:::${bucket}/${key}`];
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: ['s3:GetObject'], Resource: this.#denied }],
    });
    await this.client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  }

  async close(): Promise<void> {
    if (!Buckets.#open.delete(this)) return;
    if (!this.#endpoint.vanishes) for (const { client, name } of this.#made) await remove(client, name);
    this.client.destroy();
  }
}

/** A client that takes bucket names as they are and never puts them before the host. */
export const s3Client = (config: ClientConfig): S3Client => new S3Client({ ...config, forcePathStyle: true });

async function remove(client: S3Client, Bucket: string): Promise<void> {
  await client.send(new DeleteBucketPolicyCommand({ Bucket }));
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    if (Versions.length + DeleteMarkers.length === 0) break;
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
      await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    }
  }
  await client.send(new DeleteBucketCommand({ Bucket }));
}
