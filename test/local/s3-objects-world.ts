import { request } from 'node:http';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import type { Clock } from '../../local/service.ts';

export const OWNER = '111122223333';
export const REGION = 'eu-west-1';
export const Bucket = 'objects';

interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** A local S3 with one bucket, whose owner puts and reads. */
export class ObjectsWorld {
  readonly aws: LocalAws;
  readonly s3: S3Client;
  readonly #clients: S3Client[] = [];
  readonly #unhandled: readonly unknown[];

  private constructor(aws: LocalAws, unhandled: readonly unknown[]) {
    this.aws = aws;
    this.#unhandled = unhandled;
    this.s3 = this.client(OWNER, REGION);
  }

  static async start(clock: Clock = () => Date.UTC(2026, 10, 21, 10, 0, 0)): Promise<ObjectsWorld> {
    const unhandled: unknown[] = [];
    const aws = await startLocalAws({ clock, onUnhandled: (error) => unhandled.push(error) });
    const world = new ObjectsWorld(aws, unhandled);
    await world.s3.send(new CreateBucketCommand({ Bucket }));
    return world;
  }

  /** A client that ends with the world. */
  client(account: string, region: string): S3Client {
    const made = new S3Client(this.aws.clientConfig(account, region));
    this.#clients.push(made);
    return made;
  }

  put(Key: string, input: object = {}) {
    return this.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'body', ...input }));
  }

  head(Key: string) {
    return this.s3.send(new HeadObjectCommand({ Bucket, Key }));
  }

  async text(Key: string, input: object = {}) {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key, ...input }));
    return Body?.transformToString();
  }

  /** Sends what no SDK would. */
  raw(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body: string | Buffer = '',
  ): Promise<RawAnswer> {
    const scope = `20261121/${REGION}/s3/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=LOCAL${OWNER}/${scope}, SignedHeaders=host, Signature=0`;
    const options = { method, path, headers: { authorization, ...headers } };
    return new Promise((resolve, reject) => {
      const sent = request(this.aws.endpoint, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
      sent.on('error', reject).end(method === 'GET' ? '' : body);
    });
  }

  /** Fails where an exception became a 500 meanwhile. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.aws.close();
    expect(this.#unhandled).toEqual([]);
  }
}
