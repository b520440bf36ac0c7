import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, DeleteQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import type { InvokeResult } from '../../local/lambda/environment.ts';
import {
  type EventSourceMapping,
  type EventSourceMappingOptions,
  startEventSourceMapping,
} from '../../local/lambda/event-source-mapping.ts';
import { startFunction } from '../../local/lambda/function.ts';
import type { SqsRecord } from '../../local/lambda/sqs-event.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';

const account = '111122223333';
const region = 'eu-central-1';
let now = Date.now();
let aws: LocalAws;
let client: SQSClient;
let count = 0;
const mappings: EventSourceMapping[] = [];

beforeAll(async () => {
  aws = await startLocalAws({ clock: () => now });
  client = new SQSClient({ ...aws.clientConfig(account, region), maxAttempts: 1 });
});

afterEach(async () => {
  await Promise.all(mappings.splice(0).map((mapping) => mapping.stop()));
});

afterAll(async () => {
  client.destroy();
  await aws.close();
});

async function newQueue(VisibilityTimeout = '30'): Promise<QueueView> {
  const QueueName = `source-${++count}`;
  await client.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout } }));
  const view = aws.sqs.queue(`arn:aws:sqs:${region}:${account}:${QueueName}`);
  if (!view) throw new Error('the queue was not made');
  return view;
}

const send = (queue: QueueView, ...bodies: string[]) => {
  for (const body of bodies) aws.sqs.deliver(queue.arn, body);
};

type Answer = (records: SqsRecord[]) => unknown;

/** A function in this process: what it returns is its payload, what it throws its error. */
function answering(answer: Answer): EventSourceMappingOptions['function'] & { batches: SqsRecord[][] } {
  const batches: SqsRecord[][] = [];
  const invoke = async (event: unknown): Promise<InvokeResult> => {
    const { Records } = event as { Records: SqsRecord[] };
    batches.push(Records);
    try {
      return { payload: await answer(Records) };
    } catch (error) {
      const payload = { errorType: 'Error', errorMessage: String(error) };
      return { functionError: 'Unhandled', payload };
    }
  };
  return { invoke, timeoutSeconds: 3, batches };
}

function map(options: EventSourceMappingOptions): EventSourceMapping {
  const mapping = startEventSourceMapping(options);
  mappings.push(mapping);
  return mapping;
}

/** Lets one batch of three through the mapping and tells which bodies are still in the queue. */
async function remaining(answer: Answer, reportBatchItemFailures = true): Promise<string[]> {
  const queue = await newQueue();
  send(queue, 'a', 'b', 'c');
  const mapping = map({ queue, function: answering(answer), reportBatchItemFailures, maximumConcurrency: 1 });
  await expect.poll(() => mapping.outcomes().length, { interval: 2 }).toBe(1);
  return queue.messages().map(({ body }) => body);
}

const idsOf = (records: SqsRecord[], ...bodies: string[]) => ({
  batchItemFailures: records
    .filter(({ body }) => bodies.includes(body))
    .map(({ messageId }) => ({ itemIdentifier: messageId })),
});

