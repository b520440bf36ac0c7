import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDigests, type Digest, DigestBuilder } from '../../src/alerts/digest.ts';
import { compareKeys } from '../../src/objects/byte-order.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { at, bare, CONTEXT, KEY_A, KEY_B, REASONS, VIOLATIONS, wrongKey } from './records.ts';

const only = (records: readonly AuditRecord[], context = CONTEXT): Digest => {
  const digests = buildDigests(records, context);
  expect(digests).toHaveLength(1);
  return digests[0] as Digest;
};

const uncovered = (key: string): AuditRecord => bare({ ...at(key), outcome: 'uncovered' });

describe('which records make a digest', () => {
  it('what needs no attention makes none', () => {
    const outcomes = ['compliant', 'exempt', 'gone'] as const;
    expect(
      buildDigests(
        outcomes.map((outcome) => bare({ outcome })),
        CONTEXT,
      ),
    ).toEqual([]);
  });

  it('what could not be told alerts like a violation', () => {
    expect(only([bare({ outcome: 'unknown', reasons: [REASONS.ACCESS_DENIED] })])).toMatchObject({
      outcome: 'unknown',
      codes: ['ACCESS_DENIED'],
    });
  });

  it.each(['report', 'ignore'] as const)('an uncovered object makes none under uncovered: %s', (action) => {
    expect(buildDigests([uncovered('x')], { ...CONTEXT, uncovered: action })).toEqual([]);
  });

  it('an uncovered object alerts under uncovered: alert, with the code UNCOVERED and no rule', () => {
    const digest = only([uncovered('x')]);
    expect(digest).toMatchObject({ outcome: 'uncovered', codes: ['UNCOVERED'], severity: 'medium' });
    expect(digest).not.toHaveProperty('rule');
    expect(digest.next.steps[0]?.code).toBe('ADD_RULE');
  });

  it('a record without its codes still alerts', () => {
    expect(only([bare({ outcome: 'violation' })]).codes).toEqual(['VIOLATION']);
  });
});

