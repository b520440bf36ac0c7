import { jsonFault } from '../objects/json-fault.ts';
import type { AuditRecord, RecordedCse, RecordedSse } from '../verdict/record.ts';
import type { Outcome } from '../verdict/verdict.ts';
import { isAnything, isCaptures, isDiagnosis, isReason, isSeverity, isViolation } from './fold-findings.ts';
import {
  firstWrong,
  type Guard,
  isCount,
  isFlag,
  isObject,
  isText,
  isTrue,
  listOf,
  membersOf,
  type Optional,
  oneOf,
  type Required,
  shape,
  valuesOf,
} from './tally-guard.ts';

/** All six, what needs a person first. */
export const OUTCOMES = [
  'violation',
  'unknown',
  'uncovered',
  'compliant',
  'exempt',
  'gone',
] as const satisfies readonly Outcome[];

type Observed = NonNullable<AuditRecord['observed']>;

const isSse: Guard<RecordedSse> = shape<RecordedSse>(
  { type: isText },
  { key: isText, bucketKey: isFlag, raw: isText },
);

const isCse: Guard<RecordedCse> = shape<RecordedCse>(
  { type: oneOf(['none', 'envelope', 'malformed', 'instruction-file-missing']) },
  {
    format: isText,
    wrap: isText,
    suite: isText,
    storage: isText,
    claimedKey: isText,
    basis: oneOf(['claimed', 'decrypt-dry-run']),
    entries: valuesOf(isAnything),
    otherNames: listOf(isText),
    why: isText,
  },
);

const REQUIRED: Required<AuditRecord> = {
  object: shape<AuditRecord['object']>({ bucket: isText, key: isText }, { versionId: isText }),
  outcome: oneOf(OUTCOMES),
  id: isText,
  policy: isText,
  auditedAt: isText,
};

const OPTIONAL: Optional<AuditRecord> = {
  rule: isText,
  severity: isSeverity,
  captures: isCaptures,
  violations: listOf(isViolation),
  reasons: listOf(isReason),
  exemption: isText,
  owner: isText,
  diagnosis: listOf(isDiagnosis),
  observed: shape<Observed>({ sse: isSse }, { cse: isCse }),
  writer: shape({ event: isText }, { principal: isText, sourceIp: isText, at: isText }),
  superseded: isTrue,
  size: isCount,
  etag: isText,
  lastModified: isText,
  storageClass: isText,
  source: oneOf(['head', 'inventory', 'metadata-table']),
  asOf: isText,
};

/** Whether a value read from JSON is an audit record, as contract section 4 describes it. */
export const isAuditRecord: Guard<AuditRecord> = shape<AuditRecord>(REQUIRED, OPTIONAL);

const required = membersOf(REQUIRED);
const optional = membersOf(OPTIONAL);

export type RecordReading =
  | { readonly kind: 'record'; readonly record: AuditRecord }
  | { readonly kind: 'malformed'; readonly why: string };

/** Takes a value read from JSON as a record, or says which member is not what a record has. Never throws. */
export function readRecord(value: unknown): RecordReading {
  if (isAuditRecord(value)) return { kind: 'record', record: value };
  if (!isObject(value)) return { kind: 'malformed', why: 'expected a JSON object' };
  const name = firstWrong(value, required, optional);
  return { kind: 'malformed', why: `"${name}": not what an audit record holds there` };
}

/** Reads one line of NDJSON as a record. Never throws. */
export function readRecordLine(line: string): RecordReading {
  try {
    return readRecord(JSON.parse(line));
  } catch (error) {
    return { kind: 'malformed', why: `expected one JSON object a line: ${jsonFault(error)}` };
  }
}
