import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody, readEvent } from '../../src/intake/read-body.ts';
import { readQueueEvent } from '../../src/intake/read-queue-event.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { changed, onlyObject, sample, sampleNames } from './sample.ts';

const KINDS = ['objects', 'ignored', 'malformed'];

/** As S3 writes keys into notifications: a space is `+`, a slash stays. */
const encodeAsS3 = (key: string) => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

const pieces = fc.constantFrom(
  '+',
  '%',
  ' ',
  '//',
  '%2B',
  '%20',
  'é',
  '日本',
  '🔑',
  '"',
  '\\',
  '\u0000',
  '\uFFFD',
  'a',
);
const keys = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc
    .array(fc.oneof(pieces, fc.string({ unit: 'grapheme' })), { minLength: 1 })
    .map((list) => list.join('') || '/'),
);

const put = sample('s3-put');
const bridged = sample('eventbridge-object-created');
const notification = (key: string) => changed(put, 'Records.0.s3.object.key', encodeAsS3(key));
const wrapped = (document: unknown) => ({ Type: 'Notification', Message: JSON.stringify(document) });
const fromSns = (document: unknown) =>
  changed(sample('sns-s3-put'), 'Records.0.Sns.Message', JSON.stringify(document));
const throughQueue = (document: unknown) => {
  const event = changed(sample('sqs-raw-delivery'), 'Records.0.body', JSON.stringify(document));
  const read = readQueueEvent(event);
  return read.kind === 'messages' ? (read.messages[0]?.envelope ?? readBody('')) : read;
};

describe('a key of any Unicode text', () => {
  it.each([
    ['from S3 into the function', (key: string) => readEvent(notification(key))],
    ['from S3 into a queue', (key: string) => readBody(JSON.stringify(notification(key)))],
    ['in an SNS envelope', (key: string) => readBody(JSON.stringify(wrapped(notification(key))))],
    ['from SNS into the function', (key: string) => readEvent(fromSns(notification(key)))],
    ['by raw delivery through a queue event', (key: string) => throughQueue(notification(key))],
    ['from EventBridge', (key: string) => readEvent(changed(bridged, 'detail.object.key', key))],
    [
      'from EventBridge in a queue',
      (key: string) => throughQueue(changed(bridged, 'detail.object.key', key)),
    ],
  ])('arrives unchanged %s', (_, read) => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(onlyObject(read(key)).key).toBe(key);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('has another reading that differs from it, or none', () => {
    fc.assert(
      fc.property(keys, (key) => {
        for (const event of [notification(key), changed(bridged, 'detail.object.key', key)]) {
          expect(onlyObject(readEvent(event)).otherReading).not.toBe(key);
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

/** Documents near enough to real ones to get past the first question. */
const nearDocuments = fc
  .tuple(
    fc.constantFrom(...sampleNames()).map(sample),
    fc.array(fc.tuple(fc.nat(), fc.jsonValue({ maxDepth: 2 })), { minLength: 1, maxLength: 3 }),
  )
  .map(([document, edits]) =>
    edits.reduce((current, [pick, value]) => {
      const paths = pathsOf(current);
      const path = paths[pick % Math.max(paths.length, 1)];
      return path === undefined ? current : changed(current, path, value);
    }, document),
  );

function pathsOf(document: unknown): string[] {
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document)
    .filter(([name]) => name !== '' && !name.includes('.'))
    .flatMap(([name, value]) => [name, ...pathsOf(value).map((path) => `${name}.${path}`)]);
}

describe('whatever arrives', () => {
  const bodies = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.json().map((text) => JSON.stringify({ Type: 'Notification', Message: text })),
    fc.json().map((text) => `{"Records":[${text}]}`),
    nearDocuments.map((document) => JSON.stringify(document)),
  );

  it('in a body, it is read as one of three kinds and never thrown at the caller', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const envelope = readBody(body);
        expect(KINDS).toContain(envelope.kind);
        if (envelope.kind === 'objects') expect(envelope.objects.length).toBeGreaterThan(0);
        else expect(envelope.why).not.toBe('');
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('as an event, it is read as one of three kinds and never thrown at the caller', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), nearDocuments), (event) => {
        expect(KINDS).toContain(readEvent(event).kind);
        expect(['messages', 'malformed']).toContain(readQueueEvent(event).kind);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('leaves no control character in a complaint, and a complaint is short', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const envelope = readBody(body);
        if (envelope.kind === 'objects') return;
        expect(envelope.why).not.toMatch(/\p{Cc}|\p{Surrogate}/u);
        expect(envelope.why.length).toBeLessThan(400);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('is left as it was', () => {
    fc.assert(
      fc.property(nearDocuments, (document) => {
        const before = structuredClone(document);
        readEvent(document);
        readQueueEvent(document);
        expect(document).toEqual(before);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
