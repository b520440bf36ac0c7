import { describe, expect, it } from 'vitest';
import { counterMetric, verdictMetrics } from '../../src/queue/metrics.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';

const AT = Date.parse('2026-11-21T02:00:10.000Z');
const record = (outcome: AuditRecord['outcome'], more: Partial<AuditRecord> = {}): AuditRecord => ({
  object: { bucket: 'b', key: 'k' },
  outcome,
  id: 'i',
  policy: 'p',
  auditedAt: 'a',
  ...more,
});
const parsed = (lines: readonly string[]): readonly Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line));

describe('the metrics of an invocation', () => {
  it('count verdicts by outcome and rule', () => {
    const lines = parsed(
      verdictMetrics([record('violation', { rule: 'r' }), record('violation', { rule: 'r' })], AT),
    );
    expect(lines[0]).toMatchObject({
      Outcome: 'violation',
      Rule: 'r',
      Verdicts: 2,
      _aws: { Timestamp: AT, CloudWatchMetrics: [{ Dimensions: [['Outcome'], ['Outcome', 'Rule']] }] },
    });
  });

  it('tell every outcome, zeros too, so that a share can be alarmed on', () => {
    const [, counters] = parsed(verdictMetrics([record('gone')], AT));
    expect(counters).toMatchObject({
      Gone: 1,
      Compliant: 0,
      Violation: 0,
      Unknown: 0,
      Exempt: 0,
      Uncovered: 0,
    });
  });

  it('hold the seconds from write to verdict, a hundred values a line as CloudWatch takes them', () => {
    const writer = { event: 'e', at: '2026-11-21T02:00:00.000Z' };
    const lines = parsed(
      verdictMetrics(
        Array.from({ length: 101 }, () => record('compliant', { writer })),
        AT,
      ),
    );
    const delays = lines.flatMap(({ SecondsFromWriteToVerdict: values }) =>
      Array.isArray(values) ? [values] : [],
    );
    expect(delays.map(({ length }) => length)).toEqual([100, 1]);
    expect(delays[1]).toEqual([10]);
  });

  it('never tell a negative delay where clocks differ', () => {
    const writer = { event: 'e', at: '2026-11-21T02:00:20.000Z' };
    const lines = parsed(verdictMetrics([record('compliant', { writer })], AT));
    expect(lines.at(-1)).toMatchObject({ SecondsFromWriteToVerdict: [0] });
  });

  it('of nothing are nothing', () => {
    expect(verdictMetrics([], AT)).toEqual([]);
  });

  it('name no object: keys are written by strangers and would become dimensions', () => {
    const secret = record('violation', { object: { bucket: 'b', key: 'SECRET' }, rule: 'r' });
    expect(verdictMetrics([secret], AT).join()).not.toContain('SECRET');
  });

  it('say one counter by itself', () => {
    expect(JSON.parse(counterMetric('PolicyRefused', 1, AT))).toMatchObject({ PolicyRefused: 1 });
  });

  it('counts into the namespace that it is told, and else into that of the product', () => {
    const namespaces = (lines: readonly string[]) =>
      lines.map((line) => JSON.parse(line)._aws.CloudWatchMetrics[0].Namespace);
    const writer = { event: 'ObjectCreated:Put', at: '2026-11-21T01:59:00.000Z' };
    const records = [record('compliant', { writer }), record('violation', { rule: 'r' })];
    const lines = verdictMetrics(records, AT, 'acme/audit');
    expect(lines).toHaveLength(4);
    expect(new Set(namespaces([...lines, counterMetric('AlertsPublished', 1, AT, 'acme/audit')]))).toEqual(
      new Set(['acme/audit']),
    );
    const usual = [...verdictMetrics(records, AT), counterMetric('AlertsPublished', 1, AT)];
    expect(new Set(namespaces(usual))).toEqual(new Set(['S3EncryptionAuditor']));
  });
});
