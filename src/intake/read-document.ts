import { isNonEmpty, type NonEmpty } from '../objects/non-empty.ts';
import type { WrittenObject } from '../objects/object.ts';
import type { Envelope } from './envelope.ts';
import { inside, isJsonObject, isList, type Located, malformed, optionalText, quoted } from './located.ts';
import { readEventBridge } from './read-eventbridge.ts';
import { readNotificationRecord } from './read-notification.ts';

/** How a document came: SNS envelopes are opened once, so that no message can nest them without end. */
type Layer = 'outermost' | 'in-sns';

/**
 * Reads any document that AWS sends for a write to S3, whichever way it came; everything else says why it is not one.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
 */
export const readDocument = (value: unknown): Envelope => asOne(readEachRecord(value));

/** Reads the same, each record by itself: what is wrong with one is that record's alone. */
export const readEachRecord = (value: unknown): NonEmpty<Envelope> =>
  readLayer({ place: '', value }, 'outermost');

/** Parses text and reads the document in it. `place` names the text in what goes wrong. */
export const readText = (text: Located, layer: Layer): Envelope => asOne(readTextLayer(text, layer));

function readTextLayer(text: Located, layer: Layer): NonEmpty<Envelope> {
  const parsed = typeof text.value === 'string' ? parseJson(text.value) : undefined;
  if (parsed === undefined) return [malformed(text, 'a JSON document')];
  return readLayer({ place: layer === 'in-sns' ? text.place : '', value: parsed.value }, layer);
}

// Boxed, because `null` is a document too.
function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function readLayer(document: Located, layer: Layer): NonEmpty<Envelope> {
  if (!isJsonObject(document.value)) return [malformed(document, 'an object')];
  const records = inside(document, 'Records');
  if (records.value !== undefined) return readRecords(records, layer);
  if (inside(document, 'Event').value === 's3:TestEvent') {
    return [{ kind: 'ignored', why: 's3:TestEvent: a notification was configured, nothing was written' }];
  }
  const type = inside(document, 'Type');
  if (type.value === 'Notification') return openNotification(inside(document, 'Message'), layer);
  if (type.value === 'SubscriptionConfirmation') {
    // A queue gets one where somebody else than its owner subscribed it. Acknowledged it would be lost, and no event would ever come.
    return [malformed(type, '"Notification"; this subscription waits for its confirmation')];
  }
  if (inside(document, 'detail-type').value !== undefined) return [readEventBridge(document)];
  return [unknownShape(document.place, Object.keys(document.value))];
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
function openNotification(message: Located, layer: Layer): NonEmpty<Envelope> {
  if (layer === 'outermost') return readTextLayer(message, 'in-sns');
  const why = `${message.place}: found an SNS envelope in another, expected an S3 event`;
  return [{ kind: 'malformed', why }];
}

function unknownShape(place: string, names: readonly string[]): Envelope {
  const found =
    names.length === 0 ? 'an empty object' : `an object of ${quoted(names.slice(0, 20).join(', '))}`;
  const expected = 'Records, an SNS notification, an EventBridge event or s3:TestEvent';
  return {
    kind: 'malformed',
    why: `${place === '' ? 'document' : place}: found ${found}, expected ${expected}`,
  };
}

function readRecords(records: Located, layer: Layer): NonEmpty<Envelope> {
  const list = isList(records.value) ? records.value : [];
  const readings = list.flatMap((value, index) =>
    readRecord({ place: `${records.place}[${index}]`, value }, layer),
  );
  return isNonEmpty(readings) ? readings : [malformed(records, 'a list of records')];
}

/** One malformed record makes the whole message malformed: it can only go back whole. */
function asOne(readings: NonEmpty<Envelope>): Envelope {
  const objects: WrittenObject[] = [];
  const ignored: string[] = [];
  for (const reading of readings) {
    if (reading.kind === 'malformed') return reading;
    if (reading.kind === 'ignored') ignored.push(reading.why);
    else for (const object of reading.objects) objects.push(object);
  }
  if (isNonEmpty(objects)) return { kind: 'objects', objects };
  const more = ignored.length > 1 ? ` (and ${ignored.length - 1} more records without an object)` : '';
  return { kind: 'ignored', why: `${ignored[0] ?? ''}${more}` };
}

function readRecord(record: Located, layer: Layer): NonEmpty<Envelope> {
  const source = sourceOf(record);
  const name = optionalText(source);
  switch (name) {
    case 'aws:s3':
      return [readNotificationRecord(record, 'form')];
    case 'ceph:s3':
      return [readNotificationRecord(record, 'verbatim')];
    case 'aws:sns':
      return openNotification(inside(record, 'Sns', 'Message'), layer);
    case 'aws:sqs':
      // Not "another service": acknowledging a whole batch that reached the wrong reader would lose its events.
      return [malformed(source, 'an S3 or SNS record; a queue event is read message by message')];
    case undefined:
      return [malformed(source, '"aws:s3"')];
    default:
      // Another S3: whether its keys are encoded is not known, and acknowledging the record would lose its object.
      if (name.endsWith(':s3')) return [malformed(source, '"aws:s3" or "ceph:s3"')];
      return [{ kind: 'ignored', why: `a record of another service, ${quoted(name)}` }];
  }
}

/** SNS alone writes its record's fields with capitals. */
function sourceOf(record: Located): Located {
  const source = inside(record, 'eventSource');
  const capital = inside(record, 'EventSource');
  return source.value === undefined && capital.value !== undefined ? capital : source;
}
