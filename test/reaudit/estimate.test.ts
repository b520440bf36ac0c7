import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareKeys } from '../../src/objects/byte-order.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { estimate, type PlanSource } from '../../src/reaudit/estimate.ts';
import { countObjects, givenCount } from '../../src/reaudit/estimate-count.ts';
import { rulesBelow } from '../../src/reaudit/estimate-rules.ts';
import { durationText, estimateJson, estimateText } from '../../src/reaudit/estimate-text.ts';
import type { ListAnswer, ListRequest, ObjectLister } from '../../src/reaudit/ports.ts';
import { dollars, shippedPrices } from '../../src/reaudit/prices.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { policyOf } from '../support/policy.ts';

const bucket = bucketName('lake');

/** Keys in memory, in byte order; remembers how often it was asked. */
class MemoryLister implements ObjectLister {
  readonly #keys: readonly string[];
  readonly #page: number;
  asked = 0;

  constructor(keys: readonly string[], page = 1_000) {
    this.#keys = keys.toSorted(compareKeys);
    this.#page = page;
  }

  async list({ prefix, after }: ListRequest): Promise<ListAnswer> {
    this.asked += 1;
    const rest = this.#keys.filter(
      (key) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after.key) > 0),
    );
    const page = rest.slice(0, this.#page);
    const last = page.at(-1);
    return {
      kind: 'page',
      deleteMarkers: 0,
      objects: page.map((key) => ({
        key: objectKey(key),
        sizeBytes: 1,
        etag: 'e',
        lastModifiedMs: 0,
        isLatest: true,
        storageClass: key.startsWith('ia/') ? 'STANDARD_IA' : 'STANDARD',
      })),
      ...(rest.length > page.length && last !== undefined ? { next: { key: last } } : {}),
    };
  }
}

/** Mulberry32. */
function seeded(seed: number): (choices: number) => number {
  let state = seed;
  return (choices) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * choices);
  };
}

const counted = async (lister: ObjectLister, more: object = {}) => {
  const answer = await countObjects(
    { bucket, prefix: '', versions: false, pick: seeded(1), ...more },
    lister,
  );
  if (answer.kind === 'refused') throw new Error('refused');
  return answer.count;
};

describe('how many objects there are', () => {
  test('what fits into a page is counted', async () => {
    expect(await counted(new MemoryLister(['a', 'b', 'c']))).toMatchObject({
      method: 'counted',
      objects: 3,
      low: 3,
      high: 3,
    });
  });

  test('no objects are none', async () => {
    expect(await counted(new MemoryLister([]))).toMatchObject({ method: 'counted', objects: 0 });
  });

  test('descents are right on average, whatever the keys look like', async () => {
    const key = fc.string({
      unit: fc.constantFrom('a', 'b', '/', 'é', '😀', '\uFFFD'),
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(key, { maxLength: 60 }), async (keys) => {
        // Every choice is enumerated: the expectation over all descents is exact.
        expect(await expected(keys)).toBeCloseTo(keys.length, 6);
      }),
      { numRuns: fuzzRuns({ every: 10 }) },
    );
  });

  test('a range that holds one found before is not counted twice', async () => {
    const keys = ['ab1', 'ab2', 'ab3', 'ab4', 'ac1', 'ad1', 'ae1', 'af1', 'b'];
    expect(await expected(keys)).toBe(keys.length);
  });

  test('what all keys begin with costs no request a character', async () => {
    const keys = Array.from({ length: 1_500 }, (_, i) => `${'deep/'.repeat(20)}${i % 3}/${i}`);
    const count = await counted(new MemoryLister(keys));
    expect(count).toMatchObject({ objects: 1_500 });
    expect(count.requests).toBeLessThan(10);
  });

  test('an uneven tree is estimated within its band', async () => {
    const keys = Array.from({ length: 26_000 }, (_, i) => `year=${2000 + (i % 26)}/${i}`);
    const count = await counted(new MemoryLister(keys));
    expect(count.method).toBe('probes');
    expect(count.low).toBeLessThanOrEqual(26_000);
    expect(count.high).toBeGreaterThanOrEqual(26_000);
    expect(count.requests).toBeLessThanOrEqual(400);
  });

  test('where requests run out first, what was seen is the least there is', async () => {
    const keys = Array.from({ length: 900 }, (_, i) => `${String.fromCharCode(97 + (i % 26))}${i}`);
    const count = await counted(new MemoryLister(keys, 3), { mostRequests: 5 });
    expect(count).toMatchObject({ method: 'cut', requests: 5 });
    expect(count.objects).toBeLessThanOrEqual(900);
  });

  test('a listing that is refused is told as it is', async () => {
    const lister: ObjectLister = { list: async () => ({ kind: 'denied', permission: 's3:ListBucket' }) };
    expect(await countObjects({ bucket, prefix: '', versions: false, pick: () => 0 }, lister)).toEqual({
      kind: 'refused',
      answer: { kind: 'denied', permission: 's3:ListBucket' },
    });
  });
});

