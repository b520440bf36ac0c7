import { speaksOfCaller } from '../audit/bad-request.ts';
import { CallerRefused, RetryableFailure } from '../audit/failures.ts';
import { isDirectoryBucket, permissionToList } from '../objects/permission.ts';
import type { ListAnswer, ListedObject, ListMarker, ListRequest } from '../reaudit/ports.ts';

/** What S3 answered to a listing that it refused. */
export interface ListRefusal {
  readonly status: number;
  /** Empty where the answer had no error document. */
  readonly code: string;
  readonly message: string;
  /** Where the bucket is, if S3 said so. */
  readonly region?: string | undefined;
}

/** Every answer of a listing but a page. */
export type RefusedList = Exclude<ListAnswer, { kind: 'page' }>;

export const listOperation = ({ versions }: Pick<ListRequest, 'versions'>): string =>
  versions ? 's3:ListObjectVersions' : 's3:ListObjectsV2';

/** Tells what a refused listing says. Throws `RetryableFailure` for what may pass, `CallerRefused` for bad credentials. */
export function refusedList(
  refusal: ListRefusal,
  request: Pick<ListRequest, 'bucket' | 'versions'>,
): RefusedList {
  const { status, code, message, region } = refusal;
  if (status === 429 || status >= 500 || code === 'RequestTimeout') {
    throw new RetryableFailure(
      listOperation(request),
      `HTTP ${status}${code === '' ? '' : `, ${code}: ${message}`}`,
    );
  }
  // A signature for another Region is refused as malformed, with the Region beside it.
  const misdirected = code === 'AuthorizationHeaderMalformed' && region !== undefined;
  if (misdirected || status === 301 || status === 307 || status === 308) {
    return { kind: 'wrong-region', ...(region === undefined ? {} : { region }) };
  }
  if (speaksOfCaller(code)) throw new CallerRefused(code, message);
  if (code === 'NoSuchBucket') return { kind: 'no-such-bucket' };
  if (status === 403 && (code === 'AccessDenied' || code === '')) {
    return { kind: 'denied', permission: permissionToList(request).permission };
  }
  return { kind: 'refused', status, code, message };
}

export interface PageParameters {
  readonly prefix: string;
  readonly maxKeys?: number;
  readonly startAfter?: string;
  readonly token?: string;
}

/** The parameters of `ListObjectsV2`; a token goes before the key after which to start. */
export function pageParameters(request: ListRequest, token?: string): PageParameters {
  const { bucket, prefix, after, maxKeys } = request;
  // A directory bucket lists in no order: what its marker holds in place of a key is S3's own token.
  const goOn = token ?? (isDirectoryBucket(bucket) ? after?.key : undefined);
  return {
    prefix,
    ...(maxKeys === undefined ? {} : { maxKeys }),
    ...(goOn === undefined ? {} : { token: goOn }),
    ...(goOn !== undefined || after === undefined ? {} : { startAfter: after.key }),
  };
}

/** One page of `ListObjectVersions` as either adapter has read it. */
export interface RawVersions {
  readonly objects: readonly ListedObject[];
  readonly deleteMarkers: number;
  readonly truncated: boolean;
  readonly nextKey?: string | undefined;
  readonly nextVersionId?: string | undefined;
}

/** A page of versions for the port, which goes on where S3 says. */
export function versionsPage(request: ListRequest, page: RawVersions): ListAnswer {
  const { objects, deleteMarkers, truncated, nextKey, nextVersionId } = page;
  const listed = { kind: 'page', objects, deleteMarkers } as const;
  if (!truncated) return listed;
  if (nextKey === undefined) throw cutOff(request);
  const next = { key: nextKey, ...(nextVersionId === undefined ? {} : { versionId: nextVersionId }) };
  return { ...listed, next: beyond(request, next) };
}

/** Where to go on, unless that is where this page began: some lookalikes of S3 list the marker itself again, for ever. */
function beyond(request: ListRequest, next: ListMarker): ListMarker {
  const { after } = request;
  if (next.key === after?.key && next.versionId === after.versionId) throw cutOff(request);
  return next;
}

const cutOff = (request: ListRequest): RetryableFailure =>
  new RetryableFailure(listOperation(request), 'a page was cut off without a way to go on');

/** One page of `ListObjectsV2` as either adapter has read it. */
export interface RawPage {
  readonly objects: readonly ListedObject[];
  readonly truncated: boolean;
  readonly token?: string | undefined;
}

/** Asks for the page that follows `token`, or for the first. */
export type AskPage = (token: string | undefined) => Promise<RawPage | RefusedList>;

/**
 * One page for the port. A page may be cut off before its first key: only S3's token leads on from there, so it is
 * followed here until there is a key to go on from.
 */
export async function orderedPage(request: ListRequest, ask: AskPage): Promise<ListAnswer> {
  let token: string | undefined;
  for (;;) {
    const page = await ask(token);
    if ('kind' in page) return page;
    const { objects, truncated } = page;
    const listed = { kind: 'page', objects, deleteMarkers: 0 } as const;
    if (!truncated) return listed;
    const next = markerAfter(request, page);
    if (next !== undefined) return { ...listed, next: beyond(request, next) };
    if (page.token === undefined || page.token === token) {
      throw cutOff(request);
    }
    token = page.token;
  }
}

function markerAfter({ bucket }: ListRequest, { objects, token }: RawPage): ListMarker | undefined {
  if (isDirectoryBucket(bucket)) return token === undefined ? undefined : { key: token };
  const last = objects.at(-1);
  return last === undefined ? undefined : { key: last.key };
}
