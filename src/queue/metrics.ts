import { isNonEmpty, type NonEmpty } from '../objects/non-empty.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Outcome } from '../verdict/verdict.ts';

/** CloudWatch's embedded metric format allows this many values of one metric in one line. */
const MOST_VALUES = 100;

/** Where nobody names another. Two deployments that count into one namespace set off each other's alarms. */
export const METRIC_NAMESPACE = 'S3EncryptionAuditor';

const OUTCOME_METRICS: Readonly<Record<Outcome, string>> = {
  compliant: 'Compliant',
  violation: 'Violation',
  uncovered: 'Uncovered',
  exempt: 'Exempt',
  unknown: 'Unknown',
  gone: 'Gone',
};

/** Where metric lines go: standard output, in Lambda. */
export type EmitLine = (line: string) => void;

/**
 * Says what an invocation found, as lines of the embedded metric format: verdicts by outcome and rule, a count for each
 * outcome, and seconds from write to verdict.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function verdictMetrics(
  records: readonly AuditRecord[],
  atMs: number,
  namespace = METRIC_NAMESPACE,
): readonly string[] {
  if (records.length === 0) return [];
  const counts = new Map<string, { readonly outcome: Outcome; readonly rule: string; count: number }>();
  const totals = new Map<Outcome, number>();
  for (const { outcome, rule = '-' } of records) {
    const id = `${outcome} ${rule}`;
    const known = counts.get(id) ?? { outcome, rule, count: 0 };
    known.count += 1;
    counts.set(id, known);
    totals.set(outcome, (totals.get(outcome) ?? 0) + 1);
  }
  const byRule = [...counts.values()].map(({ outcome, rule, count }) =>
    metricLine(
      { atMs, namespace },
      [['Outcome'], ['Outcome', 'Rule']],
      { Outcome: outcome, Rule: rule },
      { Verdicts: [count, 'Count'] },
    ),
  );
  // Every outcome is told, zeros too: an alarm on a share needs both sides of it.
  const counters = Object.entries(OUTCOME_METRICS).map(
    ([outcome, name]) => [name, [totals.get(outcome as Outcome) ?? 0, 'Count']] as const,
  );
  const totalsLine = metricLine({ atMs, namespace }, [[]], {}, Object.fromEntries(counters));
  return [...byRule, totalsLine, ...delayLines(records, { atMs, namespace })];
}

/** One counter without dimensions, for example that a refreshed policy was refused. */
export const counterMetric = (
  name: string,
  count: number,
  atMs: number,
  namespace = METRIC_NAMESPACE,
): string => metricLine({ atMs, namespace }, [[]], {}, { [name]: [count, 'Count'] });

interface Frame {
  readonly atMs: number;
  readonly namespace: string;
}

function delayLines(records: readonly AuditRecord[], frame: Frame): readonly string[] {
  const seconds = records.flatMap(({ writer }) => {
    const wroteMs = Date.parse(writer?.at ?? '');
    return Number.isNaN(wroteMs) ? [] : [Math.max(0, frame.atMs - wroteMs) / 1000];
  });
  const lines: string[] = [];
  for (let start = 0; start < seconds.length; start += MOST_VALUES) {
    const values = seconds.slice(start, start + MOST_VALUES);
    if (isNonEmpty(values)) {
      lines.push(metricLine(frame, [[]], {}, { SecondsFromWriteToVerdict: [values, 'Seconds'] }));
    }
  }
  return lines;
}

function metricLine(
  { atMs, namespace }: Frame,
  dimensions: readonly (readonly string[])[],
  dimensionValues: Readonly<Record<string, string>>,
  metrics: Readonly<Record<string, readonly [number | NonEmpty<number>, 'Count' | 'Seconds']>>,
): string {
  const names = Object.entries(metrics).map(([Name, [, Unit]]) => ({ Name, Unit }));
  const values = Object.entries(metrics).map(([name, [value]]) => [name, value] as const);
  return JSON.stringify({
    _aws: {
      Timestamp: atMs,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: dimensions, Metrics: names }],
    },
    ...dimensionValues,
    ...Object.fromEntries(values),
  });
}
