import type { ObjectHead } from '../encryption/head.ts';
import type { ClientSideEncryption, ServerSideEncryption } from '../encryption/observation.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { ObjectRef, Writer } from '../objects/object.ts';
import { renderTemplate } from '../policy/template.ts';
import type { Captures, CseRequirement, Policy } from '../policy/types.ts';
import { plain } from './judge-cse.ts';
import type { AuditRecord, RecordedCse, RecordedSse } from './record.ts';
import type { Governed, Verdict } from './verdict.ts';

/** What goes into a record beside the verdict itself. */
export interface RecordFacts {
  readonly object: ObjectRef;
  readonly head?: ObjectHead;
  /** Left out by the caller where the object is not the one that the event's writer wrote. */
  readonly writer?: Writer;
  readonly superseded?: boolean;
  readonly source?: AuditRecord['source'];
  readonly asOf?: string;
}

export interface RecordContext {
  readonly policy: Policy;
  /** `sha256:` and the hash of the policy's text. */
  readonly policyHash: string;
  /** ISO 8601, UTC. */
  readonly auditedAt: string;
  readonly hash: (text: string) => string;
}

/** Writes a verdict down as one record, members in the order of contract section 4, absent and empty ones left out. */
export function toRecord(verdict: Verdict, facts: RecordFacts, context: RecordContext): AuditRecord {
  const governed = 'governed' in verdict ? verdict.governed : undefined;
  const { bucket, key, versionId } = facts.object;
  return {
    object: { bucket, key, ...(versionId === undefined ? {} : { versionId }) },
    outcome: verdict.outcome,
    ...(governed === undefined ? {} : { rule: governed.rule.id }),
    ...severity(verdict, governed, context.policy),
    ...(governed === undefined || isEmpty(governed.captures) ? {} : { captures: governed.captures }),
    ...list('violations', 'violations' in verdict ? verdict.violations : []),
    ...list('reasons', 'reasons' in verdict ? verdict.reasons : []),
    ...(verdict.outcome === 'exempt' ? { exemption: verdict.exemption } : {}),
    ...owner(governed),
    ...list('diagnosis', 'diagnosis' in verdict ? verdict.diagnosis : []),
    ...observed(verdict, governed),
    ...(facts.writer === undefined ? {} : { writer: facts.writer }),
    ...(facts.superseded === true ? { superseded: true as const } : {}),
    ...headFacts(facts.head),
    ...(facts.source === undefined ? {} : { source: facts.source }),
    ...(facts.asOf === undefined ? {} : { asOf: facts.asOf }),
    id: context.hash(identity(verdict, facts)),
    policy: context.policyHash,
    auditedAt: context.auditedAt,
  };
}

const isEmpty = (captures: Captures): boolean => Object.keys(captures).length === 0;

const list = <Name extends string, T>(
  name: Name,
  items: readonly T[],
): Partial<Record<Name, readonly T[]>> =>
  items.length === 0 ? {} : ({ [name]: items } as Record<Name, readonly T[]>);

function severity(
  verdict: Verdict,
  governed: Governed | undefined,
  policy: Policy,
): Pick<AuditRecord, 'severity'> {
  const alerts =
    verdict.outcome === 'violation' ||
    verdict.outcome === 'unknown' ||
    (verdict.outcome === 'uncovered' && policy.defaults.uncovered === 'alert');
  return alerts ? { severity: governed?.rule.severity ?? policy.defaults.severity } : {};
}

function owner(governed: Governed | undefined): Pick<AuditRecord, 'owner'> {
  if (governed?.rule.owner === undefined) return {};
  return { owner: renderTemplate(governed.rule.owner, governed.captures) };
}

function observed(verdict: Verdict, governed: Governed | undefined): Pick<AuditRecord, 'observed'> {
  if (!('observed' in verdict) || verdict.observed === undefined) return {};
  const { sse, cse } = verdict.observed;
  const basis = 'basis' in verdict && verdict.basis !== undefined ? { basis: verdict.basis } : {};
  return {
    observed: {
      sse: recordedSse(sse),
      ...(cse === undefined ? {} : { cse: recordedCse(cse, governed?.rule.cse, basis) }),
    },
  };
}

