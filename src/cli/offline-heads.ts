import { RetryableFailure } from '../audit/failures.ts';
import type {
  BucketAnswer,
  ErrorDocument,
  HeadAnswer,
  InstructionFiles,
  ObjectHeads,
  SmallObject,
} from '../audit/ports.ts';
import { quoted } from '../intake/located.ts';
import { readEventRecords } from '../intake/read-body.ts';
import { jsonFault } from '../objects/json-fault.ts';
import { bucketName, type ObjectRef, objectKey, type WrittenObject } from '../objects/object.ts';
import { fieldsOf, isObject, type OfflineAnswer, readAnswer } from './offline-answer.ts';

/** One line of `evaluate --heads`. */
export interface HeadLine {
  readonly kind: 'line';
  readonly object: WrittenObject;
  readonly answer: OfflineAnswer;
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
  const document = readError(error, status);
  if (typeof document === 'string') return malformed(document);
  const written = event === undefined ? undefined : readWritten(event, { bucket, key, head });
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
  return { kind: 'line', object, answer, error: document, instructionFile: file };
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

interface LineOf {
  readonly bucket: string;
  readonly key: string;
  readonly head: unknown;
}

/** What the event says, where it is of this very object and version; else why not. */
function readWritten(event: unknown, { bucket, key, head }: LineOf): WrittenObject | string {
  const isRecord = isObject(event) && 's3' in event;
  const [reading, ...others] = readEventRecords(isRecord ? { Records: [event] } : event);
  if (others.length > 0) {
    const found = `found ${others.length + 1} records`;
    return `"event": ${found}, expected one S3 record or one EventBridge event: write a line for each object`;
  }
  if (reading.kind !== 'objects') return `"event": ${reading.why}`;
  const [object] = reading.objects;
  if (object.bucket !== bucket || object.key !== key) {
    return '"event": expected an event of the same bucket and key as the line';
  }
  return otherVersion(object, head) ?? object;
}

/** Why the HEAD is not that of the version which the event names. One that shows no version is taken for it. */
function otherVersion({ versionId }: WrittenObject, head: unknown): string | undefined {
  const shown = isObject(head) ? fieldsOf(head).VersionId : undefined;
  if (versionId === undefined || typeof shown !== 'string' || shown === '' || shown === versionId) {
    return undefined;
  }
  const found = `"head"."VersionId": found ${quoted(shown)}`;
  return `${found}, expected ${quoted(versionId)}, which "event" names: ask for the HEAD of that version`;
}

function readError(error: unknown, status: unknown): ErrorDocument | string {
  if (error === undefined || error === null) return { kind: 'none' };
  if (status !== 400) return '"error": expected it beside "status": 400 alone: leave it out';
  const { code, message } = isObject(error) ? fieldsOf(error) : {};
  if (typeof code !== 'string') return '"error": expected {"code","message"} of the error document';
  return { kind: 'error', status: 400, code, message: typeof message === 'string' ? message : '' };
}
