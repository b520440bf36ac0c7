import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { type FaultRule, faults } from '../../local/faults.ts';

const ACCOUNT = '111122223333';
const open: { aws: LocalAws; client: S3Client }[] = [];

afterEach(async () => {
  for (const { aws, client } of open.splice(0)) {
    client.destroy();
    await aws.close();
  }
});

async function world(rules: readonly FaultRule[], seed = 1) {
  const slept: number[] = [];
  const injected = faults({ seed, rules, sleep: async (ms) => slept.push(ms) });
  const aws = await startLocalAws({ beforeRequest: [injected.before] });
  const client = new S3Client({ ...aws.clientConfig(ACCOUNT, 'us-east-1'), maxAttempts: 1 });
  open.push({ aws, client });
  await client.send(new CreateBucketCommand({ Bucket: 'faulty' }));
  const authorization = `AWS4-HMAC-SHA256 Credential=LOCAL${ACCOUNT}/20261121/us-east-1/s3/aws4_request`;
  const head = (key: string, more: RequestInit = {}): Promise<number | string> =>
    fetch(`${aws.endpoint}/faulty/${key}`, { method: 'HEAD', headers: { authorization }, ...more }).then(
      ({ status }) => status,
      () => 'no answer',
    );
  const heads = async (keys: readonly string[]) => {
    const answers: (number | string)[] = [];
    for (const key of keys) answers.push(await head(key));
    return answers;
  };
  return { injected, slept, head, heads, aws, client, authorization };
}

const KEYS = Array.from({ length: 60 }, (_, i) => `key-${i}`);

describe('faults', () => {
  it('a throttled operation answers 503, and the others go on', async () => {
    const { head, aws, authorization, injected } = await world([{ operation: 'HeadObject', throttle: 1 }]);
    expect(await head('any')).toBe(503);
    const listed = await fetch(`${aws.endpoint}/faulty/?list-type=2`, { headers: { authorization } });
    expect(listed.status).toBe(200);
    expect(injected.counts).toEqual({ throttle: 1, fail: 0, reset: 0, lost: 0, stall: 0, slow: 0 });
  });

  it('a reset gives no answer at all', async () => {
    const { head, injected } = await world([{ operation: 'HeadObject', reset: 1 }]);
    expect(await head('any')).toBe('no answer');
    expect(injected.counts.reset).toBe(1);
  });

  it('a stall lasts until the client gives up', async () => {
    const { head, injected } = await world([{ operation: 'HeadObject', stall: 1 }]);
    const giveUp = new AbortController();
    const answer = head('any', { signal: giveUp.signal });
    await expect.poll(() => injected.counts.stall).toBe(1);
    giveUp.abort();
    expect(await answer).toBe('no answer');
  });

  it('latency is waited for before the answer', async () => {
    const { head, slept } = await world([{ operation: 'HeadObject', latencyMs: 30 }]);
    expect(await head('any')).toBe(404);
    expect(slept).toEqual([30]);
  });

  it('the same seed gives the same faults in whatever order requests come, another seed others', async () => {
    const rules = [{ operation: 'HeadObject', throttle: 0.3, fail: 0.2 }];
    const first = await (await world(rules)).heads(KEYS);
    const backwards = await (await world(rules)).heads([...KEYS].reverse());
    expect(backwards.reverse()).toEqual(first);
    expect(await (await world(rules, 2)).heads(KEYS)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([404, 503, 500]));
  });

  it('what failed once may succeed the next time', async () => {
    const { heads } = await world([{ operation: 'HeadObject', throttle: 0.5 }]);
    expect(new Set(await heads(Array.from({ length: 20 }, () => 'again')))).toEqual(new Set([404, 503]));
  });

  it('a lost answer is one to a request that was done', async () => {
    const { injected, client } = await world([{ service: 's3', operation: 'PutObject', lost: 1 }]);
    const put = client.send(new PutObjectCommand({ Bucket: 'faulty', Key: 'k', Body: 'x' }));
    await expect(put).rejects.toThrow(/ECONNRESET|hang up/);
    expect(injected.counts.lost).toBe(1);
    expect((await client.send(new HeadObjectCommand({ Bucket: 'faulty', Key: 'k' }))).ContentLength).toBe(1);
  });

  it('a rule of one service leaves the others alone', async () => {
    const { head, injected } = await world([{ service: 'kms', throttle: 1 }]);
    expect([await head('any'), injected.counts.throttle]).toEqual([404, 0]);
  });

  it('a share of the answers is slow, whatever else happens to them', async () => {
    const { heads, slept, injected } = await world([
      { operation: 'HeadObject', slow: 0.5, slowMs: 70, throttle: 0.5 },
    ]);
    const answers = await heads(KEYS);
    expect(new Set(slept)).toEqual(new Set([70]));
    expect(injected.counts.slow).toBe(slept.length);
    expect(slept.length).toBeGreaterThan(10);
    expect(slept.length).toBeLessThan(50);
    expect(new Set(answers)).toEqual(new Set([404, 503]));
  });
});
