import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BucketAnswer, ErrorDocument, HeadAnswer, ObjectHeads } from '../audit/ports.ts';
import type { ObjectHead } from '../encryption/head.ts';
import type { BucketName, ObjectRef } from '../objects/object.ts';
import { asFailure, isTransient, sdkFailure } from './failure.ts';
import { refusedHead } from './fast-head-answer.ts';

/** HEAD through the SDK. Never asks for checksums, which alone would need a right to decrypt. */
export class S3ObjectHeads implements ObjectHeads {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  async head(object: ObjectRef): Promise<HeadAnswer> {
    try {
      return {
        kind: 'found',
        head: objectHead(await this.#client.send(new HeadObjectCommand(place(object)))),
      };
    } catch (error) {
      const { status, headers } = sdkFailure(error);
      if (status === undefined || isTransient(status)) throw asFailure('s3:HeadObject', error);
      return refusedHead(status, headers['x-amz-bucket-region']);
    }
  }

  async errorDocument(object: ObjectRef): Promise<ErrorDocument> {
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({ ...place(object), Range: 'bytes=0-0' }),
      );
      // The answer is not wanted: what was asked for is the error that did not come.
      if (Body !== undefined && 'destroy' in Body) Body.destroy();
      return { kind: 'none' };
    } catch (error) {
      const { status, name, message } = sdkFailure(error);
      if (status === undefined || isTransient(status)) throw asFailure('s3:GetObject', error);
      return { kind: 'error', status, code: name, message };
    }
  }

  async bucket(bucket: BucketName): Promise<BucketAnswer> {
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: bucket }));
      return 'answers';
    } catch (error) {
      const { status } = sdkFailure(error);
      if (status === undefined || isTransient(status)) throw asFailure('s3:HeadBucket', error);
      if (status === 403) return 'denied';
      return status === 404 ? 'missing' : 'wrong-region';
    }
  }
}

const place = ({ bucket, key, versionId }: ObjectRef) => ({
  Bucket: bucket,
  Key: key,
  ...(versionId === undefined ? {} : { VersionId: versionId }),
});

/** Lookalikes of S3 send headers that are empty: they say as much as none. */
const present = <Name extends keyof ObjectHead, T>(name: Name, value: T | undefined): { [N in Name]?: T } =>
  value === undefined || value === '' ? {} : ({ [name]: value } as { [N in Name]?: T });

function objectHead(output: HeadObjectCommandOutput): ObjectHead {
  const { VersionId } = output;
  return {
    ...present('serverSideEncryption', output.ServerSideEncryption),
    ...present('kmsKeyId', output.SSEKMSKeyId),
    ...present('bucketKeyEnabled', output.BucketKeyEnabled),
    ...present('customerAlgorithm', output.SSECustomerAlgorithm),
    metadata: new Map(Object.entries(output.Metadata ?? {})),
    missingMetadata: output.MissingMeta ?? 0,
    ...present('sizeBytes', output.ContentLength),
    ...present('etag', output.ETag?.replace(/^"(.*)"$/, '$1')),
    ...present('lastModifiedMs', output.LastModified?.getTime()),
    ...present('versionId', VersionId === 'null' ? undefined : VersionId),
    ...present('storageClass', output.StorageClass),
  };
}
