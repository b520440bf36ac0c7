import { describe, expect, it } from 'vitest';
import { checkAtEnd, checkBeforeRedrive, Watch } from '../../local/simulation/invariants.ts';
import { policyText } from '../../local/simulation/policies.ts';
import type { Subject, World } from '../../local/simulation/world.ts';
import { sha256 } from '../../src/compose.ts';

const key = (number: number): string => `arn/o000000${number}o`;
const subject = (number: number, must: boolean, alerts: (policy: number) => boolean): Subject => ({
  ...{ key: key(number), kind: 'right', must },
  alerts: new Map([[`etag-${number}`, alerts]]),
});
const SUBJECTS = [
  subject(1, true, () => true),
  subject(2, false, () => false),
  subject(3, false, (policy) => policy % 2 === 1),
];
const world: World = {
  ...{ steps: [], events: 3, duplicates: 0, poison: ['é {', 'é {'] },
  subjects: new Map(SUBJECTS.map((one) => [one.key, one])),
  sent: new Set(['é {', `about ${key(1)}`]),
};

const record = (number: number, policy = 0, etag = `etag-${number}`) => ({
  object: { key: key(number) },
  policy: sha256(policyText(policy)),
  etag,
});

/** A watch that was told of a digest with these records, and of a mail that names those objects. */
function told(records: readonly object[], mailed: readonly number[] = [], count = records.length): Watch {
  const watch = new Watch(world, 'programs');
  if (count > 0)
    watch.alert({ topic: 'programs', body: JSON.stringify({ count, samples: { items: records } }) });
  watch.alert({ topic: 'mail', body: mailed.map(key).join('\n') });
  return watch;
}

const right = (): Watch => told([record(1)], [1]);

describe('the end of a run', () => {
  it('is right when what must be alerted was, and the dead letters are the poison', () => {
    expect(() => checkAtEnd(world, right(), 0, ['é {', 'é {'])).not.toThrow();
    expect(() => checkAtEnd(world, told([record(1), record(3, 1)], [1, 3]), 0, ['é {', 'é {'])).not.toThrow();
  });

  it.each([
    ['an object that was never alerted', told([]), 'was never alerted'],
    ['one that programs alone were told of', told([record(1)]), 'was never alerted'],
    ['one that people alone were told of', told([], [1]), 'was never alerted'],
    [
      'an alert on an object that keeps every policy',
      told([record(1), record(2)], [1]),
      'alerted under policy 0',
    ],
    ['an alert by a policy that the object keeps', told([record(1), record(3, 0)], [1]), 'which it keeps'],
    ['an alert on what stood there at another time', told([record(1, 0, 'other')], [1]), 'which it keeps'],
    ['an alert by no policy', told([{ ...record(1), policy: 'sha256:0' }], [1]), 'judged by no policy'],
    ['an alert on nothing', told([{ ...record(1), object: { key: 'x' } }], [1]), 'never written'],
    ['a mail about an object that keeps every policy', told([record(1)], [1, 2]), 'a mail names'],
    ['a digest that does not name all that it counts', told([record(1)], [1], 2), 'a digest of 2 shows 1'],
  ])('tells %s', (_what, watch, why) => {
    expect(() => checkAtEnd(world, watch, 0, ['é {', 'é {'])).toThrow(why);
  });

  it.each([
    ['a poison message that is lost', ['é {'], '2 poison messages were sent, 1 are'],
    ['one that another byte has changed', ['é {', 'e {'], 'the first that differs'],
    ['a dead letter too many', ['é {', 'é {', 'é {'], '3 are in the dead-letter queue'],
  ])('tells %s', (_what, dead, why) => {
    expect(() => checkAtEnd(world, right(), 0, dead)).toThrow(why);
  });

  it('tells messages that are left in the queue', () => {
    expect(() => checkAtEnd(world, right(), 1, ['é {', 'é {'])).toThrow('1 messages are left');
  });
});

describe('before the redrive', () => {
  it('an object that must be alerted may wait in the dead-letter queue, whole', () => {
    expect(() => checkBeforeRedrive(world, told([]), [`about ${key(1)}`])).not.toThrow();
    expect(() => checkBeforeRedrive(world, told([]), ['é {'])).toThrow('neither alerted nor kept');
    expect(() => checkBeforeRedrive(world, right(), [`about ${key(1)}.`])).toThrow('not as it was sent');
  });
});