describe('what groups', () => {
  const second = VIOLATIONS.BUCKET_KEY_NOT_AS_REQUIRED;

  it.each([
    ['bucket', at('k', 'other')],
    ['rule', { rule: 'other' }],
    ['outcome', { outcome: 'unknown', reasons: [REASONS.KEY_NOT_REPORTED] }],
    ['set of codes', { violations: [...(wrongKey(0).violations ?? []), second] }],
  ] as const)('another %s is another digest', (_what, overrides) => {
    expect(buildDigests([wrongKey(0), wrongKey(1, overrides)], CONTEXT)).toHaveLength(2);
  });

  it('arguments, order and repetition of codes, captures and reasons of a violation take no part', () => {
    const violations = [VIOLATIONS.KMS_KEY_NOT_ALLOWED, second] as const;
    const swapped = [
      second,
      { code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: ['x'], actual: 'y' } },
      second,
    ] as const;
    const digest = only([
      wrongKey(0, { violations }),
      wrongKey(1, { violations: swapped, captures: { tenant: 'c' }, reasons: [REASONS.KEY_NOT_REPORTED] }),
    ]);
    expect(digest.count).toBe(2);
    expect(digest.codes).toEqual(['BUCKET_KEY_NOT_AS_REQUIRED', 'KMS_KEY_NOT_ALLOWED']);
  });

  it(
    'the order of the records takes no part in anything',
    () => {
      const record = fc.record({
        part: fc.integer({ min: 0, max: 60 }),
        key: fc.string({ unit: 'binary', maxLength: 3 }),
        tenant: fc.constantFrom('a', 'b', 'c'),
        rule: fc.constantFrom('tenants', 'hive'),
        severity: fc.constantFrom('low' as const, 'critical' as const),
      });
      const shuffled = fc
        .array(record, { minLength: 1, maxLength: 40 })
        .map((all) =>
          all.map(({ part, key, tenant, ...rest }) =>
            wrongKey(part, { ...at(key), captures: { tenant }, ...rest }),
          ),
        )
        .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
      fc.assert(
        fc.property(shuffled, ([all, other]) => {
          expect(buildDigests(other, CONTEXT)).toEqual(buildDigests(all, CONTEXT));
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it('the most severe comes first', () => {
    const severities = ['low', 'critical', 'medium', 'high'] as const;
    const digests = buildDigests(
      severities.map((severity) => wrongKey(0, { severity, rule: severity })),
      CONTEXT,
    );
    expect(digests.map((digest) => digest.severity)).toEqual(['critical', 'high', 'medium', 'low']);
  });
});

describe('what a digest holds', () => {
  it("the rule's severity, else the default one, and of two the higher", () => {
    expect(only([wrongKey(0)]).severity).toBe('high');
    expect(
      only([bare({ outcome: 'violation', rule: 'r', violations: [VIOLATIONS.CSE_MISSING] })]).severity,
    ).toBe('medium');
    expect(only([wrongKey(0), wrongKey(1, { severity: 'critical' }), wrongKey(2)]).severity).toBe('critical');
  });

  it('the exact count, and the first and last key in byte order, not in the order of UTF-16', () => {
    const keys = ['\uffff', 'b', '\u{10000}', 'a'];
    const digest = only(keys.map((key) => wrongKey(0, at(key))));
    expect(digest).toMatchObject({ count: 4, firstKey: 'a', lastKey: '\u{10000}' });
    expect(digest.samples.items.map((sample) => sample.object.key)).toEqual(keys.toSorted(compareKeys));
  });

  it('samples without source addresses, else whole and in the order of the record', () => {
    const record = wrongKey(0);
    const [sample] = only([record]).samples.items;
    expect(JSON.stringify(sample)).toBe(JSON.stringify(record).replace('"sourceIp":"10.0.0.7",', ''));
  });

  it('captures, keys, principals, owners and diagnoses each once', () => {
    const claimed = { sse: { type: 'sse-s3' }, cse: { type: 'envelope' as const, claimedKey: KEY_B } };
    const digest = only([
      wrongKey(0),
      wrongKey(1),
      wrongKey(2, { observed: claimed, captures: { tenant: 'c' } }),
    ]);
    expect(digest.captures).toEqual({ items: [{ tenant: 'b' }, { tenant: 'c' }] });
    expect(digest.keys).toEqual({ items: [KEY_A, KEY_B] });
    expect(digest.principals).toEqual({ items: ['AWS:AROAEXAMPLE:i-0abc'] });
    expect(digest.owners).toEqual({ items: ['tenant-b-platform@example.com'] });
    expect(digest.diagnosis.items).toHaveLength(1);
  });

  it('twenty of a list is all of it; of twenty-one there are more', () => {
    const records = Array.from({ length: 21 }, (_, i) => {
      const text = String(i).padStart(2, '0');
      return wrongKey(0, {
        ...at(text),
        captures: { tenant: text },
        owner: text,
        writer: { event: 'ObjectCreated:Put', principal: text },
        observed: { sse: { type: 'sse-kms', key: text } },
        diagnosis: [{ code: 'AWS_MANAGED_KEY', args: { key: text } }],
      });
    });
    const lists = (digest: Digest) => {
      const { samples, captures, keys, principals, owners, diagnosis } = digest;
      return [samples, captures, keys, principals, owners, diagnosis];
    };
    for (const list of lists(only(records.slice(0, 20)))) {
      expect(list.items).toHaveLength(20);
      expect(list).not.toHaveProperty('more');
    }
    for (const list of lists(only(records))) {
      expect(list.items).toHaveLength(20);
      expect(list.more).toBe(true);
    }
    expect(only(records).count).toBe(21);
  });

  it('when the objects were written', () => {
    expect(only([wrongKey(2), wrongKey(0), wrongKey(1)]).written).toEqual({
      first: '2026-11-21T02:00:00Z',
      last: '2026-11-21T02:00:02Z',
    });
  });

  it('a run of a hundred thousand keeps twenty samples and counts exactly', () => {
    const builder = new DigestBuilder({ ...CONTEXT, trigger: 'run' });
    for (let i = 0; i < 100_000; i++) builder.add(wrongKey(0, at(`tenants/b/${(i * 7919) % 100_000}`)));
    const [digest] = builder.finish();
    expect(digest).toMatchObject({ count: 100_000, trigger: 'run', firstKey: 'tenants/b/0' });
    expect(digest?.samples.items.map((sample) => sample.object.key).slice(0, 3)).toEqual([
      'tenants/b/0',
      'tenants/b/1',
      'tenants/b/10',
    ]);
  });
});

describe('what to do next', () => {
  const next = (...keys: readonly string[]) => only(keys.map((key) => wrongKey(0, at(key)))).next;

  it('the re-audit takes the longest prefix that all keys share, up to a slash', () => {
    expect(next('t/b/x1', 't/b/x2').reaudit).toContain(' s3://acme-lake/t/b/ ');
    expect(next('t/b/x', 't/c/x').reaudit).toContain(' s3://acme-lake/t/ ');
    expect(next('t', 'u').reaudit).toContain(' s3://acme-lake/ ');
    expect(next('t/b/x').reaudit).toBe(
      's3-encryption-auditor audit s3://acme-lake/t/b/ --policy policy.yaml',
    );
  });

  it('the policy source is the one that the context names', () => {
    const digest = only([wrongKey(0)], { ...CONTEXT, policySource: 's3://config/p.yaml' });
    expect(digest.next.reaudit).toMatch(/ --policy s3:\/\/config\/p\.yaml$/);
  });

  it('a command that would have to be cut is taken from another object, or left out, never cut', () => {
    const long = `a/${'é'.repeat(511)}`;
    expect(next(long, 'b').check).toBe('aws s3api head-object --bucket acme-lake --key b');
    expect(next(long)).not.toHaveProperty('check');
    expect(next(`a/${'\u0001'.repeat(300)}/x`).reaudit).toContain(' s3://acme-lake/a/ ');
  });

  it('a key is re-keyed only where that alone mends it and the policy leaves one key to choose', () => {
    const args = { allowed: [KEY_B], actual: KEY_A };
    const wrong = { code: 'KMS_KEY_NOT_ALLOWED', args } as const;
    const mend = (overrides: Partial<AuditRecord>) => only([wrongKey(0, overrides)]).next.mend;
    expect(mend({})).toContain(`KMSKeyArn=${KEY_B},BucketKeyEnabled=true`);
    const bucketKey = { required: 'forbidden', actual: true } as const;
    expect(mend({ violations: [wrong, { code: 'BUCKET_KEY_NOT_AS_REQUIRED', args: bucketKey }] })).toContain(
      '=false',
    );
    expect(mend({ violations: [wrong, VIOLATIONS.KMS_KEY_UNUSABLE] })).toBeUndefined();
    expect(mend({ violations: [{ ...wrong, args: { ...args, allowed: [KEY_A, KEY_B] } }] })).toBeUndefined();
    expect(mend({ violations: [{ ...wrong, args: { ...args, allowed: ['alias/b'] } }] })).toBeUndefined();
    expect(mend({ violations: [{ ...wrong, args: { ...args, lapsed: '2026-01-31' } }] })).toBeUndefined();
    for (const type of ['dsse-kms', 'sse-c', 'none']) {
      expect(mend({ observed: { sse: { type, key: KEY_A } } }), type).toBeUndefined();
    }
  });
});
