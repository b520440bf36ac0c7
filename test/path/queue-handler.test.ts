import { setTimeout as pause } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LocalFunction } from '../../local/lambda/function.ts';
import { type Bench, errorOf, failuresOf, snsError, sqsEvent, startBench } from './bench.ts';
import type { Asked } from './hands.ts';
import { s3Notification, TEST_EVENT } from './messages.ts';
import { keyArn } from './names.ts';
import { counterOf, namespacesOf, recordsOf } from './seen.ts';
import { POLICY_TEXT } from './site.ts';

const RIGHT: Asked = { sse: 'aws:kms', key: keyArn('plain') };
const WRONG: Asked = { sse: 'aws:kms', key: keyArn('other') };
const bucket = 'acme-lake';
const LIMIT = 240 * 1024;

let bench: Bench;
let auditor: LocalFunction;

beforeAll(async () => {
  bench = await startBench();
  auditor = await bench.start();
}, 60_000);

afterEach(() => bench.calm());
afterAll(() => bench.stop());

/** Writes an object and answers the message that tells of it. */
async function written(key: string, asked: Asked): Promise<string> {
  await bench.hands.put({ bucket, key }, asked);
  return s3Notification({ bucket, key });
}

const invoke = async (...bodies: readonly string[]): Promise<readonly unknown[]> =>
  failuresOf(await auditor.invoke(sqsEvent(...bodies)));

const putPolicy = (Key: string, Body: string) =>
  bench.hands.s3().send(new PutObjectCommand({ Bucket: 'acme-policy', Key, Body }));

describe('a batch', () => {
  it('names exactly the malformed message between two good ones, and alerts these', async () => {
    const [first, third] = [await written('by-arn/h/1', WRONG), await written('by-arn/h/3', WRONG)];
    expect(await invoke(first, '{"Records":[{"eventVersion":"2.6",', third)).toEqual(['m2']);
    const digests = await bench.digests();
    expect(digests.map(({ count, firstKey, lastKey }) => [count, firstKey, lastKey])).toEqual([
      [2, 'by-arn/h/1', 'by-arn/h/3'],
    ]);
  });

  it('keeps a message back whole when one of its records cannot be read', async () => {
    await bench.hands.put({ bucket, key: 'by-arn/h/whole' }, WRONG);
    const both = s3Notification({ bucket, key: 'by-arn/h/whole' }, { bucket, key: '', rawKey: '%ZZ' });
    expect(await invoke(both, await written('by-arn/h/right', RIGHT))).toEqual(['m1']);
  });

  it('alerts once for the same event in two messages, and is done with both', async () => {
    await bench.hands.put({ bucket, key: 'by-arn/h/twice' }, WRONG);
    const told = s3Notification({ bucket, key: 'by-arn/h/twice', sequencer: '00000000000000AAAA' });
    expect(await invoke(told, told)).toEqual([]);
    expect((await bench.digests()).map(({ count }) => count)).toEqual([1]);
  });

  it('audits once what was overwritten in the same batch, whichever event came first', async () => {
    await bench.hands.put({ bucket, key: 'by-arn/h/over' }, WRONG);
    const told = (sequencer: string) => s3Notification({ bucket, key: 'by-arn/h/over', sequencer });
    expect(await invoke(told('00AB'), told('00AA'))).toEqual([]);
    expect((await bench.digests()).map(({ count }) => count)).toEqual([1]);
  });

  it('audits both events of a key where their sequencers cannot be compared', async () => {
    await bench.hands.put({ bucket, key: 'by-arn/h/lengths' }, WRONG);
    const told = (sequencer: string) => s3Notification({ bucket, key: 'by-arn/h/lengths', sequencer });
    expect(await invoke(told('00AB'), told('0000AB'))).toEqual([]);
    expect((await bench.digests()).map(({ count }) => count)).toEqual([2]);
  });

  it('is done with test events', async () => {
    expect(await invoke(TEST_EVENT, TEST_EVENT)).toEqual([]);
    expect(bench.publishes).toEqual([]);
  });

  it('fails whole where its messages cannot be told apart', async () => {
    const nameless = JSON.parse(JSON.stringify(sqsEvent(TEST_EVENT)), (name, value: unknown) =>
      name === 'messageId' ? undefined : value,
    );
    expect(errorOf(await auditor.invoke(nameless))).toContain('messageId');
    expect(errorOf(await auditor.invoke({ hello: 'world' }))).toContain('Records');
  });
});