/** The mean over every way that one descent can go, each with its probability. */
async function expected(keys: readonly string[], taken: readonly number[] = []): Promise<number> {
  const choices: number[] = [];
  const pick = (among: number): number => {
    choices.push(among);
    return taken[choices.length - 1] ?? 0;
  };
  const { objects } = await counted(new MemoryLister(keys, 3), { pick, descents: 1, mostRequests: 1e6 });
  const among = choices[taken.length];
  if (among === undefined) return objects;
  let sum = 0;
  for (let i = 0; i < among; i++) sum += await expected(keys, [...taken, i]);
  return sum / among;
}

const PRICES = shippedPrices();

const policyWith = (requirement: string) =>
  policyOf(`version: 1\nrules:\n  - id: r\n    match: s3://lake/a/\n${requirement}`);

const estimated = (requirement: string, objects = 1_000_000_000) =>
  estimate({ count: givenCount(objects), rules: policyWith(requirement).rules, prices: PRICES });

const KEYED = '    sse: { algorithm: [aws:kms] }\n';
const S3 = '    sse: { algorithm: [AES256] }\n';
const INNER = '    cse: required\n';

describe('what a thousand million objects take', () => {
  const usd = (requirement: string): Readonly<Record<string, string>> =>
    Object.fromEntries(estimated(requirement).plans.map((plan) => [plan.source, dollars(plan.picodollars)]));

  test('is what the prices make it, to the cent', () => {
    // 1e6 LISTs and 1e9 HEADs; 1e9 rows and 1,000 HEADs; 50 GB; 1e6 batches; a job, 1e9 tasks, 1e9 HEADs, 1e9 invocations.
    expect(usd(KEYED)).toEqual({
      'list-head': '$405.00',
      inventory: '$2.50',
      'metadata-table': '$0.2504',
      'step-functions': '$405.20',
      'batch-operations': '$1,600.25',
    });
  });

  test('at 5,500 HEADs a second is two days', () => {
    expect(durationText(estimated(KEYED).plans[0]?.seconds ?? 0)).toBe('50.6 h');
  });

  test('storage classes are priced by their share of what was seen', () => {
    const count = {
      ...givenCount(1_000),
      classes: new Map([
        ['STANDARD', 3],
        ['STANDARD_IA', 1],
      ]),
    };
    const [plan] = estimate({ count, rules: [], prices: PRICES }).plans;
    expect(plan?.lines.map(({ price, units }) => [price, units])).toEqual([
      ['list', 1n],
      ['head', 750n],
      ['headStandardIa', 250n],
    ]);
  });
});

describe('which source suffices', () => {
  test.each<[string, string, readonly PlanSource[], PlanSource]>([
    [
      'a rule by key',
      KEYED,
      ['list-head', 'metadata-table', 'step-functions', 'batch-operations'],
      'metadata-table',
    ],
    [
      'a rule for AES256 alone',
      S3,
      ['list-head', 'inventory', 'metadata-table', 'step-functions', 'batch-operations'],
      'metadata-table',
    ],
    ['a rule with cse', INNER, ['list-head', 'step-functions', 'batch-operations'], 'list-head'],
  ])('under %s', (_what, requirement, sufficient, cheapest) => {
    const { plans, cheapest: best } = estimated(requirement);
    expect(plans.filter((plan) => plan.sufficient).map(({ source }) => source)).toEqual(sufficient);
    expect(best.source).toBe(cheapest);
  });

  test('why a source does not is said with the rules', () => {
    const text = estimateText(estimated(`${KEYED}${INNER}`));
    expect(text).toContain('an inventory shows no metadata');
    expect(text).toContain('(rule r)');
    expect(estimateText(estimated(KEYED))).toContain('an inventory has no key column');
  });

  test('a small prefix is cheapest by LIST and HEAD', () => {
    expect(estimated(KEYED, 10).cheapest.source).toBe('list-head');
  });
});

test('the estimate as JSON holds money as decimal text', () => {
  const json = estimateJson(estimated(KEYED));
  expect(json.sources.map(({ source, usd }) => [source, usd])).toContainEqual(['list-head', '405']);
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
});

test.each([
  ['', true],
  ['a', true],
  ['a/', true],
  ['a/b', true],
  ['b', false],
  ['a/b/c', true],
])('the rule for a/ can govern below "%s": %s', (prefix, expected) => {
  expect(rulesBelow(policyWith(KEYED), 'lake', prefix).length > 0).toBe(expected);
});

test('captures and raw prefixes are followed to where the prefix ends', () => {
  const policy = policyOf(
    'version: 1\nrules:\n  - { id: t, match: "s3://lake/t/x={x}/raw", sse: { algorithm: [AES256] } }\n',
  );
  const can = (prefix: string): boolean => rulesBelow(policy, 'lake', prefix).length > 0;
  expect(['', 't', 't/x', 't/x=1', 't/x=1/', 't/x=1/r', 't/x=1/raw/y'].map(can)).toEqual(Array(7).fill(true));
  expect(['s', 't/y', 't/x=/', 't/x=1/s', 'lake'].map(can)).toEqual(Array(5).fill(false));
  expect(rulesBelow(policy, 'other', '')).toEqual([]);
});
