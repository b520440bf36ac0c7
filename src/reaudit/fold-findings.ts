import { SEVERITIES } from '../policy/types.ts';
import type { Diagnosis, UnknownReason, Violation } from '../verdict/verdict.ts';
import {
  type Guard,
  isAnything,
  isFlag,
  isNumber,
  isObject,
  isText,
  listOf,
  oneOf,
  shape,
  valuesOf,
} from './tally-guard.ts';

/** For each code of a union the guard of its arguments. */
type ArgsGuards<Union extends { readonly code: string; readonly args: unknown }> = {
  readonly [Code in Union['code']]: Guard<(Union & { readonly code: Code })['args']>;
};

const texts = listOf(isText);
const isNothing = shape<Readonly<Record<string, never>>>({}, {});
const isLayer = oneOf(['sse', 'cse']);
const isCaptures: Guard<Readonly<Record<string, string>>> = valuesOf(isText);
const allowedOnly = shape<{ readonly allowed: readonly string[] }>({ allowed: texts }, {});
const allowedAndActual = shape<{ readonly allowed: readonly string[]; readonly actual: string }>(
  { allowed: texts, actual: isText },
  {},
);
const wrongKey = shape<(Violation & { readonly code: 'KMS_KEY_NOT_ALLOWED' })['args']>(
  { allowed: texts, actual: isText },
  { lapsed: isText },
);
type Entries = (Violation & { readonly code: 'CSE_CONTEXT_MISMATCH' })['args'];
type Entry = Entries['entries'][number];
const isEntry: Guard<Entry> = (value): value is Entry =>
  isObject(value) && 'name' in value && isText(value.name) && 'expected' in value;
const entries = shape<Entries>({ entries: listOf(isEntry) }, {});

const VIOLATIONS: ArgsGuards<Violation> = {
  SSE_MISSING: allowedOnly,
  SSE_ALGORITHM_NOT_ALLOWED: allowedAndActual,
  SSE_C_NOT_ALLOWED: allowedOnly,
  KMS_KEY_NOT_ALLOWED: wrongKey,
  CSE_KEY_NOT_ALLOWED: wrongKey,
  KMS_KEY_EXPIRED: shape(
    { layer: isLayer, allowed: texts, actual: isText, until: isText, written: isText },
    {},
  ),
  KMS_KEY_UNTRUSTED_ACCOUNT: shape({ trusted: texts, actual: isText, account: isText }, {}),
  KMS_KEY_UNUSABLE: shape({ actual: isText, state: isText }, {}),
  BUCKET_KEY_NOT_AS_REQUIRED: shape({ required: oneOf(['required', 'forbidden']), actual: isFlag }, {}),
  CSE_MISSING: isNothing,
  CSE_NOT_ALLOWED: shape({ actual: isText }, {}),
  CSE_WRAP_NOT_ALLOWED: allowedAndActual,
  CSE_FORMAT_NOT_ALLOWED: allowedAndActual,
  CSE_SUITE_NOT_ALLOWED: allowedAndActual,
  CSE_CONTEXT_MISMATCH: entries,
  CSE_DESCRIPTION_MISMATCH: entries,
  CSE_ENVELOPE_MALFORMED: shape({ why: isText }, {}),
  CSE_INSTRUCTION_FILE_MISSING: shape({ expected: isText }, {}),
};

const REASONS: ArgsGuards<UnknownReason> = {
  ACCESS_DENIED: shape({ permission: isText, resource: isText }, {}),
  BUCKET_UNREACHABLE: shape<{ readonly region?: string }>({}, { region: isText }),
  KEY_UNRESOLVED: shape(
    {
      layer: isLayer,
      reference: isText,
      cause: oneOf(['not-found', 'denied', 'unlookable', 'foreign-alias']),
    },
    {},
  ),
  CSE_PROOF_UNDECIDED: shape({ answers: texts }, {}),
  KEY_NOT_REPORTED: isNothing,
  CSE_KEY_NOT_NAMED: shape({ wrap: isText }, {}),
  METADATA_TRUNCATED: shape({ missing: isNumber }, {}),
  SSE_UNRECOGNISED: shape({ raw: isText }, {}),
  SSE_C_HIDES_METADATA: isNothing,
  BAD_REQUEST: shape<{ readonly status: number; readonly errorCode?: string }>(
    { status: isNumber },
    { errorCode: isText },
  ),
  KEY_ENCODING: shape({ foundAs: isText }, {}),
  INSTRUCTION_FILE_UNREADABLE: shape({ key: isText, why: isText }, {}),
  INSTRUCTION_FILE_VERSION: shape({ key: isText }, {}),
  UNAVAILABLE: shape({ operation: isText }, {}),
};

type OfRule = (Diagnosis & { readonly code: 'KEY_OF_ANOTHER_RULE' })['args'];
const ofRule = shape<OfRule>({ rule: isText }, { captures: isCaptures });
const companion = shape<{ readonly companion: string }>({ companion: isText }, {});

const DIAGNOSES: ArgsGuards<Diagnosis> = {
  KEY_OF_ANOTHER_RULE: ofRule,
  DESCRIPTION_OF_ANOTHER_RULE: ofRule,
  AWS_MANAGED_KEY: shape({ key: isText }, {}),
  DEFAULT_APPLIED: isNothing,
  KEY_OF_ANOTHER_ACCOUNT: shape({ account: isText, expected: texts }, {}),
  CSE_NOT_APPLIED: isNothing,
  INSTRUCTION_FILE_ORPHAN: companion,
  INSTRUCTION_FILE_UNUSED: companion,
};

/** A code that is known, with the arguments that belong to it. */
function coded<T extends { readonly code: string; readonly args: unknown }>(guards: ArgsGuards<T>): Guard<T> {
  const byCode: ReadonlyMap<unknown, Guard<unknown>> = new Map(Object.entries<Guard<unknown>>(guards));
  return (value): value is T =>
    isObject(value) && 'code' in value && 'args' in value && byCode.get(value.code)?.(value.args) === true;
}

/** One requirement that fails, as a record holds it. */
export const isViolation: Guard<Violation> = coded<Violation>(VIOLATIONS);
/** One reason why the auditor could not tell, as a record holds it. */
export const isReason: Guard<UnknownReason> = coded<UnknownReason>(REASONS);
/** One probable cause, as a record holds it. */
export const isDiagnosis: Guard<Diagnosis> = coded<Diagnosis>(DIAGNOSES);
export const isSeverity = oneOf(SEVERITIES);
export { isAnything, isCaptures };
