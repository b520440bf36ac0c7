import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../src/intake/envelope.ts';
import { mergeObjects } from '../../src/intake/merge.ts';
import { readBatchOperations } from '../../src/intake/read-batch-operations.ts';
import { readEvent } from '../../src/intake/read-body.ts';
import { readMapBatch } from '../../src/intake/read-map-batch.ts';
import { isQueueEvent, readQueueEvent } from '../../src/intake/read-queue-event.ts';
import { readmeText, sample, sampleNames } from './sample.ts';

/** Per message (a direct event is one): the keys, or the kind and how its reason begins. A batch that fails whole is a string. */
type Outcome = readonly (readonly string[] | string)[] | string;

const A = 'tenants/a/part-0.parquet';
const B = 'tenants/b/part-0.parquet';
const TEST = 'ignored: s3:TestEvent';

const EXPECTED: Readonly<Record<string, Outcome>> = {
  'batch-operations-1.0': [['tenants/a/totals 2026+11.csv']],
  'batch-operations-2.0': [[A], 'unreadable: tasks[1].s3Key: found "tenants/a/100%ZZ.csv"'],
  'ceph-unencoded-key': [['tenants/a/a b+ü.txt']],
  'cloudtrail-update-object-encryption': [[A]],
  'cloudtrail-update-object-encryption-denied': [
    'ignored: UpdateObjectEncryption failed with "AccessDenied"',
  ],
  'eventbridge-key-with-percent': [['tenants/a/100%25+done.csv']],
  'eventbridge-object-created': [[A]],
  'eventbridge-object-deleted-ignored': ['ignored: "Object Deleted"'],
  'map-batch': [['tenants/a/', A, 'tenants/a/totals 2026+11.csv']],
  's3-copy': [['tenants/a/copies/part-0.parquet']],
  's3-delete-ignored': ['ignored: "ObjectRemoved:Delete"'],
  's3-event-name-unknown': ['malformed: Records[0].eventName: found "ObjectRenamed:Put"'],
  's3-event-version-3': ['malformed: Records[0].eventVersion: found "3.0"'],
  's3-multipart-complete': [['tenants/a/part-1.parquet']],
  's3-put': [[A]],
  's3-put-fewest-fields': [['tenants/a/daily totals.csv']],
  's3-put-from-ipv6': [[A]],
  's3-put-key-non-ascii': [['tenants/a/café/日本-🔑.csv']],
  's3-put-key-undecodable': ['malformed: Records[0].s3.object.key: found "tenants/a/100%ZZ.csv"'],
  's3-put-key-with-plus-and-space': [['tenants/a/totals 2026+11.csv']],
  's3-test-event': [TEST],
  's3-two-records': [[A, B]],
  's3-versioned-put': [[A]],
  'sns-s3-put': [[A]],
  'sns-test-event': [TEST],
  'sqs-cloudtrail': [[A]],
  'sqs-duplicate-delivery': [[A], [A]],
  'sqs-eventbridge': [[A]],
  'sqs-message-without-id': 'malformed: Records[0].messageId: found nothing',
  'sqs-overwrite-later-sequencer': [[A], [A]],
  'sqs-raw-delivery': [[A]],
  'sqs-s3-put': [[A]],
  'sqs-sns-wrapped': [[A]],
  'sqs-test-event': [TEST, TEST],
  'sqs-three-messages-middle-malformed': [[A], 'malformed: body: found "{\\"Records\\"', [B]],
};

const outcomeOf = (envelope: Envelope): readonly string[] | string =>
  envelope.kind === 'objects' ? envelope.objects.map(({ key }) => key) : `${envelope.kind}: ${envelope.why}`;

function read(name: string): Outcome {
  const event = sample(name);
  if (name.startsWith('batch-operations')) return readJob(event);
  if (name.startsWith('map-batch')) return readBatch(event);
  if (!isQueueEvent(event)) return [outcomeOf(readEvent(event))];
  const batch = readQueueEvent(event);
  if (batch.kind === 'malformed') return `${batch.kind}: ${batch.why}`;
  return batch.messages.map(({ envelope }) => outcomeOf(envelope));
}

function readJob(event: unknown): Outcome {
  const reading = readBatchOperations(event);
  if (reading.kind === 'malformed') return `${reading.kind}: ${reading.why}`;
  return reading.job.tasks.map((task) =>
    task.reading.kind === 'object' ? [task.reading.object.key] : `unreadable: ${task.reading.why}`,
  );
}

function readBatch(event: unknown): Outcome {
  const reading = readMapBatch(event);
  return reading.kind === 'malformed'
    ? `${reading.kind}: ${reading.why}`
    : [reading.batch.objects.map(({ key }) => key), ...reading.batch.unreadable];
}

const beginning = (expected: string): unknown =>
  expect.stringMatching(new RegExp(`^${escapeRegExp(expected)}`));
const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const matching = (outcome: Outcome): unknown =>
  typeof outcome === 'string'
    ? beginning(outcome)
    : outcome.map((part) => (typeof part === 'string' ? beginning(part) : part));

describe('the samples in events/', () => {
  it('each have a row here, and each row its sample', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(sampleNames());
  });

  it('each have a row in the README, and each row there its sample', () => {
    const listed = [...readmeText().matchAll(/^\| `([^`]+)\.json` \| \S/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual(sampleNames());
  });

  it.each(Object.entries(EXPECTED))('%s is read as its row says', (name, outcome) => {
    expect(read(name)).toEqual(matching(outcome));
  });
});

/** Each object that is left of a batch, and how many messages ask for it. */
function merged(name: string) {
  const batch = readQueueEvent(sample(name));
  if (batch.kind === 'malformed') throw new Error(batch.why);
  const items = batch.messages.flatMap(({ messageId, envelope }) =>
    envelope.kind === 'objects' ? envelope.objects.map((object) => ({ object, source: messageId })) : [],
  );
  return mergeObjects(items).map(({ object, sources }) => ({ etag: object.etag, messages: sources.length }));
}

describe('the batches in events/', () => {
  it('one write that came by two routes is one audit', () => {
    expect(merged('sqs-duplicate-delivery')).toEqual([
      { etag: '9b2cf535f27731c974343645a3985328', messages: 2 },
    ]);
  });

  it('an overwritten object is audited once, as the later write left it, though that arrived first', () => {
    expect(merged('sqs-overwrite-later-sequencer')).toEqual([
      { etag: '0cc175b9c0f1b6a831c399e269772661', messages: 2 },
    ]);
  });
});
