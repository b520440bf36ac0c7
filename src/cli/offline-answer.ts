import type { HeadAnswer } from '../audit/ports.ts';
import type { ObjectHead } from '../encryption/head.ts';
import { zonedTimeMs } from '../objects/zoned-time.ts';

/** What a HEAD answered, as a line of `evaluate --heads` tells it. */
export type OfflineAnswer = HeadAnswer | { readonly kind: 'transient'; readonly status: number };

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const fieldsOf = (value: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value));

/** The answer that a line holds, in `head` or in `status` and never in both; or why it holds none. */
export function readAnswer(head: unknown, status: unknown): OfflineAnswer | string {
  if (head !== undefined) {
    if (status !== undefined && status !== null) {
      return '"status": found it beside "head", expected one in place of the other: leave one of them out';
    }
    if (!isObject(head)) return '"head": expected the output of HeadObject, a JSON object';
    const fields = withoutNulls(fieldsOf(head));
    return wrongField(fields) ?? { kind: 'found', head: readHead(fields) };
  }
  if (status === undefined) return 'expected "head", or the "status" that came in its place';
  const isRefusal = typeof status === 'number' && Number.isInteger(status) && status >= 300 && status <= 599;
  if (!isRefusal) return '"status": expected the HTTP status of a refusal, 300 to 599';
  return status === 429 || status >= 500 ? { kind: 'transient', status } : refused(status);
}

/** Some serialisers write what is absent as `null`. */
const withoutNulls = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

const TEXTS = ['ServerSideEncryption', 'SSEKMSKeyId', 'SSECustomerAlgorithm', 'ETag', 'VersionId'] as const;
const NUMBERS = ['ContentLength', 'MissingMeta'] as const;

const A_TIME =
  'a time with its zone, as 2026-11-21T02:00:00Z, 2026-11-21T03:00:00+01:00 or Sat, 21 Nov 2026 02:00:00 GMT';

/** A field that is not what HeadObject gives: taken for absent it would turn into a violation, or into a pass. */
function wrongField(head: Readonly<Record<string, unknown>>): string | undefined {
  const wrong = (name: string, expected: string): string => `"head"."${name}": expected ${expected}`;
  const isA = (type: string, name: string): boolean => head[name] === undefined || typeof head[name] === type;
  for (const name of [...TEXTS, 'StorageClass']) if (!isA('string', name)) return wrong(name, 'a string');
  for (const name of NUMBERS) if (!isA('number', name)) return wrong(name, 'a number');
  if (!isA('boolean', 'BucketKeyEnabled')) return wrong('BucketKeyEnabled', 'true or false');
  const { LastModified: date, Metadata: metadata } = head;
  if (date !== undefined && (typeof date !== 'string' || zonedTimeMs(date) === undefined)) {
    return wrong('LastModified', A_TIME);
  }
  const isMetadata = metadata === undefined || isObject(metadata);
  return isMetadata ? undefined : wrong('Metadata', 'a JSON object');
}

function refused(status: number): HeadAnswer {
  const kinds = { 301: 'wrong-region', 307: 'wrong-region', 400: 'bad-request', 403: 'denied' } as const;
  const others = { 404: 'not-found', 405: 'method-not-allowed' } as const;
  const known: Readonly<
    Record<number, (typeof kinds)[keyof typeof kinds] | (typeof others)[keyof typeof others]>
  > = {
    ...kinds,
    ...others,
  };
  const kind = known[status];
  return kind === undefined ? { kind: 'unexpected', status } : { kind };
}

/** Takes the SDK's form and the AWS CLI's alike. */
function readHead(head: Readonly<Record<string, unknown>>): ObjectHead {
  const text = (name: string): string | undefined => {
    const value = head[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const metadata = isObject(head.Metadata) ? Object.entries(head.Metadata) : [];
  const strings = metadata.flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value] as const] : [],
  );
  const versionId = text('VersionId');
  return {
    ...present('serverSideEncryption', text('ServerSideEncryption')),
    ...present('kmsKeyId', text('SSEKMSKeyId')),
    ...present(
      'bucketKeyEnabled',
      typeof head.BucketKeyEnabled === 'boolean' ? head.BucketKeyEnabled : undefined,
    ),
    ...present('customerAlgorithm', text('SSECustomerAlgorithm')),
    metadata: new Map(strings),
    missingMetadata:
      (typeof head.MissingMeta === 'number' ? head.MissingMeta : 0) + metadata.length - strings.length,
    ...present('sizeBytes', typeof head.ContentLength === 'number' ? head.ContentLength : undefined),
    ...present('etag', text('ETag')?.replace(/^"(.*)"$/, '$1')),
    ...present('lastModifiedMs', zonedTimeMs(text('LastModified') ?? '')),
    ...present('versionId', versionId === 'null' ? undefined : versionId),
    ...present('storageClass', text('StorageClass')),
  };
}

const present = <Name extends string, T>(name: Name, value: T | undefined): { [N in Name]?: T } =>
  value === undefined ? {} : ({ [name]: value } as { [N in Name]?: T });
