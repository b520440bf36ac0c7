import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { CallerRefused, RetryableFailure } from '../audit/failures.ts';
import { printable } from '../objects/printable.ts';
import { type ByteReader, placeText, type S3Place } from '../reaudit/source-bytes.ts';
import { SourceDamaged, SourceUnusable } from '../reaudit/source-failures.ts';
import { isBytes } from './bounded-body.ts';
import { asFailure, failureText, isTransient, sdkFailure } from './failure.ts';

/** A file of an inventory takes minutes to read, and a connection may break in the midst of it. */
const ATTEMPTS = 5;

export interface S3ByteReaderOptions {
  readonly client: () => Promise<S3Client>;
  /** Waits before it is tried again; the number counts the failures since the last byte. */
  readonly pause: (failures: number) => Promise<void>;
}

/** Reads objects of S3 piece by piece; where a connection breaks it goes on at the byte it had come to, of the same object. */
export class S3ByteReader implements ByteReader {
  readonly #options: S3ByteReaderOptions;

  constructor(options: S3ByteReaderOptions) {
    this.#options = options;
  }

  async *read(place: S3Place): AsyncGenerator<Uint8Array> {
    let offset = 0;
    let etag: string | undefined;
    let failures = 0;
    for (;;) {
      try {
        const opened = await this.#open(place, offset, etag);
        etag = opened.etag;
        for await (const piece of opened.body) {
          offset += piece.byteLength;
          failures = 0;
          yield piece;
        }
        return;
      } catch (error) {
        // The connection broke behind the last byte.
        if (offset > 0 && sdkFailure(error).status === 416) return;
        failures += 1;
        const failure = asReadFailure(place, error);
        if (!(failure instanceof RetryableFailure) || failures >= ATTEMPTS) throw failure;
        await this.#options.pause(failures);
      }
    }
  }

  async #open(
    { bucket, key }: S3Place,
    offset: number,
    etag: string | undefined,
  ): Promise<{ readonly body: AsyncIterable<Uint8Array>; readonly etag: string | undefined }> {
    const client = await this.#options.client();
    const { Body, ETag } = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(offset === 0 ? {} : { Range: `bytes=${offset}-` }),
        ...(etag === undefined ? {} : { IfMatch: etag }),
      }),
    );
    return { body: isBytes(Body) ? Body : nothing(), etag: ETag };
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function asReadFailure(place: S3Place, error: unknown): Error {
  const failure = sdkFailure(error);
  const { status, name, headers } = failure;
  const text = placeText(place);
  const known = asFailure('s3:GetObject', error);
  if (known instanceof CallerRefused) return known;
  const region = headers['x-amz-bucket-region'];
  switch (true) {
    case isTransient(status):
      return new RetryableFailure('s3:GetObject', `${text}: ${failureText(failure)}`, { cause: error });
    case status === 412:
      return damaged(text, 'it was written again while it was being read');
    case status === 403:
      return unusable(
        text,
        `access denied: it needs s3:GetObject on it (and kms:Decrypt on its key, where it has one)`,
      );
    case region !== undefined && (status ?? 0) < 400:
      return unusable(text, `its bucket is in Region ${region}, which is another`);
    default:
      return unusable(text, status === 404 ? `there is none (${name})` : failureText(failure));
  }

  function unusable(what: string, why: string): Error {
    return new SourceUnusable(printable(`${what} could not be read: ${why}`), { cause: error });
  }

  function damaged(what: string, why: string): Error {
    return new SourceDamaged(printable(`${what}: ${why}`), { cause: error });
  }
}
