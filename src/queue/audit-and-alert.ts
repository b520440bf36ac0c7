import { buildDigests, type Digest } from '../alerts/digest.ts';
import { groupOf } from '../alerts/group.ts';
import type { WrittenAudit } from '../audit/audit-written.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { runBounded, type Settled } from '../audit/run-bounded.ts';
import { mergeObjects } from '../intake/merge.ts';
import type { WrittenObject } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { QueueDeps } from './deps.ts';
import { counterMetric, verdictMetrics } from './metrics.ts';

/** An object to audit, and the message it came in. */
export interface SourcedObject {
  readonly object: WrittenObject;
  readonly source: string;
  /** How often the message has been handed out, this time included; absent where nobody counts. */
  readonly receiveCount?: number;
}

export interface BatchResult {
  readonly records: readonly AuditRecord[];
  /** The messages that are not done, each with why. */
  readonly failures: ReadonlyMap<string, string>;
}

interface SourcedRecord {
  readonly record: AuditRecord;
  readonly sources: readonly string[];
}

/** Alerts take little time beside audits; this share of what is left is kept for them. */
const ALERT_SHARE = 0.25;
/** Left over for answering, once everything else has had its turn. */
const ANSWER_MS = 1_000;
const ALERTS_AT_ONCE = 8;

/**
 * Audits every object once and alerts what needs it: a message is done only when all of its objects have verdicts and
 * every alert that speaks of one has been accepted. Throws `PolicyUnusable`; nothing else of one object harms another.
 */
export async function auditAndAlert(
  items: readonly SourcedObject[],
  deps: QueueDeps,
  remainingMs: number,
): Promise<BatchResult> {
  if (items.length === 0) return { records: [], failures: new Map() };
  const policy = await deps.policy();
  const alertsEnd = deps.abortAfter(Math.max(0, remainingMs - ANSWER_MS));
  const auditsEnd = deps.abortAfter(Math.max(0, remainingMs * (1 - ALERT_SHARE) - ANSWER_MS));
  const { audited, failures } = await auditAll(items, policy, deps, auditsEnd);
  const alerted = await alertAll(audited, policy, deps, alertsEnd);
  for (const [source, why] of alerted.failures) failures.set(source, why);
  const records = audited.map(({ record }) => record);
  tell(records, failures, alerted.published, policy, deps);
  return { records, failures };
}

interface AuditsOfBatch {
  readonly audited: readonly SourcedRecord[];
  readonly failures: Map<string, string>;
}

/** Audits each object once, and once more at the end what may only have been waiting for the other of two files. */
async function auditAll(
  items: readonly SourcedObject[],
  policy: PreparedPolicy,
  deps: QueueDeps,
  deadline: AbortSignal,
): Promise<AuditsOfBatch> {
  const bounds = { concurrency: deps.concurrency, deadline };
  const audit = ({ object }: { readonly object: WrittenObject }) => deps.audit(object, policy);
  const merged = mergeObjects(items.map((item) => ({ object: item.object, source: item })));
  const first = await runBounded(merged, audit, bounds);
  const waiting = merged.filter((_, index) => waitsUntil(first[index]) !== undefined);
  const second = new Map(
    (await runBounded(waiting, audit, bounds)).map((settled, i) => [waiting[i], settled]),
  );
  const audited: SourcedRecord[] = [];
  const failures = new Map<string, string>();
  merged.forEach((one, index) => {
    const settled = second.get(one) ?? first[index] ?? { kind: 'unfinished' };
    const sources = one.sources.map(({ source }) => source);
    const why =
      settled.kind === 'done'
        ? stillWaiting(settled.result, one.sources, deps)
        : whyNot(settled, 'the audit');
    if (why !== undefined) for (const source of sources) failures.set(source, why);
    else if (settled.kind === 'done') {
      for (const record of settled.result.records) audited.push({ record, sources });
    }
  });
  return { audited, failures };
}

const waitsUntil = (settled: Settled<WrittenAudit> | undefined): number | undefined =>
  settled?.kind === 'done' ? settled.result.waitsUntilMs : undefined;

/** Why a message goes back to wait, or `undefined` where its records stand: the time is over, or this was its last chance. */
function stillWaiting(
  { waitsUntilMs }: WrittenAudit,
  sources: readonly SourcedObject[],
  { now, maxReceives = Number.POSITIVE_INFINITY }: QueueDeps,
): string | undefined {
  if (waitsUntilMs === undefined || now() >= waitsUntilMs) return undefined;
  if (sources.some(({ receiveCount = 1 }) => receiveCount >= maxReceives)) return undefined;
  return 'it waits for the other of an object and its instruction file';
}

async function alertAll(
  audited: readonly SourcedRecord[],
  policy: PreparedPolicy,
  deps: QueueDeps,
  deadline: AbortSignal,
): Promise<{ failures: ReadonlyMap<string, string>; published: number }> {
  const alerts = digestsOf(audited, policy, deps);
  const settled = await runBounded(alerts, ({ digest }) => deps.alert(digest), {
    concurrency: ALERTS_AT_ONCE,
    deadline,
  });
  const failures = new Map<string, string>();
  settled.forEach((outcome, index) => {
    if (outcome.kind === 'done') return;
    for (const source of alerts[index]?.sources ?? []) failures.set(source, whyNot(outcome, 'the alert'));
  });
  return { failures, published: settled.filter(({ kind }) => kind === 'done').length };
}

interface SourcedDigest {
  readonly digest: Digest;
  readonly sources: readonly string[];
}

/** One digest for each cause, with the messages that wait for it. */
function digestsOf(
  audited: readonly SourcedRecord[],
  { policy }: PreparedPolicy,
  deps: QueueDeps,
): readonly SourcedDigest[] {
  const { severity, uncovered } = policy.defaults;
  const at = new Date(deps.now()).toISOString();
  const source = deps.policySource === undefined ? {} : { policySource: deps.policySource };
  const context = { trigger: 'event', defaultSeverity: severity, uncovered, at, ...source } as const;
  const groups = Map.groupBy(audited, ({ record }) => JSON.stringify(groupOf(record, uncovered) ?? null));
  return [...groups.values()].flatMap((group) => {
    const sources = group.flatMap((one) => one.sources);
    const records = group.map(({ record }) => record);
    return buildDigests(records, context).map((digest) => ({ digest, sources }));
  });
}

function whyNot(settled: Settled<unknown>, what: string): string {
  if (settled.kind === 'unfinished') return `${what} was not finished when the time was over`;
  if (settled.kind === 'done') return '';
  return settled.error instanceof Error ? settled.error.message : String(settled.error);
}

function tell(
  records: readonly AuditRecord[],
  failures: ReadonlyMap<string, string>,
  published: number,
  { policy }: PreparedPolicy,
  { report, now, metricNamespace }: QueueDeps,
): void {
  const quiet = policy.defaults.uncovered === 'ignore';
  for (const record of records) {
    const { outcome } = record;
    if (outcome === 'violation' || outcome === 'unknown' || (outcome === 'uncovered' && !quiet))
      report.record(record);
  }
  for (const [source, why] of failures) report.failure(source, why);
  const atMs = now();
  const alerts = published > 0 ? [counterMetric('AlertsPublished', published, atMs, metricNamespace)] : [];
  report.metrics([...verdictMetrics(records, atMs, metricNamespace), ...alerts]);
}
