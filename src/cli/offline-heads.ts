import { RetryableFailure } from '../audit/failures.ts';
import type {
  BucketAnswer,
  ErrorDocument,
  HeadAnswer,
  InstructionFiles,
  ObjectHeads,
  SmallObject,
} from '../audit/ports.ts';
import type { ObjectHead } from '../encryption/head.ts';
import { readEvent } from '../intake/read-body.ts';
import { jsonFault } from '../objects/json-fault.ts';
import { bucketName, type ObjectRef, objectKey, type WrittenObject } from '../objects/object.ts';

/** One line of `evaluate --heads`. */
export interface HeadLine {
  readonly kind: 'line';
  readonly object: WrittenObject;
  readonly answer: HeadAnswer | { readonly kind: 'transient'; readonly status: number };
  readonly error: ErrorDocument;
  readonly instructionFile: OfflineInstructionFile;
}

/** What the line says of an instruction file: nothing, that it could not be read, or its body. */
export type OfflineInstructionFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'file'; readonly key: string; readonly body: string };

export type HeadLineReading = HeadLine | { readonly kind: 'malformed'; readonly why: string };

/** Answers with what the line holds, whatever is asked. */
export class OfflineHeads implements ObjectHeads {
  readonly #line: HeadLine;

  constructor(line: HeadLine) {
    this.#line = line;
  }

  async head(object: ObjectRef): Promise<HeadAnswer> {
    // The other reading of a key is another object, of which the line says nothing.
    if (object.key !== this.#line.object.key) return { kind: 'not-found' };
    const { answer } = this.#line;
    if (answer.kind === 'transient') throw new RetryableFailure('s3:HeadObject', `HTTP ${answer.status}`);
    return answer;
  }

  async errorDocument(): Promise<ErrorDocument> {
    return this.#line.error;
  }

  async bucket(): Promise<BucketAnswer> {
    return 'answers';
  }
}

/** Answers with the instruction file that the line holds. */
export class OfflineFiles implements InstructionFiles {
  readonly #file: OfflineInstructionFile;

  constructor({ instructionFile }: HeadLine) {
    this.#file = instructionFile;
  }

  async read({ key }: ObjectRef): Promise<SmallObject> {
    const file = this.#file;
    if (file.kind === 'unreadable') return { kind: 'unreadable', why: 'the line says so' };
    return file.kind === 'file' && file.key === key
      ? { kind: 'body', text: file.body }
      : { kind: 'not-found' };
  }
}

/** Reads `{"bucket","key","head"|"status","region"?,"event"?,"error"?,"instructionFile"?}`; never throws. */
export function readHeadLine(line: string): HeadLineReading {
  const parsed = parse(line);
  if (typeof parsed === 'string') return malformed(parsed);
  const { bucket, key, head, status, region, event, error, instructionFile } = fieldsOf(parsed);
  if (typeof bucket !== 'string' || bucket === '') return malformed('"bucket": expected a non-empty string');
  if (typeof key !== 'string' || key === '') return malformed('"key": expected a non-empty string');
  if (region !== undefined && typeof region !== 'string') return malformed('"region": expected a string');
  const answer = readAnswer(head, status);
  if (typeof answer === 'string') return malformed(answer);
  const written = event === undefined ? undefined : readWritten(event, bucket, key);
  if (typeof written === 'string') return malformed(written);
  const file = readInstructionMember(instructionFile);
  if (typeof file === 'string') return malformed(file);
  const object: WrittenObject = {
    change: 'write',
    ...written,
    bucket: bucketName(bucket),
    key: objectKey(key),
    ...(region === undefined ? {} : { region }),
  };
  return { kind: 'line', object, answer, error: readError(error), instructionFile: file };
}

function readInstructionMember(value: unknown): OfflineInstructionFile | string {
  if (value === undefined) return { kind: 'absent' };
  if (value === null) return { kind: 'unreadable' };
  const expected = '"instructionFile": expected {"key","body"}, or null where it could not be read';
  if (!isObject(value)) return expected;
  const { key, body } = fieldsOf(value);
  return typeof key === 'string' && typeof body === 'string' ? { kind: 'file', key, body } : expected;
}

const malformed = (why: string): HeadLineReading => ({ kind: 'malformed', why });

/** The object that the line is, or why it is none. */
function parse(line: string): object | string {
  try {
    const parsed: unknown = JSON.parse(line);
    return isObject(parsed) ? parsed : 'expected a JSON object';
  } catch (error) {
    return `expected one JSON object a line: ${jsonFault(error)}`;
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldsOf = (value: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value));

function readAnswer(head: unknown, status: unknown): HeadLine['answer'] | string {
  if (head !== undefined) {
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

/** A field that is not what HeadObject gives: taken for absent it would turn into a violation, or into a pass. */
function wrongField(head: Readonly<Record<string, unknown>>): string | undefined {
  const wrong = (name: string, expected: string): string => `"head"."${name}": expected ${expected}`;
  const isA = (type: string, name: string): boolean => head[name] === undefined || typeof head[name] === type;
  for (const name of [...TEXTS, 'StorageClass']) if (!isA('string', name)) return wrong(name, 'a string');
  for (const name of NUMBERS) if (!isA('number', name)) return wrong(name, 'a number');
  if (!isA('boolean', 'BucketKeyEnabled')) return wrong('BucketKeyEnabled', 'true or false');
  const { LastModified: date, Metadata: metadata } = head;
  const isDate = typeof date === 'string' && !Number.isNaN(Date.parse(date));
  if (date !== undefined && !isDate) return wrong('LastModified', 'a date and time');
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
  const lastModifiedMs = Date.parse(text('LastModified') ?? '');
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
    ...present('lastModifiedMs', Number.isNaN(lastModifiedMs) ? undefined : lastModifiedMs),
    ...present('versionId', versionId === 'null' ? undefined : versionId),
    ...present('storageClass', text('StorageClass')),
  };
}

const present = <Name extends string, T>(name: Name, value: T | undefined): { [N in Name]?: T } =>
  value === undefined ? {} : ({ [name]: value } as { [N in Name]?: T });

/** What the event says, where it is of this very object; else why not. */
function readWritten(event: unknown, bucket: string, key: string): WrittenObject | string {
  const isRecord = isObject(event) && 's3' in event;
  const envelope = readEvent(isRecord ? { Records: [event] } : event);
  if (envelope.kind !== 'objects') return `"event": ${envelope.why}`;
  const [object] = envelope.objects;
  if (object.bucket !== bucket || object.key !== key) {
    return '"event": expected an event of the same bucket and key as the line';
  }
  return object;
}

function readError(error: unknown): ErrorDocument {
  if (!isObject(error)) return { kind: 'none' };
  const { code, message } = fieldsOf(error);
  if (typeof code !== 'string') return { kind: 'none' };
  return { kind: 'error', status: 400, code, message: typeof message === 'string' ? message : '' };
}
