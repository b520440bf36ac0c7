import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
  type ServerSideEncryption,
  UpdateObjectEncryptionCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '../../local/aws.ts';
import type { RawObject } from '../../local/s3/control.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';
import { ACME, type Bucket, REGION } from './names.ts';

export interface Place {
  readonly bucket: Bucket;
  readonly key: string;
}

/** What stands in an object that no request could have written. */
export type Planted = Omit<RawObject, 'bucket' | 'key'>;

/** How an object is written, as the request says it. */
export interface Asked {
  readonly sse?: ServerSideEncryption;
  /** In any form that S3 takes. */
  readonly key?: string;
  readonly bucketKey?: boolean;
  /** The account that writes. */
  readonly as?: string;
  readonly body?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Encrypts with a key of the writer's own. */
  readonly sseC?: true;
}

const CUSTOMER_KEY = Buffer.alloc(32, 7).toString('base64');

/** Everything that a case does to the local AWS, over the wire but for planting. */
export class Hands {
  readonly #aws: LocalAws;
  readonly #clients = new Map<string, S3Client>();
  readonly #sqs: SQSClient;
  readonly #sns: SNSClient;
  readonly #events: QueueView;
  readonly #fanOut: { readonly wrapped: string; readonly raw: string };

  constructor(aws: LocalAws, events: QueueView, fanOut: { wrapped: string; raw: string }) {
    this.#aws = aws;
    this.#sqs = new SQSClient(aws.clientConfig(ACME, REGION));
    this.#sns = new SNSClient(aws.clientConfig(ACME, REGION));
    this.#events = events;
    this.#fanOut = fanOut;
  }

  s3(account: string = ACME, region: string = REGION): S3Client {
    const name = `${account} ${region}`;
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const client = new S3Client(this.#aws.clientConfig(account, region));
    this.#clients.set(name, client);
    return client;
  }

  #s3Of({ bucket }: Place, account?: string): S3Client {
    return this.s3(account, bucket === 'acme-east' ? 'us-east-1' : REGION);
  }

  /** Answers the version id, empty where the bucket has no versions. */
  async put(place: Place, asked: Asked = {}): Promise<string> {
    const { as, body = 'data', metadata = {} } = asked;
    const { VersionId } = await this.#s3Of(place, as).send(
      new PutObjectCommand({
        ...target(place),
        ...headers(asked),
        Body: Buffer.from(body),
        Metadata: { ...metadata },
      }),
    );
    return VersionId ?? '';
  }

  async copy(from: Place, to: Place, asked: Asked = {}): Promise<string> {
    const CopySource = `${from.bucket}/${encodeURIComponent(from.key)}`;
    const { VersionId } = await this.#s3Of(to, asked.as).send(
      new CopyObjectCommand({ ...target(to), ...headers(asked), CopySource }),
    );
    return VersionId ?? '';
  }

  async multipart(place: Place, asked: Asked): Promise<void> {
    const s3 = this.#s3Of(place, asked.as);
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ ...target(place), ...headers(asked) }),
    );
    const part = { ...target(place), UploadId, PartNumber: 1 };
    const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: 'data' }));
    await s3.send(
      new CompleteMultipartUploadCommand({
        ...target(place),
        UploadId,
        MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
      }),
    );
  }

  async delete(place: Place, VersionId?: string): Promise<void> {
    await this.#s3Of(place).send(
      new DeleteObjectCommand({ ...target(place), ...(VersionId ? { VersionId } : {}) }),
    );
  }

  async deleteBucket(bucket: Bucket): Promise<void> {
    await this.s3().send(new DeleteBucketCommand({ Bucket: bucket }));
  }

  async reKey(place: Place, key: string): Promise<void> {
    await this.#s3Of(place).send(
      new UpdateObjectEncryptionCommand({
        ...target(place),
        ObjectEncryption: { SSEKMS: { KMSKeyArn: key } },
      }),
    );
  }

  /** Stores what no request could, without a notification. */
  plant(place: Place, how: Planted = {}): void {
    this.#aws.s3.control.putRaw({ ...place, body: 'data', ...how });
  }

  /** Sends a message to the queue of events. */
  async send(body: string): Promise<void> {
    await this.#sqs.send(new SendMessageCommand({ QueueUrl: this.#events.url, MessageBody: body }));
  }

  /** Sends a message by way of a topic that the queue subscribes to. */
  async fanOut(body: string, how: 'wrapped' | 'raw'): Promise<void> {
    const TopicArn = this.#fanOut[how];
    await this.#sns.send(new PublishCommand({ TopicArn, Message: body, Subject: 'Amazon S3 Notification' }));
  }

  /** Delivers the newest event once more, as S3 may do at any time. */
  async again(): Promise<void> {
    await this.send(this.#events.messages().at(-1)?.body ?? '');
  }

  close(): void {
    for (const client of [...this.#clients.values(), this.#sqs, this.#sns]) client.destroy();
  }
}

const target = ({ bucket, key }: Place) => ({ Bucket: bucket, Key: key });

const headers = ({ sse, key, bucketKey, sseC }: Asked) => ({
  ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
  ...(key === undefined ? {} : { SSEKMSKeyId: key }),
  ...(bucketKey === undefined ? {} : { BucketKeyEnabled: bucketKey }),
  ...(sseC === undefined ? {} : { SSECustomerAlgorithm: 'AES256', SSECustomerKey: CUSTOMER_KEY }),
});
