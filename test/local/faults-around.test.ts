import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { faultyFunction } from '../../local/lambda/faulty-function.ts';
import { startFunction } from '../../local/lambda/function.ts';
import { faultyQueue } from '../../local/sqs/faulty-queue.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';

let aws: LocalAws;
let queue: QueueView;

beforeAll(async () => {
  aws = await startLocalAws();
  const sqs = new SQSClient(aws.clientConfig('111122223333', 'eu-west-1'));
  await sqs.send(new CreateQueueCommand({ QueueName: 'faulty', Attributes: { VisibilityTimeout: '0' } }));
  sqs.destroy();
  const made = aws.sqs.queue('arn:aws:sqs:eu-west-1:111122223333:faulty');
  if (made === undefined) throw new Error('the queue was not made');
  queue = made;
});

afterAll(() => aws.close());

const drawn = (...numbers: readonly number[]): (() => number) => {
  const left = [...numbers];
  return () => left.shift() ?? 1;
};

describe('a queue on a bad day', () => {
  it('hands out nothing where a receive is refused, and forgets a delete', async () => {
    const rates = () => ({ throttled: 0.5, lostDelete: 0.5 });
    const bad = faultyQueue(queue, rates, drawn(0.4, 0.5, 0.4, 0.6));
    aws.sqs.deliver(queue.arn, 'x');
    expect(await bad.queue.receive(1, 0)).toEqual([]);
    const [message] = await bad.queue.receive(1, 0);
    expect(message?.body).toBe('x');
    bad.queue.delete(message?.receiptHandle ?? '');
    expect(bad.queue.messages().length).toBe(1);
    bad.queue.delete(message?.receiptHandle ?? '');
    expect([bad.queue.visible, bad.counts]).toEqual([0, { throttled: 1, lostDelete: 1 }]);
  });
});

describe('a function on a bad day', () => {
  it('is not called where it is throttled, and is called where its answer is lost', async () => {
    const called: unknown[] = [];
    const invoke = async (event: unknown) => {
      called.push(event);
      return { payload: 'done' };
    };
    const rates = () => ({ throttled: 0.5, lostAnswer: 0.5 });
    const bad = faultyFunction({ invoke, timeoutSeconds: 3 }, rates, drawn(0.4, 0.9, 0.9, 0.4, 0.9, 0.9));
    await expect(bad.invoke(1)).rejects.toThrow('TooManyRequestsException');
    await expect(bad.invoke(2)).rejects.toThrow('the answer was lost');
    expect(await bad.invoke(3)).toEqual({ payload: 'done' });
    expect([called, bad.counts, bad.timeoutSeconds]).toEqual([[2, 3], { throttled: 1, lostAnswer: 1 }, 3]);
  });
});

describe('a function whose process dies', () => {
  it('fails what it handles, and starts cold with the next invocation', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crash-'));
    const bundle = join(folder, 'handler.mjs');
    const source = `let calls = 0;
      export const handler = async ({ stays }) => {
        calls += 1;
        if (stays) { console.log('stays'); await new Promise(() => setInterval(() => {}, 1000)); }
        return calls;
      };`;
    await writeFile(bundle, source);
    const dying = await startFunction({
      ...{ bundle, handler: 'handler', environment: {}, timeoutSeconds: 30 },
      ...{ account: '111122223333', region: 'eu-west-1', name: 'dying' },
    });
    expect([await dying.invoke({}), await dying.invoke({})]).toEqual([{ payload: 1 }, { payload: 2 }]);
    const handled = dying.invoke({ stays: true });
    await expect.poll(() => dying.logs().some((line) => line.includes('stays'))).toBe(true);
    dying.crash();
    expect(await handled).toMatchObject({ payload: { errorType: 'Runtime.ExitError' } });
    expect(await dying.invoke({})).toEqual({ payload: 1 });
    await dying.stop();
    await rm(folder, { recursive: true });
  });
});