describe('where SNS fails', () => {
  it.each([
    ['that passes', { code: 'InternalError', status: 500 }],
    ['that does not pass', { code: 'AuthorizationError', status: 403 }],
  ])('by an error %s, acknowledges what needed no alert, and nothing else', async (_, failure) => {
    const messages = [
      await written(`by-arn/sns/${failure.status}/1`, WRONG),
      await written(`by-arn/sns/${failure.status}/2`, RIGHT),
      await written(`nowhere/sns/${failure.status}/3`, RIGHT),
      TEST_EVENT,
    ];
    bench.aws.sns.control.failNext(1000, failure);
    expect(await invoke(...messages)).toEqual(['m1', 'm3']);
    expect(await bench.digests()).toEqual([]);
    bench.aws.sns.control.failNext(0, failure);
    expect(await invoke(...messages)).toEqual([]);
    expect((await bench.digests()).map(({ outcome }) => outcome).sort()).toEqual(['uncovered', 'violation']);
  });

  it('leaves no Publish under way when it answers', async () => {
    const { mail } = bench.site.topics;
    bench.interfere(async (service, { body }) => {
      if (service !== 'sns') return undefined;
      if (body.includes(encodeURIComponent(mail))) return snsError(403, 'AuthorizationError');
      await pause(200);
      return undefined;
    });
    expect(await invoke(await written('by-arn/sns/slow', WRONG))).toEqual(['m1']);
    const atOnce = (await bench.digests()).length;
    await pause(400);
    const later = (await bench.digests()).length;
    expect({ atOnce, later }).toEqual({ atOnce: 1, later: 0 });
  });

  it('acknowledges nothing that only one of the two topics took', async () => {
    const { mail } = bench.site.topics;
    bench.interfere((service, { body }) =>
      service === 'sns' && body.includes(encodeURIComponent(mail))
        ? snsError(403, 'AuthorizationError')
        : undefined,
    );
    expect(await invoke(await written('by-arn/sns/m', WRONG), await written('by-arn/sns/n', RIGHT))).toEqual([
      'm1',
    ]);
    expect((await bench.digests()).map(({ count }) => count)).toEqual([1]);
  });

  it('keeps back the messages of the cause that was refused, and not those of another', async () => {
    const refused = await written('by-id/sns/1', WRONG);
    const taken = await written('by-arn/sns/o', WRONG);
    await bench.hands.put({ bucket, key: 'by-arn/sns/p' }, WRONG);
    await bench.hands.put({ bucket, key: 'by-id/sns/2' }, WRONG);
    const both = s3Notification({ bucket, key: 'by-arn/sns/p' }, { bucket, key: 'by-id/sns/2' });
    bench.interfere((service, { body }) =>
      service === 'sns' && body.includes('by-id') ? snsError(400, 'InvalidParameter') : undefined,
    );
    expect(await invoke(refused, taken, both)).toEqual(['m1', 'm3']);
    expect((await bench.digests()).map(({ rule, count }) => [rule, count])).toEqual([['by-arn', 2]]);
  });

  it('tries again by itself before it gives a message back', async () => {
    bench.aws.sns.control.failNext(2, { code: 'InternalError', status: 500 });
    expect(await invoke(await written('by-arn/sns/r', WRONG))).toEqual([]);
    expect((await bench.digests()).map(({ count }) => count)).toEqual([1]);
  });
});

