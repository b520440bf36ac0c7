import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/alerts/digest.ts';
import { auditWritten } from '../../src/audit/audit-written.ts';
import { RetryableFailure } from '../../src/audit/failures.ts';
import type { QueueDeps } from '../../src/queue/deps.ts';
import { runEvent } from '../../src/queue/run-event.ts';
import { runSqsBatch } from '../../src/queue/run-sqs-batch.ts';
import { UnfinishedEvent, UnreadableEvent } from '../../src/queue/unreadable-event.ts';
import { NOW_MS, type TestBed, testBed } from '../support/audit.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';

const A = keyArn('a');
const POLICY = `version: 1\nrules:\n  - { id: a, match: "s3://lake/a/", sse: { key: "${A}" } }\n  - { id: b, match: "s3://lake/b/", sse: { key: "${A}" } }\n`;
const right = found({ serverSideEncryption: 'aws:kms', kmsKeyId: A });
const wrong = found({ serverSideEncryption: 'AES256' });

interface Bench extends TestBed {
  readonly queue: QueueDeps;
  readonly digests: Digest[];
  readonly failures: Map<string, string>;
  readonly lines: string[];
  refuse: (digest: Digest) => boolean;
}

function bench(): Bench {
  const bed = testBed(POLICY);
  const digests: Digest[] = [];
  const failures = new Map<string, string>();
  const lines: string[] = [];
  const result: Bench = {
    ...bed,
    digests,
    failures,
    lines,
    refuse: () => false,
    queue: {
      policy: async () => bed.deps.policy,
      audit: (object, policy) => auditWritten(object, { ...bed.deps, policy }),
      alert: async (digest) => {
        if (result.refuse(digest)) throw new RetryableFailure('sns:Publish', 'HTTP 500');
        digests.push(digest);
      },
      concurrency: 4,
      now: () => NOW_MS,
      abortAfter: () => new AbortController().signal,
      report: {
        record: () => {},
        failure: (source, why) => failures.set(source, why),
        metrics: (emitted) => lines.push(...emitted),
      },
    },
  };
  return result;
}

let sequence = 0;
const s3Record = (key: string, more: object = {}) => ({
  eventVersion: '2.5',
  eventSource: 'aws:s3',
  awsRegion: 'eu-west-1',
  eventTime: '2026-11-21T01:59:50.000Z',
  eventName: 'ObjectCreated:Put',
  s3: {
    bucket: { name: 'lake' },
    object: { key, sequencer: (++sequence).toString(16).padStart(16, '0'), ...more },
  },
});
const message = (messageId: string, body: unknown) => ({
  messageId,
  eventSource: 'aws:sqs',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes: { ApproximateReceiveCount: '1' },
});
const put = (id: string, key: string) => message(id, { Records: [s3Record(key)] });
const run = async (b: Bench, ...Records: readonly object[]) => {
  const { batchItemFailures } = await runSqsBatch({ Records }, b.queue, 60_000);
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
};

