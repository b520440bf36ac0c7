import { describe, expect, it } from 'vitest';
import { AnswerCache } from '../../src/audit/answer-cache.ts';
import { CachingKeyDirectory } from '../../src/audit/caching-key-directory.ts';
import { RetryableFailure } from '../../src/audit/failures.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { MemoryKeys } from '../support/memory.ts';

const A = keyArn('a');
const B = keyArn('b');
const ALIAS = { kind: 'alias-name', name: 'alias/x' } as const;
const MINUTE = 60_000;

function directory(keep: 'minutes' | 'first' = 'minutes') {
  const inner = new MemoryKeys().point('alias/x', A);
  let nowMs = 1_000_000;
  const cached = new CachingKeyDirectory(inner, { now: () => nowMs, keep });
  return { inner, cached, pass: (ms: number) => (nowMs += ms), asked: () => inner.asked.length };
}

describe('kept resolutions', () => {
  it('are given again for five minutes and not a moment longer', async () => {
    const { cached, pass, asked } = directory();
    await cached.alias(ALIAS, 'eu-west-1', 'kept');
    pass(5 * MINUTE - 1);
    await cached.alias(ALIAS, 'eu-west-1', 'kept');
    expect(asked()).toBe(1);
    pass(1);
    await cached.alias(ALIAS, 'eu-west-1', 'kept');
    expect(asked()).toBe(2);
  });

  it('of an alias that was not found are given again for one minute', async () => {
    const { cached, inner, pass, asked } = directory();
    inner.aliases.clear();
    await cached.alias(ALIAS, 'eu-west-1', 'kept');
    pass(MINUTE - 1);
    await cached.alias(ALIAS, 'eu-west-1', 'kept');
    expect(asked()).toBe(1);
    pass(1);
    await cached.alias(ALIAS, 'eu-west-1', 'kept');
    expect(asked()).toBe(2);
  });

  it('are asked for again before a mismatch is told, at most once a minute for one alias', async () => {
    const { cached, inner, pass, asked } = directory();
    await cached.alias(ALIAS, 'eu-west-1', 'kept');
    inner.point('alias/x', B);
    pass(MINUTE);
    expect(await cached.alias(ALIAS, 'eu-west-1', 'fresh')).toEqual({
      kind: 'key',
      arn: keyReference(B).arn,
    });
    await cached.alias(ALIAS, 'eu-west-1', 'fresh');
    pass(MINUTE - 1);
    await cached.alias(ALIAS, 'eu-west-1', 'fresh');
    expect(asked()).toBe(2);
  });

  it('differ by Region for a name, and not for an ARN', async () => {
    const { cached, asked } = directory();
    await cached.alias(ALIAS, 'eu-west-1', 'kept');
    await cached.alias(ALIAS, 'us-east-1', 'kept');
    expect(asked()).toBe(2);
  });

  it('of a run stay the first ones, and a mismatch refreshes none', async () => {
    const { cached, inner, pass, asked } = directory('first');
    await cached.alias(ALIAS, 'eu-west-1', 'kept');
    inner.point('alias/x', B);
    pass(24 * 60 * MINUTE);
    expect(await cached.alias(ALIAS, 'eu-west-1', 'fresh')).toEqual({
      kind: 'key',
      arn: keyReference(A).arn,
    });
    expect(asked()).toBe(1);
  });
});

describe('look-ups', () => {
  it('under way are shared: a thousand objects ask KMS once', async () => {
    const { cached, asked } = directory();
    await Promise.all(Array.from({ length: 1_000 }, () => cached.key(keyReference(A).arn)));
    expect(asked()).toBe(1);
  });

  it('that failed are not kept: the next one asks again', async () => {
    const { cached, inner } = directory();
    inner.failNext = 1;
    await expect(cached.key(keyReference(A).arn)).rejects.toBeInstanceOf(RetryableFailure);
    expect(await cached.key(keyReference(A).arn)).toMatchObject({ kind: 'described' });
  });

  it('are bounded: the answer used longest ago goes first', async () => {
    const asked: string[] = [];
    const cache = new AnswerCache<string>({ most: 2, now: () => 0, keepMs: () => MINUTE });
    const get = (key: string) =>
      cache.get(key, async () => {
        asked.push(key);
        return key;
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await get(key);
    expect(asked).toEqual(['a', 'b', 'c', 'b']);
  });
});
