import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { startLocalAws } from '../../local/aws.ts';
import { faults } from '../../local/faults.ts';
import { type DeliveryRates, faultyDelivery } from '../../local/faulty-delivery.ts';

/** Delivery with the draws given, each apart from the others, and with sleeps that end by hand. */
function bad(rates: DeliveryRates, draws: readonly number[]) {
  const left = [...draws];
  const arrived: string[] = [];
  const slept: number[] = [];
  const wakes: (() => void)[] = [];
  const faulty = faultyDelivery((_queue, body) => arrived.push(body) > 0, {
    rates,
    draw: () => left.shift() ?? 1,
    sleep: (ms) => {
      slept.push(ms);
      return new Promise<void>((resolve) => wakes.push(resolve));
    },
  });
  const send = (...bodies: readonly string[]) => bodies.map((body) => faulty.deliver('q', body));
  const wake = async (): Promise<void> => {
    for (const end of wakes.splice(0)) end();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { faulty, arrived, slept, send, wake };
}

// For each message in turn: lost? twice? and then, for each copy: late? out of order?
const FINE = [1, 1, 1, 1];

describe('delivery on a bad day', () => {
  it('without rates hands every message over once, at once and in order', () => {
    const { faulty, arrived, send } = bad(
      { latestMs: 100 },
      Array.from({ length: 12 }, () => 0),
    );
    expect(send('a', 'b', 'c')).toEqual([true, true, true]);
    expect(arrived).toEqual(['a', 'b', 'c']);
    expect(faulty.counts).toEqual({ lost: 0, twice: 0, late: 0, outOfOrder: 0 });
  });

  it('a lost message was taken, and never comes', async () => {
    const { faulty, arrived, send, wake } = bad({ lost: 0.5, latestMs: 100 }, [0.4, ...FINE]);
    expect(send('a', 'b')).toEqual([true, true]);
    await wake();
    expect([arrived, faulty.counts.lost, faulty.pending]).toEqual([['b'], 1, 0]);
  });

  it('a message comes twice, and it is said which', () => {
    const { faulty, arrived, send } = bad({ twice: 0.5, latestMs: 100 }, [1, 0.4]);
    send('a', 'b');
    expect([arrived, faulty.counts.twice, faulty.repeated]).toEqual([['a', 'a', 'b'], 1, ['a']]);
  });

  it('a late message comes after its time, whatever came meanwhile, and is counted until then', async () => {
    const { faulty, arrived, slept, send, wake } = bad({ late: 0.5, latestMs: 100 }, [1, 1, 0.4, 0.7]);
    send('a', 'b');
    expect([arrived, slept, faulty.pending]).toEqual([['b'], [70], 1]);
    await wake();
    expect([arrived, faulty.counts.late, faulty.pending]).toEqual([['b', 'a'], 1, 0]);
  });

  it('a message out of order changes places with the next, and comes once', async () => {
    const { faulty, arrived, send, wake } = bad({ outOfOrder: 0.5, latestMs: 100 }, [1, 1, 1, 0.4]);
    send('a');
    expect([arrived, faulty.pending]).toEqual([[], 1]);
    send('b', 'c');
    await wake();
    expect([arrived, faulty.counts.outOfOrder, faulty.pending]).toEqual([['b', 'a', 'c'], 1, 0]);
  });

  it('a message out of order that no other follows comes all the same', async () => {
    const { arrived, slept, send, wake } = bad({ outOfOrder: 0.5, latestMs: 100 }, [1, 1, 1, 0.4]);
    send('a');
    await wake();
    expect([arrived, slept]).toEqual([['a'], [100]]);
  });
});

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const MESSAGES = 60;

async function site(deliveries: DeliveryRates | undefined, seed = 1) {
  // What waits here waits for the next message alone.
  const sleep = () => new Promise<void>(() => {});
  const injected = faults({ seed, rules: [], sleep, ...(deliveries === undefined ? {} : { deliveries }) });
  const aroundDelivery = (deliver: Parameters<typeof injected.delivery>[0]) =>
    injected.delivery(deliver).deliver;
  const aws = await startLocalAws({ aroundDelivery });
  const config = aws.clientConfig(ACCOUNT, REGION);
  const [s3, sns, sqs] = [new S3Client(config), new SNSClient(config), new SQSClient(config)];
  await sqs.send(new CreateQueueCommand({ QueueName: 'events' }));
  const queue = aws.sqs.queue(`arn:aws:sqs:${REGION}:${ACCOUNT}:events`);
  if (queue === undefined) throw new Error('the queue was not made');
  const close = async (): Promise<void> => {
    for (const client of [s3, sns, sqs]) client.destroy();
    await aws.close();
  };
  return { aws, s3, sns, queue, close };
}

type Site = Awaited<ReturnType<typeof site>>;

/** Each sends numbered messages by its own way. */
const WAYS = {
  S3: async ({ s3, queue }: Site) => {
    await s3.send(new CreateBucketCommand({ Bucket: 'told' }));
    const QueueConfigurations = [{ QueueArn: queue.arn, Events: ['s3:ObjectCreated:*' as const] }];
    const NotificationConfiguration = { QueueConfigurations };
    await s3.send(
      new PutBucketNotificationConfigurationCommand({ Bucket: 'told', NotificationConfiguration }),
    );
    for (let i = 0; i < MESSAGES; i++) {
      await s3.send(new PutObjectCommand({ Bucket: 'told', Key: `number-${i}-`, Body: 'x' }));
    }
  },
  SNS: async ({ sns, queue }: Site) => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'told' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue.arn }));
    for (let i = 0; i < MESSAGES; i++)
      await sns.send(new PublishCommand({ TopicArn, Message: `number-${i}-` }));
  },
  EventBridge: async ({ aws, queue }: Site) => {
    const rule = { account: ACCOUNT, region: REGION, name: 'all', eventPattern: { source: ['made'] } };
    aws.events.putTargets(aws.events.putRule(rule), [{ id: 'one', arn: queue.arn }]);
    const event = { source: 'made', 'detail-type': 'Made', account: ACCOUNT, region: REGION };
    for (let i = 0; i < MESSAGES; i++) {
      const time = '2026-11-21T02:00:00Z';
      aws.events.putEvent({ ...event, time, resources: [], detail: { name: `number-${i}-` } });
    }
  },
} as const;