describe('where S3 or KMS fail for the moment', () => {
  it('gives back the one message whose object could not be asked for', async () => {
    const messages = [await written('by-arn/busy/1', WRONG), await written('by-arn/free/2', WRONG)];
    bench.interfere((service, { method, rawPath }) =>
      service === 's3' && method === 'HEAD' && rawPath.includes('/busy/') ? { status: 503 } : undefined,
    );
    expect(await invoke(...messages)).toEqual(['m1']);
    expect((await bench.digests()).map(({ firstKey, lastKey }) => [firstKey, lastKey])).toEqual([
      ['by-arn/free/2', 'by-arn/free/2'],
    ]);
  });

  it('gives a message back, and calls nothing unknown, while KMS throttles', async () => {
    const fresh = await bench.start();
    const messages = [await written('by-alias/throttled', RIGHT), await written('aes-only/free', {})];
    bench.aws.kms.control.throttleNext(1000);
    expect(failuresOf(await fresh.invoke(sqsEvent(...messages)))).toEqual(['m1']);
    expect([bench.publishes, recordsOf(fresh.logs())]).toEqual([[], []]);
    bench.aws.kms.control.throttleNext(0);
    expect(failuresOf(await fresh.invoke(sqsEvent(...messages)))).toEqual([]);
    expect(bench.publishes).toEqual([]);
  });

  it('answers before its time is over, naming what is not done', async () => {
    const seconds = 4;
    const hurried = await bench.start({}, seconds);
    const done = await written('by-arn/quick/1', WRONG);
    const stalled = await written('by-arn/stalled/2', WRONG);
    await bench.hands.put({ bucket, key: 'by-arn/quick/3' }, WRONG);
    const half = s3Notification({ bucket, key: 'by-arn/quick/3' }, { bucket, key: 'by-arn/stalled/2' });
    const fine = await written('by-arn/quick/4', RIGHT);
    bench.interfere((service, { method, rawPath }) =>
      service === 's3' && method === 'HEAD' && rawPath.includes('/stalled/')
        ? new Promise<never>(() => {})
        : undefined,
    );
    const event = sqsEvent(done, stalled, half, fine);
    // So that the start of the process takes no time of the invocation's.
    await hurried.invoke(sqsEvent(TEST_EVENT));
    expect(failuresOf(await hurried.invoke(event))).toEqual(['m2', 'm3']);
    expect((await bench.digests()).map(({ firstKey }) => firstKey)).toEqual(['by-arn/quick/1']);
    await bench.calm();
    expect(failuresOf(await hurried.invoke(event))).toEqual([]);
  });
});

describe('twenty keys of 1,024 bytes of control characters', () => {
  /** `tenants/…/` with an unspeakable tenant, and a name of its own: 1,024 bytes. */
  const keys = Array.from({ length: 20 }, (_, i) => {
    const [head, tail] = ['tenants/', `/${String.fromCharCode(1 + i)}`];
    return `${head}${'\u0001\u001b\u0007\u007f'.repeat(256).slice(0, 1024 - head.length - tail.length)}${tail}`;
  });

  it.each([
    ['in one message', () => [s3Notification(...keys.map((key) => ({ bucket, key })))]],
    ['in twenty messages', () => keys.map((key) => s3Notification({ bucket, key }))],
  ])('are published below the limit, %s', async (_, messages) => {
    expect(keys.map((key) => Buffer.byteLength(key))).toEqual(keys.map(() => 1024));
    for (const key of keys) await bench.hands.put({ bucket, key }, WRONG);
    expect(await invoke(...messages())).toEqual([]);
    const { alerts, mail } = bench.site.topics;
    expect(bench.publishes.map(({ topic }) => topic).sort()).toEqual([alerts, mail].sort());
    for (const { bytes, subject, message } of bench.publishes) {
      expect(bytes).toBeLessThan(LIMIT);
      expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
      expect(message).not.toMatch(/[\p{Cc}--\n]/v);
    }
    const [digest, ...others] = await bench.digests();
    expect(others).toEqual([]);
    expect(digest).toMatchObject({ outcome: 'unknown', codes: ['KEY_UNRESOLVED'], count: 20 });
    const shown = digest?.samples.items.length ?? 0;
    expect(shown + (digest?.samplesOmitted ?? 0)).toBe(20);
    expect(shown).toBeGreaterThan(0);
  });
});

