import {
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { RetryableFailure } from '../audit/failures.ts';
import { compareKeys } from '../objects/byte-order.ts';
import { objectKey } from '../objects/object.ts';
import type { ListAnswer, ListedObject, ListRequest, ObjectLister } from '../reaudit/ports.ts';
import { asFailure, isTransient, sdkFailure } from './failure.ts';
import {
  listOperation,
  orderedPage,
  pageParameters,
  type RawPage,
  type RefusedList,
  refusedList,
  versionsPage,
} from './fast-list-answer.ts';

/** Listings through the SDK. */
export class S3ObjectLister implements ObjectLister {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  async list(request: ListRequest): Promise<ListAnswer> {
    if (!request.versions) return orderedPage(request, (token) => this.#page(request, token));
    const answer = await this.#ask(request, () => this.#versions(request));
    if ('kind' in answer) return answer;
    const encoded = answer.EncodingType === 'url';
    return versionsPage(request, {
      objects: (answer.Versions ?? []).map((version) => listed(request, version, encoded)),
      deleteMarkers: answer.DeleteMarkers?.length ?? 0,
      truncated: answer.IsTruncated === true,
      nextKey: nextKeyOf(answer, encoded),
      nextVersionId: answer.NextVersionIdMarker || undefined,
    });
  }

  async #page(request: ListRequest, token: string | undefined): Promise<RawPage | RefusedList> {
    const { prefix, maxKeys, startAfter, token: goOn } = pageParameters(request, token);
    const command = new ListObjectsV2Command({
      Bucket: request.bucket,
      EncodingType: 'url',
      Prefix: prefix,
      ...(maxKeys === undefined ? {} : { MaxKeys: maxKeys }),
      ...(startAfter === undefined ? {} : { StartAfter: startAfter }),
      ...(goOn === undefined ? {} : { ContinuationToken: goOn }),
    });
    const answer = await this.#ask(
      request,
      (): Promise<ListObjectsV2CommandOutput> => this.#client.send(command),
    );
    if ('kind' in answer) return answer;
    const encoded = answer.EncodingType === 'url';
    return {
      objects: (answer.Contents ?? []).map((content) => listed(request, content, encoded)),
      truncated: answer.IsTruncated === true,
      token: answer.NextContinuationToken,
    };
  }

  #versions({ bucket, prefix, after, maxKeys }: ListRequest): Promise<ListObjectVersionsCommandOutput> {
    return this.#client.send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        EncodingType: 'url',
        Prefix: prefix,
        ...(maxKeys === undefined ? {} : { MaxKeys: maxKeys }),
        ...(after === undefined ? {} : { KeyMarker: after.key }),
        ...(after?.versionId === undefined ? {} : { VersionIdMarker: after.versionId }),
      }),
    );
  }

  async #ask<Output extends object>(
    request: ListRequest,
    send: () => Promise<Output>,
  ): Promise<Output | RefusedList> {
    try {
      return await send();
    } catch (error) {
      const { status, name, message, headers } = sdkFailure(error);
      if (status === undefined || isTransient(status)) throw asFailure(listOperation(request), error);
      // What the SDK calls an answer without an error document.
      const code = name === 'Unknown' ? '' : name;
      return refusedList({ status, code, message, region: headers['x-amz-bucket-region'] }, request);
    }
  }
}

/** S3 encodes the marker as it does the keys. Ceph leaves it as it is: then it is the last key of the page itself. */
function nextKeyOf(answer: ListObjectVersionsCommandOutput, encoded: boolean): string | undefined {
  const lastOfEach = [answer.Versions?.at(-1)?.Key, answer.DeleteMarkers?.at(-1)?.Key];
  const keys = lastOfEach.map((key) => decoded(key, encoded)).filter((key) => key !== undefined);
  const { NextKeyMarker } = answer;
  return keys.sort(compareKeys).at(-1) === NextKeyMarker ? NextKeyMarker : decoded(NextKeyMarker, encoded);
}

interface Entry {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly IsLatest?: boolean | undefined;
  readonly Size?: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly StorageClass?: string | undefined;
}

function listed(request: ListRequest, entry: Entry, encoded: boolean): ListedObject {
  const key = decoded(entry.Key, encoded);
  const { VersionId, Size, LastModified, StorageClass } = entry;
  if (key === undefined || Size === undefined || LastModified === undefined) {
    throw new RetryableFailure(listOperation(request), 'an entry has no key, size or date');
  }
  return {
    key: objectKey(key),
    ...(VersionId ? { versionId: VersionId } : {}),
    sizeBytes: Size,
    etag: (entry.ETag ?? '').replaceAll('"', ''),
    lastModifiedMs: LastModified.getTime(),
    ...(StorageClass ? { storageClass: StorageClass } : {}),
    isLatest: !request.versions || entry.IsLatest === true,
  };
}

/** The SDK leaves the encoding of forms that was asked for as it is. */
const decoded = (text: string | undefined, encoded: boolean): string | undefined =>
  text && encoded ? decodeURIComponent(text.replaceAll('+', ' ')) : text || undefined;