describe('a batch of messages', () => {
  it('with the middle one malformed names exactly that one, and audits its neighbours', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong).put('lake/a/3', wrong);
    expect(await run(b, put('m1', 'a/1'), message('m2', '{"Records":'), put('m3', 'a/3'))).toEqual(['m2']);
    expect(b.digests.map(({ count }) => count)).toEqual([2]);
    expect(b.failures.get('m2')).toContain('expected');
  });

  it('with an undecodable key harms that message alone', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong);
    expect(await run(b, put('m1', 'a/1'), put('m2', 'a/%ZZ'))).toEqual(['m2']);
  });

  it('that delivers one event twice alerts once and acknowledges both', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong);
    const body = { Records: [s3Record('a/1')] };
    expect(await run(b, message('m1', body), message('m2', body))).toEqual([]);
    expect(b.digests.map(({ count }) => count)).toEqual([1]);
    expect(b.heads.asked).toHaveLength(1);
  });

  it('acknowledges nothing whose alert was not accepted, and everything else', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong).put('lake/b/2', wrong).put('lake/a/3', right);
    b.refuse = ({ rule }) => rule === 'a';
    expect(await run(b, put('m1', 'a/1'), put('m2', 'b/2'), put('m3', 'a/3'))).toEqual(['m1']);
    expect(b.digests.map(({ rule }) => rule)).toEqual(['b']);
  });

  it('sends back exactly the messages whose HEAD may answer otherwise next time', async () => {
    const b = bench();
    b.heads.put('lake/a/1', right).put('lake/a/2', { kind: 'transient' });
    expect(await run(b, put('m1', 'a/1'), put('m2', 'a/2'))).toEqual(['m2']);
  });

  it('sends back a message of two objects where one of them is not done, though the other is alerted', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong).put('lake/a/2', { kind: 'transient' });
    const both = message('m1', { Records: [s3Record('a/1'), s3Record('a/2')] });
    expect(await run(b, both)).toEqual(['m1']);
    expect(b.digests).toHaveLength(1);
  });

  it('returns what an unknown error struck, for an unknown error is retried', async () => {
    const b = bench();
    const deps = { ...b.queue, audit: () => Promise.reject(new TypeError('a bug')) };
    const { batchItemFailures } = await runSqsBatch({ Records: [put('m1', 'a/1')] }, deps, 60_000);
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm1' }]);
  });

  it('at the deadline returns exactly the unfinished messages', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong);
    const controller = new AbortController();
    let deadlines = 0;
    const deps: QueueDeps = {
      ...b.queue,
      // The first deadline is for alerts, the second for audits.
      abortAfter: () => (++deadlines === 2 ? controller.signal : new AbortController().signal),
      audit: (object, policy) =>
        object.key === 'a/2'
          ? new Promise(() => setImmediate(() => controller.abort()))
          : b.queue.audit(object, policy),
    };
    const event = { Records: [put('m1', 'a/1'), put('m2', 'a/2')] };
    expect((await runSqsBatch(event, deps, 60_000)).batchItemFailures).toEqual([{ itemIdentifier: 'm2' }]);
    expect(b.digests.map(({ count }) => count)).toEqual([1]);
  });

  it('fails whole where the policy cannot be loaded, so that no event is lost', async () => {
    const b = bench();
    const deps = { ...b.queue, policy: () => Promise.reject(new Error('no policy')) };
    await expect(runSqsBatch({ Records: [put('m1', 'a/1')] }, deps, 60_000)).rejects.toThrow('no policy');
  });

  it('of test events and deletions is acknowledged without a policy', async () => {
    const b = bench();
    const deps = { ...b.queue, policy: () => Promise.reject(new Error('no policy')) };
    const test = message('m1', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'lake' });
    expect((await runSqsBatch({ Records: [test] }, deps, 60_000)).batchItemFailures).toEqual([]);
  });

  it('that is no SQS event fails whole', async () => {
    await expect(runSqsBatch({ hello: 'world' }, bench().queue, 60_000)).rejects.toBeInstanceOf(
      UnreadableEvent,
    );
  });

  it('groups a storm into one digest with the exact count', async () => {
    const b = bench();
    const messages = Array.from({ length: 1_000 }, (_, i) => {
      b.heads.put(`lake/a/${i}`, wrong);
      return put(`m${i}`, `a/${i}`);
    });
    expect(await run(b, ...messages)).toEqual([]);
    expect(b.digests.map(({ count }) => count)).toEqual([1_000]);
  });

  it('tells what it found as metrics', async () => {
    const b = bench();
    b.heads.put('lake/a/1', right);
    await run(b, put('m1', 'a/1'));
    expect(b.lines.join('\n')).toContain('"Compliant":1');
    expect(b.lines.join('\n')).toContain('"SecondsFromWriteToVerdict":[10]');
  });
});

describe('one event that came straight', () => {
  it('is done when its object is audited and alerted', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong);
    await runEvent({ Records: [s3Record('a/1')] }, b.queue, 60_000);
    expect(b.digests).toHaveLength(1);
  });

  it('throws to be retried where the alert was not accepted', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong);
    b.refuse = () => true;
    await expect(runEvent({ Records: [s3Record('a/1')] }, b.queue, 60_000)).rejects.toBeInstanceOf(
      UnfinishedEvent,
    );
  });

  it('with a record that cannot be read throws to be retried, after its neighbours are audited and alerted', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong);
    b.heads.put('lake/a/3', wrong);
    const event = { Records: [s3Record('a/1'), s3Record(''), s3Record('a/3')] };
    const why = 'Records[1].s3.object.key: found an empty string, expected a non-empty string';
    await expect(runEvent(event, b.queue, 60_000)).rejects.toThrow(new UnfinishedEvent([why]));
    expect(b.digests.map(({ count }) => count)).toEqual([2]);
    expect([...b.failures]).toEqual([['event', why]]);
  });

  it('with a record that cannot be read and an alert that was not accepted tells both', async () => {
    const b = bench();
    b.heads.put('lake/a/1', wrong);
    b.refuse = () => true;
    await expect(runEvent({ Records: [s3Record(''), s3Record('a/1')] }, b.queue, 60_000)).rejects.toThrow(
      "2 of the event's records are not done: Records[0].s3.object.key: found an empty string, expected a non-empty string; sns:Publish: HTTP 500",
    );
  });

  it('of which no record can be read tells the first reasons and how many there are', async () => {
    const Records = Array.from({ length: 5 }, () => s3Record(''));
    await expect(runEvent({ Records }, bench().queue, 60_000)).rejects.toThrow(
      /^the event could not be read: Records\[0\].*; Records\[1\].*; Records\[2\].*; and 2 more$/,
    );
  });

  it('throws where its shape is not known', async () => {
    await expect(runEvent({ a: 1 }, bench().queue, 60_000)).rejects.toBeInstanceOf(UnreadableEvent);
  });
});
