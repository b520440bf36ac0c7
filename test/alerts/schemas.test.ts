import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { buildDigests } from '../../src/alerts/digest.ts';
import { programMessage } from '../../src/alerts/messages.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import type { Violation } from '../../src/verdict/verdict.ts';
import { bare, CONTEXT, DIAGNOSES, KEY_A, REASONS, VIOLATIONS, wrongKey } from './records.ts';

const schema = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8'));

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
const validRecord = ajv.compile(schema('record'));
const validAlert = ajv.compile(schema('alert'));

const recordProblems = (record: unknown) => (validRecord(record) ? [] : validRecord.errors);
const alertProblems = (alert: unknown) => (validAlert(alert) ? [] : validAlert.errors);

const lapsed = { ...VIOLATIONS.KMS_KEY_NOT_ALLOWED.args, lapsed: '2026-01-31' };
const everyViolation = [
  ...Object.values(VIOLATIONS),
  { code: 'KMS_KEY_NOT_ALLOWED', args: lapsed } as Violation,
].map((one) => wrongKey(0, { violations: [one] }));
const everyReason = Object.values(REASONS).map((one) =>
  bare({ outcome: 'unknown', rule: 'r', reasons: [one] }),
);
const everyDiagnosis = Object.values(DIAGNOSES).map((one) => wrongKey(0, { diagnosis: [one] }));
const whole = wrongKey(0, {
  superseded: true,
  asOf: '2026-11-21T00:00:00Z',
  observed: {
    sse: { type: 'unrecognised', raw: 'x' },
    cse: {
      type: 'envelope',
      format: 'V2',
      wrap: 'kms',
      suite: 'AES/GCM/NoPadding',
      storage: 'metadata',
      claimedKey: KEY_A,
      basis: 'claimed',
      entries: { tenant: ['b', 1, null] },
      otherNames: ['x'],
    },
  },
});
const quiet: readonly AuditRecord[] = [
  bare({ outcome: 'compliant', rule: 'r' }),
  bare({ outcome: 'gone' }),
  bare({ outcome: 'uncovered', severity: 'high' }),
  bare({ outcome: 'exempt', exemption: 's3://b/**' }),
  wrongKey(0, {
    observed: { sse: { type: 'none' }, cse: { type: 'malformed', storage: 'metadata', why: 'x' } },
  }),
];

describe('the schema of a record', () => {
  it('takes a record with every code, every member and every outcome', () => {
    for (const record of [whole, ...everyViolation, ...everyReason, ...everyDiagnosis, ...quiet]) {
      expect(recordProblems(record)).toEqual([]);
    }
  });

  it.each([
    ['an unknown member', { ...whole, extra: 1 }],
    ['an unknown outcome', { ...whole, outcome: 'ok' }],
    ['a violation without violations', bare({ outcome: 'violation', rule: 'r' })],
    ['violations on a compliant object', wrongKey(0, { outcome: 'compliant' })],
    ['an unknown without reasons', bare({ outcome: 'unknown' })],
    ['an exempt object without its exemption', bare({ outcome: 'exempt' })],
    ['an empty list, which is to be left out', { ...whole, diagnosis: [] }],
    ['an unheard-of code', { ...whole, violations: [{ code: 'NEVER', args: {} }] }],
    ['arguments of another code', { ...whole, violations: [{ code: 'SSE_MISSING', args: {} }] }],
    [
      'a wrapped key',
      { ...whole, observed: { sse: { type: 'none' }, cse: { type: 'none', wrappedKey: 'x' } } },
    ],
  ])('refuses %s', (_what, record) => {
    expect(recordProblems(record)).not.toEqual([]);
  });
});

describe('the schema of an alert', () => {
  const records = [whole, ...everyViolation, ...everyReason, ...everyDiagnosis, ...quiet];
  const alerts = buildDigests(records, CONTEXT).map((digest) => JSON.parse(programMessage(digest).body));

  it('takes the alert of every code and outcome', () => {
    expect(alerts.length).toBeGreaterThan(Object.keys({ ...VIOLATIONS, ...REASONS }).length);
    for (const alert of alerts) expect(alertProblems(alert)).toEqual([]);
  });

  it('takes an alert whose lists and strings were cut', () => {
    const names = Array.from({ length: 20 }, () => 'é'.repeat(1000));
    const cse = { type: 'envelope' as const, otherNames: names };
    const large = Array.from({ length: 30 }, (_, i) =>
      wrongKey(0, {
        object: { bucket: 'b', key: `${'é'.repeat(600)}${i}` },
        observed: { sse: { type: 'sse-kms' }, cse },
      }),
    );
    const alert = buildDigests(large, CONTEXT).map((digest) => JSON.parse(programMessage(digest).body))[0];
    expect(alert.samplesOmitted).toBeGreaterThan(0);
    expect(alertProblems(alert)).toEqual([]);
  });

  const withSettings = (change: (settings: readonly object[]) => readonly object[]) => {
    const alert = alerts.find((one) => JSON.stringify(one).includes('fs.s3.impl.disable.cache"'));
    const [first, ...rest] = alert.next.steps;
    return { ...alert, next: { steps: [{ ...first, settings: change(first.settings) }, ...rest] } };
  };

  it('takes settings as they are written, and a step without them', () => {
    expect(alertProblems(withSettings((settings) => settings))).toEqual([]);
    expect(alerts.some((one) => one.next.steps.some((step: object) => !('settings' in step)))).toBe(true);
  });

  it.each([
    ['an unknown member', { ...alerts[0], extra: 1 }],
    ['a source address', { ...alerts[0], samples: { items: [wrongKey(0)] } }],
    ['more than twenty of a list', { ...alerts[0], keys: { items: Array.from({ length: 21 }, String) } }],
    ['settings of two columns', withSettings((settings) => settings.slice(1))],
    [
      'a column that is none',
      withSettings((settings) => [{ ...settings[0], column: 'hdfs' }, ...settings.slice(1)]),
    ],
    ['no codes', { ...alerts[0], codes: [] }],
    ['a count of none', { ...alerts[0], count: 0 }],
  ])('refuses %s', (_what, alert) => {
    expect(alertProblems(alert)).not.toEqual([]);
  });
});
