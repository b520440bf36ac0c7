import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { CallerRefused } from '../audit/failures.ts';
import { NotStored, type ReportStore, type StoredObject } from '../reaudit/batch-ports.ts';
import { asFailure, failureText, isTransient, sdkFailure } from './failure.ts';

/** The report bucket through the SDK. */
export class S3ReportStore implements ReportStore {
  readonly bucket: string;
  readonly #client: () => Promise<S3Client>;

  constructor(client: () => Promise<S3Client>, bucket: string) {
    this.#client = client;
    this.bucket = bucket;
  }

  async put(key: string, body: string, contentType: string): Promise<void> {
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: key,
      Body: body,
      ContentLength: Buffer.byteLength(body),
      ContentType: contentType,
    });
    const client = await this.#client();
    await client.send(command).catch((error: unknown) => this.#refuse('s3:PutObject', key, error));
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const client = await this.#client();
    let after: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await client
        .send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ContinuationToken: after }))
        .catch((error: unknown) => this.#refuse('s3:ListBucket', prefix, error));
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
      }
      after = page.NextContinuationToken;
    } while (after !== undefined);
  }

  async *read(key: string): AsyncGenerator<Uint8Array> {
    const client = await this.#client();
    const { Body }: GetObjectCommandOutput = await client
      .send(new GetObjectCommand({ Bucket: this.bucket, Key: key }))
      .catch((error: unknown) => this.#refuse('s3:GetObject', key, error));
    if (Body === undefined || !(Symbol.asyncIterator in Body)) return;
    try {
      for await (const piece of Body) yield piece;
    } catch (error) {
      // The answer had begun: what broke is the connection.
      throw asFailure('s3:GetObject', error);
    }
  }

  #refuse(operation: string, key: string, error: unknown): never {
    const failure = sdkFailure(error);
    const mapped = asFailure(operation, error);
    if (mapped instanceof CallerRefused || isTransient(failure.status)) throw mapped;
    const place = `s3://${this.bucket}/${key}`;
    const why = failure.status === 403 ? `access denied, the role needs ${operation}` : failureText(failure);
    throw new NotStored(`${place}: ${why}`, { cause: error });
  }
}