function recordedSse(sse: ServerSideEncryption): RecordedSse {
  return { ...sse };
}

function recordedCse(
  cse: ClientSideEncryption,
  requirement: CseRequirement | undefined,
  basis: Pick<RecordedCse, 'basis'>,
): RecordedCse {
  switch (cse.type) {
    case 'none':
    case 'instruction-file-missing':
      return { type: cse.type };
    case 'malformed':
      return { type: cse.type, storage: cse.storage, why: cse.why };
    case 'envelope': {
      const { type, format, wrap, suite, storage, claimedKey } = cse;
      const claim = claimedKey === undefined ? {} : { claimedKey };
      return {
        type,
        format,
        wrap,
        suite,
        storage,
        ...claim,
        ...basis,
        ...describedBy(cse.description, requirement),
      };
    }
    default:
      return assertNever(cse);
  }
}

/** Of a context or description: the entries that the rule names, and only the names of the others. */
function describedBy(
  description: unknown,
  requirement: CseRequirement | undefined,
): Pick<RecordedCse, 'entries' | 'otherNames'> {
  if (!(description instanceof Map)) return {};
  const required = requirement?.kind === 'required' ? requirement : undefined;
  const named = new Set([...(required?.context?.keys() ?? []), ...(required?.description?.keys() ?? [])]);
  const entries: Record<string, unknown> = Object.create(null);
  const otherNames: string[] = [];
  for (const [name, value] of description) {
    if (named.has(name)) entries[name] = plain(value);
    else otherNames.push(name);
  }
  return {
    ...(Object.keys(entries).length === 0 ? {} : { entries }),
    ...(otherNames.length === 0 ? {} : { otherNames }),
  };
}

function headFacts(head: ObjectHead | undefined): Partial<AuditRecord> {
  if (head === undefined) return {};
  const { sizeBytes, etag, lastModifiedMs, storageClass } = head;
  return {
    ...(sizeBytes === undefined ? {} : { size: sizeBytes }),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModifiedMs === undefined ? {} : { lastModified: toSecond(lastModifiedMs) }),
    storageClass: storageClass ?? 'STANDARD',
  };
}

let lastSecond = { ms: Number.NaN, text: '' };

/** UTC to the second: 2026-11-21T02:00:00Z. The last one is remembered: a record and its id ask for the same. */
function toSecond(ms: number): string {
  if (ms !== lastSecond.ms) lastSecond = { ms, text: `${new Date(ms).toISOString().slice(0, 19)}Z` };
  return lastSecond.text;
}

/** What makes two verdicts the same finding, however often and by whichever route it is audited: contract section 4, `id`. */
function identity(verdict: Verdict, { object, head }: RecordFacts): string {
  const version = object.versionId ?? null;
  const { bucket, key } = object;
  switch (verdict.outcome) {
    case 'uncovered':
      return JSON.stringify([bucket, key, version, verdict.outcome]);
    case 'gone':
      return JSON.stringify([bucket, key, version, verdict.outcome, verdict.governed?.rule.id ?? null]);
    case 'exempt':
      return JSON.stringify([bucket, key, version, verdict.outcome, verdict.exemption]);
    case 'compliant':
    case 'violation':
    case 'unknown': {
      const modified = head?.lastModifiedMs === undefined ? null : toSecond(head.lastModifiedMs);
      const codes = (items: readonly { code: string }[]) => items.map((item) => item.code).sort();
      const sse = verdict.observed?.sse;
      const cse = verdict.observed?.cse;
      return JSON.stringify([
        bucket,
        key,
        version ?? [head?.etag ?? null, modified],
        verdict.governed?.rule.id ?? null,
        'violations' in verdict ? codes(verdict.violations) : [],
        'reasons' in verdict ? codes(verdict.reasons) : [],
        sse !== undefined && 'key' in sse ? (sse.key ?? null) : null,
        cse?.type === 'envelope' ? (cse.claimedKey ?? null) : null,
      ]);
    }
    default:
      return assertNever(verdict);
  }
}