describe('with ReportBatchItemFailures', () => {
  it('only the failed messages stay', async () => {
    expect(await remaining((records) => idsOf(records, 'b'))).toEqual(['b']);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['nothing', undefined],
    ['an empty object', {}],
    ['an empty list', { batchItemFailures: [] }],
    ['a null list', { batchItemFailures: null }],
  ])('%s is complete success', async (_, payload) => {
    expect(await remaining(() => payload)).toEqual([]);
  });

  it.each<[string, Answer]>([
    [
      'a thrown error',
      () => {
        throw new Error('no');
      },
    ],
    ['an id that is not in the batch', () => ({ batchItemFailures: [{ itemIdentifier: 'other' }] })],
    [
      'an unknown id beside a known one',
      (records) => ({
        batchItemFailures: [{ itemIdentifier: records[0]?.messageId }, { itemIdentifier: 'other' }],
      }),
    ],
    ['an empty id', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
    ['a null id', () => ({ batchItemFailures: [{ itemIdentifier: null }] })],
    ['a misspelt id key', (records) => ({ batchItemFailures: [{ itemId: records[0]?.messageId }] })],
    ['a misspelt list key', () => ({ batchItemFailure: [] })],
    ['a list that is none', () => ({ batchItemFailures: 'all' })],
    ['text in place of an object', () => 'failed'],
  ])('%s is complete failure', async (_, answer) => {
    expect(await remaining(answer)).toEqual(['a', 'b', 'c']);
  });
});

describe('without ReportBatchItemFailures', () => {
  it('a list of failures means nothing, and every message is deleted', async () => {
    expect(await remaining((records) => idsOf(records, 'b'), false)).toEqual([]);
  });

  it('an error keeps every message', async () => {
    const fail = () => {
      throw new Error('no');
    };
    expect(await remaining(fail, false)).toEqual(['a', 'b', 'c']);
  });
});

describe('the mapping', () => {
  it('gives the function records of the documented shape', async () => {
    const queue = await newQueue();
    const fn = answering(() => null);
    await client.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: 'body',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'v' } },
      }),
    );
    await map({ queue, function: fn }).untilDrained();
    expect(fn.batches).toEqual([
      [
        {
          messageId: expect.any(String),
          receiptHandle: expect.any(String),
          body: 'body',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: String(now),
            SenderId: `LOCAL${account}`,
            ApproximateFirstReceiveTimestamp: String(now),
          },
          messageAttributes: {
            kind: { dataType: 'String', stringValue: 'v', stringListValues: [], binaryListValues: [] },
          },
          md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
          md5OfBody: '841a2d689ad86bd1611447453c22c6fc',
          eventSource: 'aws:sqs',
          eventSourceARN: queue.arn,
          awsRegion: region,
        },
      ],
    ]);
  });

  it('brings a failed message again after its visibility timeout, and not before', async () => {
    const queue = await newQueue();
    let fail = true;
    const fn = answering((records) => idsOf(records, ...(fail ? ['a'] : [])));
    send(queue, 'a');
    const mapping = map({ queue, function: fn, reportBatchItemFailures: true });
    await expect.poll(() => mapping.outcomes()).toEqual([{ received: 1, failed: 1 }]);
    await expect(mapping.untilDrained(60)).rejects.toThrow(/0 visible, 1 in flight/);
    expect(fn.batches).toHaveLength(1);
    fail = false;
    now += 30_000;
    await mapping.untilDrained();
    expect(fn.batches[1]?.[0]?.attributes.ApproximateReceiveCount).toBe('2');
  });

  it('fills batches up to their size, ten at most without a window', async () => {
    const queue = await newQueue();
    const fn = answering(() => null);
    send(queue, ...'abcdefghijklm');
    await map({ queue, function: fn, maximumConcurrency: 1 }).untilDrained();
    expect(fn.batches.map(({ length }) => length)).toEqual([10, 3]);
  });

  it('waits for its window to fill larger batches', async () => {
    const queue = await newQueue();
    const fn = answering(() => null);
    send(queue, ...'abcdefghijkl');
    const options = { batchSize: 13, maximumBatchingWindowMs: 20_000, maximumConcurrency: 1 };
    const mapping = map({ queue, function: fn, ...options });
    setTimeout(() => send(queue, 'm'), 50);
    await mapping.untilDrained();
    expect(fn.batches.map(({ length }) => length)).toEqual([13]);
  }, 15_000);

  it('hands over what it has when the window ends', async () => {
    const queue = await newQueue();
    const fn = answering(() => null);
    send(queue, 'a');
    await map({ queue, function: fn, batchSize: 100, maximumBatchingWindowMs: 50 }).untilDrained();
    expect(fn.batches.map(({ length }) => length)).toEqual([1]);
  });

  it('never hands over more than six mebibytes at once', async () => {
    const queue = await newQueue();
    const fn = answering(() => null);
    send(queue, ...Array.from({ length: 10 }, () => 'x'.repeat(1_048_576)));
    await map({ queue, function: fn, maximumConcurrency: 1 }).untilDrained();
    expect(fn.batches.map(({ length }) => length)).toEqual([5, 5]);
  });

  it('has as many batches out as its concurrency, and no more', async () => {
    const queue = await newQueue();
    let out = 0;
    let most = 0;
    const fn = answering(async () => {
      most = Math.max(most, ++out);
      await new Promise((resolve) => setTimeout(resolve, 20));
      out -= 1;
      return null;
    });
    send(queue, ...'abcdefgh');
    await map({ queue, function: fn, batchSize: 1, maximumConcurrency: 3 }).untilDrained();
    expect(most).toBe(3);
  });

  it.each([
    ['a batch size of none', { batchSize: 0 }],
    ['a batch size above 10,000', { batchSize: 10_001, maximumBatchingWindowMs: 1000 }],
    ['more than ten without a window', { batchSize: 11 }],
    ['a window above five minutes', { maximumBatchingWindowMs: 300_001 }],
  ])('refuses %s', async (_, options) => {
    const queue = await newQueue();
    const fn = answering(() => null);
    expect(() => startEventSourceMapping({ queue, function: fn, ...options })).toThrow(RangeError);
  });

  it('refuses a queue whose visibility timeout is below the timeout of the function', async () => {
    const queue = await newQueue('2');
    const fn = answering(() => null);
    expect(() => startEventSourceMapping({ queue, function: fn })).toThrow(/visibility timeout: 2 seconds/);
  });

  it('stops at once while it waits, and ends with a deleted queue', async () => {
    const queue = await newQueue();
    const mapping = startEventSourceMapping({ queue, function: answering(() => null) });
    await mapping.stop();
    const deleted = startEventSourceMapping({ queue, function: answering(() => null) });
    await client.send(new DeleteQueueCommand({ QueueUrl: queue.url }));
    await deleted.stop();
  }, 15_000);

  it('drives a real function process, whose failures come by message', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'local-mapping-'));
    const bundle = join(folder, 'handler.mjs');
    await writeFile(
      bundle,
      `export const handler = async ({ Records }) => ({ batchItemFailures: Records
        .filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) });`,
    );
    const names = { account, region, name: 'auditor', bundle, handler: 'handler' };
    const fn = await startFunction({ ...names, environment: {}, timeoutSeconds: 10 });
    try {
      const queue = await newQueue();
      send(queue, 'good', 'bad');
      const mapping = map({ queue, function: fn, reportBatchItemFailures: true });
      await expect.poll(() => mapping.outcomes(), { timeout: 5000 }).toEqual([{ received: 2, failed: 1 }]);
      expect(queue.messages().map(({ body }) => body)).toEqual(['bad']);
    } finally {
      await fn.stop();
      await rm(folder, { recursive: true });
    }
  });
});