const numbers = ({ queue }: Site): readonly number[] =>
  queue.messages().flatMap(({ body }) => {
    const [, number] = /number-(\d+)-/.exec(body) ?? [];
    return number === undefined ? [] : [Number(number)];
  });

const ALL = Array.from({ length: MESSAGES }, (_, number) => number);

describe.each(Object.entries(WAYS))('what %s delivers', (_service, way) => {
  const run = async (deliveries: DeliveryRates | undefined, seed = 1) => {
    const made = await site(deliveries, seed);
    await way(made);
    const came = numbers(made);
    await made.close();
    return came;
  };

  it('comes once and in order where no faults were asked for', async () => {
    expect(await run(undefined)).toEqual(ALL);
  });

  it('is lost and comes twice by a seed', async () => {
    const came = await run({ lost: 0.2, twice: 0.2, latestMs: 0 });
    const kept = ALL.filter((number) => came.includes(number));
    expect(kept.length).toBeGreaterThan(MESSAGES * 0.65);
    expect(kept.length).toBeLessThan(MESSAGES * 0.95);
    expect(came.length - kept.length).toBeGreaterThan(0.05 * MESSAGES);
    expect(await run({ lost: 0.2, twice: 0.2, latestMs: 0 })).toEqual(came);
    expect(await run({ lost: 0.2, twice: 0.2, latestMs: 0 }, 2)).not.toEqual(came);
  });

  it('comes out of order, and all of it', async () => {
    // The last may still be held.
    const came = await run({ outOfOrder: 0.3, latestMs: 0 });
    expect(came).not.toEqual([...came].sort((one, other) => one - other));
    expect(new Set(came).size).toBeGreaterThanOrEqual(MESSAGES - 1);
  });
});

describe('a queue that is not there', () => {
  it('is told at once to whoever delivers, for example to S3 that is to notify it', async () => {
    const { s3, close } = await site({ lost: 1, latestMs: 0 });
    await s3.send(new CreateBucketCommand({ Bucket: 'told' }));
    const QueueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:gone`;
    const QueueConfigurations = [{ QueueArn, Events: ['s3:ObjectCreated:*' as const] }];
    const NotificationConfiguration = { QueueConfigurations };
    const put = new PutBucketNotificationConfigurationCommand({ Bucket: 'told', NotificationConfiguration });
    await expect(s3.send(put)).rejects.toThrow('Unable to validate the following destination configurations');
    await close();
  });
});