describe('the policy', () => {
  it('that is not there fails the invocation until it is', async () => {
    const early = await bench.start({ POLICY: 's3://acme-policy/later.yaml' });
    const event = sqsEvent(await written('by-arn/early', WRONG));
    expect(errorOf(await early.invoke(event))).toContain('s3://acme-policy/later.yaml');
    expect(errorOf(await early.invoke(event))).toContain('s3://acme-policy/later.yaml');
    await putPolicy('later.yaml', POLICY_TEXT);
    expect(failuresOf(await early.invoke(event))).toEqual([]);
    expect((await bench.digests()).map(({ count }) => count)).toEqual([1]);
  });

  it('that has errors fails the invocation with each of them and its line', async () => {
    await putPolicy('broken.yaml', POLICY_TEXT.replace('key: alias/shared', 'kye: alias/shared'));
    const broken = await bench.start({ POLICY: 's3://acme-policy/broken.yaml' });
    const error = errorOf(await broken.invoke(sqsEvent(await written('by-arn/broken', WRONG))));
    expect(error).toContain('kye');
    const line = POLICY_TEXT.split('\n').findIndex((text) => text.includes('key: alias/shared')) + 1;
    expect(error).toContain(`:${line}:`);
    expect(bench.publishes).toEqual([]);
  });

  it('that is replaced by a broken one is kept, told by a metric and by no digest', async () => {
    await putPolicy('replaced.yaml', POLICY_TEXT);
    const steady = await bench.start({
      POLICY: 's3://acme-policy/replaced.yaml',
      POLICY_TTL_SECONDS: '0',
      METRIC_NAMESPACE: 'acme/audit',
    });
    const refused = () => counterOf(steady.logs(), 'PolicyRefused');
    const right = sqsEvent(await written('by-arn/steady/right', RIGHT));
    const wrong = sqsEvent(await written('by-arn/steady/wrong', WRONG));
    expect(failuresOf(await steady.invoke(right))).toEqual([]);
    expect(refused()).toBe(0);
    await putPolicy('replaced.yaml', 'version: 1\nrules: []\n');
    expect(failuresOf(await steady.invoke(right))).toEqual([]);
    expect([bench.publishes, refused()]).toEqual([[], 1]);
    expect(failuresOf(await steady.invoke(wrong))).toEqual([]);
    expect((await bench.digests()).map(({ rule, count }) => [rule, count])).toEqual([['by-arn', 1]]);
    expect(refused()).toBe(2);
    expect(namespacesOf(steady.logs())).toEqual(new Set(['acme/audit']));
  });

  it('that is replaced by a good one is judged by from then on', async () => {
    await putPolicy('changing.yaml', POLICY_TEXT);
    const changing = await bench.start({ POLICY: 's3://acme-policy/changing.yaml', POLICY_TTL_SECONDS: '0' });
    const event = sqsEvent(await written('by-arn/changing', WRONG));
    expect(failuresOf(await changing.invoke(event))).toEqual([]);
    expect((await bench.digests()).length).toBe(1);
    const everything = '{"version":1,"rules":[{"id":"all","match":"s3://acme-*","sse":{"bucketKey":"any"}}]}';
    await putPolicy('changing.yaml', everything);
    expect(failuresOf(await changing.invoke(event))).toEqual([]);
    expect(await bench.digests()).toEqual([]);
  });
});

describe('a bad environment', () => {
  it('is told at the start, every variable at once', async () => {
    const bad = {
      POLICY: 's3://only-a-bucket',
      TOPIC_ARN: 'alerts',
      MAIL_TOPIC_ARN: 'arn:aws:sqs:eu-west-1:111122223333:mail',
      CONCURRENCY: '0',
      POLICY_TTL_SECONDS: 'five',
      ALERT_FORMAT: 'html',
      MAX_RECEIVES: '-1',
      INSTRUCTION_FILES: 'yes',
    };
    const never = await bench.start(bad);
    const error = errorOf(await never.invoke(sqsEvent()));
    expect(Object.keys(bad).filter((name) => !error.includes(name))).toEqual([]);
  });

  it('names what is missing', async () => {
    const never = await bench.start({ POLICY: '', TOPIC_ARN: '' });
    const error = errorOf(await never.invoke(sqsEvent()));
    expect(error).toContain('POLICY is missing');
    expect(error).toContain('TOPIC_ARN is missing');
    expect(error).not.toContain('MAIL_TOPIC_ARN');
  });
});
