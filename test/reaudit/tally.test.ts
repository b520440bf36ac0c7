import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDigests } from '../../src/alerts/digest.ts';
import { renderReport } from '../../src/reaudit/report.ts';
import { mergeTallies, Tally } from '../../src/reaudit/tally.ts';
import { digestsOf } from '../../src/reaudit/tally-digests.ts';
import { LIMITS } from '../../src/reaudit/tally-limits.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { at, bare, KEY_A, KEY_B, REASONS, VIOLATIONS, wrongKey } from '../alerts/records.ts';
import { world } from '../fixtures/report/world.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';

const META = { generatedAt: '2026-11-21T04:00:00.000Z', version: '0.0.0' };
const AS_OF = '2026-11-20T01:00:00Z';

const tallyOf = (records: Iterable<AuditRecord>): Tally => {
  const tally = new Tally();
  for (const record of records) tally.add(record);
  return tally;
};
const json = (tally: Tally): string => JSON.stringify(tally);

/** Keys that have broken something before: empty segments, prototype names, markup, surrogates, controls. */
const hostileKey = fc.oneof(
  fc.constantFrom(
    '',
    '/',
    '//',
    '__proto__/x',
    'constructor',
    '\u{10000}/a',
    '\uffff/a',
    '\ud800',
    '</script><b>',
    '=1+1',
  ),
  fc
    .array(fc.constantFrom('a', 'b', '<', '', '__proto__', '\u202e', '"'), { maxLength: 9 })
    .map((parts) => parts.join('/')),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const time = fc
  .integer({ min: Date.parse('2019-01-01T00:00:00Z'), max: Date.parse('2027-01-01T00:00:00Z') })
  .map((ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`);

const findings = fc.oneof(
  fc
    .constantFrom(...Object.values(VIOLATIONS))
    .map((one) => ({ outcome: 'violation' as const, violations: [one] })),
  fc.constantFrom(...Object.values(REASONS)).map((one) => ({ outcome: 'unknown' as const, reasons: [one] })),
  fc
    .constantFrom('compliant' as const, 'gone' as const, 'uncovered' as const)
    .map((outcome) => ({ outcome })),
  fc
    .constantFrom('s3://b/**', '__proto__', '')
    .map((exemption) => ({ outcome: 'exempt' as const, exemption })),
);

const record: fc.Arbitrary<AuditRecord> = fc
  .record({
    key: hostileKey,
    bucket: fc.constantFrom('acme-lake', 'acme-drop'),
    found: findings,
    size: fc.option(fc.constantFrom(0, 7, Number.MAX_SAFE_INTEGER), { nil: undefined }),
    lastModified: fc.option(fc.oneof(time, fc.constant('never')), { nil: undefined }),
    tenant: fc.constantFrom('a', '__proto__', '<b>'),
    source: fc.constantFrom('head' as const, 'inventory' as const, undefined),
    foundKey: fc.constantFrom(KEY_A, KEY_B, 'x'),
    claimed: fc.boolean(),
    superseded: fc.constantFrom(true, undefined),
    policy: fc.constantFrom('sha256:a', 'sha256:b'),
    auditedAt: fc.constantFrom(
      '2026-11-21T02:00:00.000Z',
      '2026-11-21T03:00:00.000Z',
      '2026-11-20T03:00:00.000Z',
    ),
  })
  .map(
    ({
      key,
      bucket,
      found,
      size,
      lastModified,
      tenant,
      source,
      foundKey,
      claimed,
      superseded,
      policy,
      auditedAt,
    }) => {
      const draft: Record<string, unknown> = {
        ...wrongKey(0),
        ...at(key, bucket),
        captures: { tenant },
        observed: {
          sse: { type: 'sse-kms', key: foundKey },
          ...(claimed
            ? { cse: { type: 'envelope', wrap: 'kms', claimedKey: foundKey, basis: 'claimed' } }
            : {}),
        },
        superseded,
        policy,
        auditedAt,
        size,
        lastModified,
        source,
        ...(source === 'inventory' ? { asOf: AS_OF } : {}),
        ...found,
      };
      if (!('violations' in found)) delete draft.violations;
      return JSON.parse(JSON.stringify(draft)) as AuditRecord;
    },
  );

const dealt = fc.array(fc.tuple(record, fc.integer({ min: 0, max: 3 })), { maxLength: 60 });
const partsOf = (all: readonly (readonly [AuditRecord, number])[]): readonly Tally[] =>
  [0, 1, 2, 3].map((part) => tallyOf(all.filter(([, to]) => to === part).map(([one]) => one)));

describe('tallies of parts', () => {
  it(
    'merge to the tally of the whole, in whatever order and grouping, also by way of JSON, and to the same report',
    () => {
      fc.assert(
        fc.property(dealt, (all) => {
          const whole = tallyOf(all.map(([one]) => one));
          const [a, b, c, d] = partsOf(all).map((part) => Tally.from(JSON.parse(json(part))));
          const left = mergeTallies([mergeTallies([a, b] as Tally[]), mergeTallies([c, d] as Tally[])]);
          const right = mergeTallies([
            d,
            mergeTallies([c, mergeTallies([b, a] as Tally[])] as Tally[]),
          ] as Tally[]);
          expect(json(left)).toBe(json(whole));
          expect(json(right)).toBe(json(whole));
          expect(renderReport(right, META)).toBe(renderReport(whole, META));
        }),
        { numRuns: fuzzRuns({ every: 10 }) },
      );
    },
    FUZZ_TIMEOUT,
  );

  it('merge alike where there are more prefixes, rules and keys than a tally keeps', () => {
    const many = Array.from({ length: LIMITS.prefixes * 2 + 300 }, (_, i) => {
      const n = (i * 7919) % 5003;
      return wrongKey(0, {
        ...at(`p${n}/q${n % 17}/${i}`),
        rule: `rule-${n % 1_700}`,
        captures: { tenant: String(n) },
        observed: { sse: { type: 'sse-kms', key: `key-${n}` } },
      });
    });
    const whole = tallyOf(many);
    expect(whole.prefixes.isCut).toBe(true);
    expect(whole.rules.isCut).toBe(true);
    const parts = [0, 1, 2].map((part) => tallyOf(many.filter((_, i) => i % 3 === part)));
    expect(json(mergeTallies(parts))).toBe(json(whole));
    expect(json(mergeTallies(parts.toReversed()))).toBe(json(whole));
    expect(whole.total.count('violation')).toBe(many.length);
  });

  it('a name that is kept has its exact figure, though the tally left out others', () => {
    const many = Array.from({ length: 9_000 }, (_, i) => wrongKey(0, { rule: `rule-${(i * 31) % 3_000}` }));
    const kept = tallyOf(many).rules.entries();
    expect(kept).toHaveLength(LIMITS.rules);
    for (const [, ledger] of kept) expect(ledger.count('violation')).toBe(3);
  });

  it('a merge leaves the tally that is merged in as it was', () => {
    const part = tallyOf(world(300));
    const before = json(part);
    const sum = mergeTallies([part]);
    sum.merge(tallyOf(world(300, 2)));
    expect(json(part)).toBe(before);
  });
});

describe('what a tally counts', () => {
  it(
    'every record once, by outcome, with exact bytes beyond 2^53',
    () => {
      fc.assert(
        fc.property(fc.array(record, { maxLength: 40 }), (records) => {
          const { total } = tallyOf(records);
          expect(total.count()).toBe(records.length);
          for (const outcome of ['violation', 'unknown', 'exempt'] as const) {
            const of = records.filter((one) => one.outcome === outcome);
            expect(total.count(outcome)).toBe(of.length);
            expect(total.amount([outcome]).bytes).toBe(
              of.reduce((sum, one) => sum + BigInt(one.size ?? 0), 0n),
            );
            expect(total.amount([outcome]).unsized).toBe(of.filter((one) => one.size === undefined).length);
          }
        }),
        { numRuns: fuzzRuns({ every: 10 }) },
      );
    },
    FUZZ_TIMEOUT,
  );

  it('what was settled without a HEAD apart from what was looked at', () => {
    const tally = tallyOf([
      bare({ outcome: 'compliant', source: 'head' }),
      bare({ outcome: 'compliant', source: 'inventory', asOf: AS_OF }),
    ]);
    expect(tally.total.amount(['compliant'], ['head']).objects).toBe(1);
    expect(tally.total.amount(['compliant'], ['inventory']).objects).toBe(1);
    expect(tally.asOf.inventory).toMatchObject({ first: AS_OF, last: AS_OF });
  });

  it('what needs no look apart from what was looked at, where a record names no source', () => {
    const sourceless = (outcome: AuditRecord['outcome']): AuditRecord => {
      const { source: _, ...rest } = bare({ outcome });
      return rest;
    };
    const { total } = tallyOf([
      sourceless('exempt'),
      sourceless('uncovered'),
      sourceless('compliant'),
      sourceless('gone'),
    ]);
    expect(total.amount(['exempt', 'uncovered'], ['listing']).objects).toBe(2);
    expect(total.amount(['compliant', 'gone'], ['head']).objects).toBe(2);
  });

  it('one cell of the matrix for an object and layer, however many of its requirements fail', () => {
    const untrusted = VIOLATIONS.KMS_KEY_UNTRUSTED_ACCOUNT;
    const tally = tallyOf([wrongKey(0, { violations: [untrusted, VIOLATIONS.KMS_KEY_NOT_ALLOWED] })]);
    expect(tally.pairs.entries().map(([name, { objects }]) => [JSON.parse(name), objects])).toEqual([
      [['sse', KEY_A, KEY_B], 1],
    ]);
  });

  it('an object under each key that encrypts it, and the state that KMS tells of one', () => {
    const observed = {
      sse: { type: 'sse-kms', key: KEY_A },
      cse: { type: 'envelope', wrap: 'kms', claimedKey: KEY_B },
    } as const;
    const tally = tallyOf([wrongKey(0, { observed, violations: [VIOLATIONS.KMS_KEY_UNUSABLE] })]);
    expect(
      tally.keys.entries().map(([name, one]) => [JSON.parse(name), one.all.objects, one.states.values]),
    ).toEqual([
      [['cse', 'kms', KEY_B], 1, []],
      [['sse', 'sse-kms', KEY_A], 1, ['PendingDeletion']],
    ]);
  });

  it('the digests that alerts would have made of the same records', () => {
    const records = [...world(2_000)];
    const context = {
      trigger: 'run',
      defaultSeverity: 'medium',
      at: META.generatedAt,
      uncovered: 'alert',
    } as const;
    const facts = (digests: ReturnType<typeof digestsOf>) =>
      digests
        .map(
          ({
            bucket,
            rule,
            codes,
            count,
            severity,
            firstKey,
            lastKey,
            written,
            captures,
            keys,
            diagnosis,
            next,
          }) => {
            const { check, reaudit, steps } = next;
            return {
              bucket,
              rule,
              codes,
              count,
              severity,
              firstKey,
              lastKey,
              written,
              captures,
              keys,
              diagnosis,
              check,
              reaudit,
              steps,
            };
          },
        )
        .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    expect(facts(digestsOf(tallyOf(records), context))).toEqual(facts(buildDigests(records, context)));
  });

  it('no digest for uncovered objects that the policy only reports', () => {
    const tally = tallyOf([bare({ outcome: 'uncovered' })]);
    const context = { trigger: 'run', defaultSeverity: 'low', at: META.generatedAt } as const;
    expect(digestsOf(tally, { ...context, uncovered: 'report' })).toEqual([]);
    expect(digestsOf(tally, { ...context, uncovered: 'alert' })).toHaveLength(1);
  });

  it('the first and the last key in byte order, not in the order of UTF-16', () => {
    const [[, cause] = []] = tallyOf(
      ['\uffff', 'b', '\u{10000}'].map((key) => wrongKey(0, at(key))),
    ).causes.entries();
    expect(cause).toMatchObject({ firstKey: 'b', lastKey: '\u{10000}' });
  });

  it('a record that comes twice as two objects and one sample', () => {
    const [[, cause] = []] = tallyOf([wrongKey(0), wrongKey(0)]).causes.entries();
    expect(cause?.amount.objects).toBe(2);
    expect(cause?.samples.values).toHaveLength(1);
  });

  it('samples without source addresses', () => {
    expect(json(tallyOf([wrongKey(0)]))).not.toContain('10.0.0.7');
  });
});

describe('the timeline', () => {
  it('keeps to its columns over any span, and to the exact number', () => {
    const tally = tallyOf(
      [
        '0001-01-01T00:00:00Z',
        '1999-06-01T00:00:00Z',
        '2026-11-04T00:10:00Z',
        '9999-12-31T23:59:59Z',
        'never',
      ].map((lastModified) => wrongKey(0, { lastModified })),
    );
    const { written } = tally;
    expect(written.columns().length).toBeLessThanOrEqual(LIMITS.timelineColumns);
    expect(written.columns().reduce((sum, { objects }) => sum + objects, 0)).toBe(4);
    expect(written.undated).toBe(1);
    expect(written.span).toEqual({ first: '0001-01-01T00:00:00Z', last: '9999-12-31T23:59:59Z' });
  });

  it('is as coarse as the span asks for and no coarser', () => {
    const daily = Array.from({ length: 300 }, (_, i) =>
      wrongKey(0, { lastModified: new Date(Date.UTC(2026, 0, 1 + i, 5)).toISOString() }),
    );
    const { written } = tallyOf(daily);
    expect(written.width).toBe(24 * 3_600);
    expect(written.columns()).toHaveLength(300);
  });

  it('shows hours where all was written within days', () => {
    const tally = tallyOf(
      [0, 1].map((day) => wrongKey(0, { lastModified: `2026-11-0${day + 3}T05:59:59Z` })),
    );
    expect(tally.written.width).toBe(3_600);
  });
});
