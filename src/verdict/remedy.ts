import { assertNever } from '../objects/assert-never.ts';
import { printable } from '../objects/printable.ts';
import type { AuditRecord } from './record.ts';
import { type ColumnSettings, type SettingsFacts, settingsFor } from './remedy-settings.ts';
import { type RemedyCode as Code, REMEDY_TEXTS } from './remedy-texts.ts';
import type { Diagnosis, Outcome, UnknownReason, UnresolvedCause, Violation } from './verdict.ts';

/** One thing to do: a code for programs, a sentence for people, and the properties of EMRFS and S3A that do it. */
export interface Remedy {
  readonly code: string;
  readonly text: string;
  readonly settings?: readonly ColumnSettings[];
}

/** What a remedy is chosen by: the findings of one record, or of many with one cause. */
export interface RemedyFacts {
  readonly outcome: Outcome;
  readonly violations?: readonly Violation[];
  readonly reasons?: readonly UnknownReason[];
  readonly diagnosis?: readonly Diagnosis[];
  readonly found?: readonly NonNullable<AuditRecord['observed']>[];
  /** True where there are other records of the same cause, which may ask for other keys. */
  readonly more?: boolean;
}

/** More would not be read. */
const MOST_REMEDIES = 6;
/** Resources that one sentence names before it says that there are others. */
const MOST_RESOURCES = 3;

/** What mends the objects that are there comes after what stops the cause. */
const MENDING: ReadonlySet<Code> = new Set(['REENCRYPT', 'COPY_OVER', 'REWRITE_CLIENT_SIDE']);

/** What to do, most useful first: what stops the cause, then what mends the objects; each once. */
export function remediesFor(facts: RemedyFacts): readonly Remedy[] {
  const { violations = [], reasons = [], diagnosis = [] } = facts;
  const inner = violations.length > 0 && violations.every(isInnerLayer);
  const codes: readonly Code[] = [
    ...(facts.outcome === 'uncovered' ? (['ADD_RULE'] as const) : []),
    // Before the policy names a key that may be used there is none to name in the writer.
    ...(violations.some(hasLapsedKeys) ? (['ADD_STANDING_KEY'] as const) : []),
    ...diagnosis.flatMap((one) => byDiagnosis(one, inner)),
    ...violations.flatMap((one) => byViolation(one, diagnosis.length > 0)),
    ...reasons.flatMap(byReason),
  ];
  const ordered = [
    ...codes.filter((code) => !MENDING.has(code)),
    ...codes.filter((code) => MENDING.has(code)),
  ];
  const { found = [], more = false } = facts;
  const fixed = withSettings([...new Set(ordered)], { violations, found, more });
  // A refusal comes first: until the permission is there nothing else can be known.
  return [...grant(reasons), ...fixed].slice(0, MOST_REMEDIES);
}

/** Settings that stand with one remedy are not said again with the next. */
function withSettings(codes: readonly Code[], facts: SettingsFacts): readonly Remedy[] {
  const told = new Set<string>();
  return codes.map((code) => {
    const settings = settingsFor(code, facts);
    const table = JSON.stringify(settings);
    const remedy = { code, text: REMEDY_TEXTS[code] };
    if (settings === undefined || told.has(table)) return remedy;
    told.add(table);
    return { ...remedy, settings };
  });
}

const isInnerLayer = (violation: Violation): boolean =>
  violation.code.startsWith('CSE_') ||
  (violation.code === 'KMS_KEY_EXPIRED' && violation.args.layer === 'cse');

const hasLapsedKeys = ({ args }: Violation): boolean => 'lapsed' in args;

function byDiagnosis(diagnosis: Diagnosis, inner: boolean): readonly Code[] {
  switch (diagnosis.code) {
    case 'KEY_OF_ANOTHER_RULE':
      // A bucket default is about the outer layer alone.
      return [
        'NO_FILE_SYSTEM_CACHE',
        'ONE_APPLICATION_PER_KEY',
        ...(inner ? [] : (['BUCKET_DEFAULT_ENCRYPTION'] as const)),
      ];
    case 'DESCRIPTION_OF_ANOTHER_RULE':
      return ['CONFIGURE_CLIENT_SIDE'];
    case 'AWS_MANAGED_KEY':
      return ['NAME_THE_KEY'];
    case 'DEFAULT_APPLIED':
      return ['ASK_FOR_ENCRYPTION'];
    case 'KEY_OF_ANOTHER_ACCOUNT':
      return ['USE_KEY_ARN'];
    case 'CSE_NOT_APPLIED':
      return ['ENABLE_CLIENT_SIDE'];
    case 'INSTRUCTION_FILE_ORPHAN':
    case 'INSTRUCTION_FILE_UNUSED':
      return ['CHECK_COMPANION'];
    default:
      return assertNever(diagnosis);
  }
}

function byViolation(violation: Violation, diagnosed: boolean): readonly Code[] {
  switch (violation.code) {
    case 'SSE_MISSING':
      return ['ASK_FOR_ENCRYPTION', 'COPY_OVER'];
    case 'SSE_C_NOT_ALLOWED':
      return ['BLOCK_SSE_C', 'COPY_OVER'];
    case 'SSE_ALGORITHM_NOT_ALLOWED':
      return diagnosed ? ['REENCRYPT'] : ['ASK_FOR_ENCRYPTION', 'REENCRYPT'];
    case 'KMS_KEY_NOT_ALLOWED':
      return diagnosed ? ['REENCRYPT'] : ['NAME_THE_KEY', 'REENCRYPT'];
    case 'KMS_KEY_EXPIRED':
      return isInnerLayer(violation)
        ? ['CONFIGURE_CLIENT_SIDE', 'REWRITE_CLIENT_SIDE']
        : ['NAME_THE_KEY', 'REENCRYPT'];
    case 'KMS_KEY_UNTRUSTED_ACCOUNT':
      return ['USE_KEY_ARN', 'REENCRYPT'];
    case 'KMS_KEY_UNUSABLE':
      return byKeyState(violation.args.state);
    case 'BUCKET_KEY_NOT_AS_REQUIRED':
      return ['SET_BUCKET_KEY'];
    case 'CSE_MISSING':
      return ['ENABLE_CLIENT_SIDE', 'REWRITE_CLIENT_SIDE'];
    case 'CSE_NOT_ALLOWED':
      return ['DISABLE_CLIENT_SIDE', 'REWRITE_CLIENT_SIDE'];
    case 'CSE_KEY_NOT_ALLOWED':
    case 'CSE_WRAP_NOT_ALLOWED':
    case 'CSE_FORMAT_NOT_ALLOWED':
    case 'CSE_SUITE_NOT_ALLOWED':
    case 'CSE_CONTEXT_MISMATCH':
    case 'CSE_DESCRIPTION_MISMATCH':
      return ['CONFIGURE_CLIENT_SIDE', 'REWRITE_CLIENT_SIDE'];
    case 'CSE_ENVELOPE_MALFORMED':
      return ['RESTORE_ENVELOPE'];
    case 'CSE_INSTRUCTION_FILE_MISSING':
      return ['RESTORE_INSTRUCTION_FILE'];
    default:
      return assertNever(violation);
  }
}

/** `state` is open text as KMS gives it. */
function byKeyState(state: string): readonly Code[] {
  if (state === 'Disabled') return ['ENABLE_KEY'];
  return state === 'PendingImport' ? ['IMPORT_KEY_MATERIAL'] : ['CANCEL_KEY_DELETION'];
}

const BY_CAUSE = {
  'not-found': 'FIX_POLICY_KEY',
  denied: 'GRANT_DESCRIBE_KEY',
  unlookable: 'NAME_KEY_ARN',
  'foreign-alias': 'LIST_ALIAS',
} as const satisfies Readonly<Record<UnresolvedCause, Code>>;

const BY_REASON = {
  BUCKET_UNREACHABLE: 'CHECK_BUCKET',
  CSE_PROOF_UNDECIDED: 'CHECK_PROOF',
  KEY_NOT_REPORTED: 'INSPECT',
  CSE_KEY_NOT_NAMED: 'PROVE_OR_RESTRICT',
  METADATA_TRUNCATED: 'SHORTEN_METADATA',
  SSE_UNRECOGNISED: 'UPDATE_AUDITOR',
  SSE_C_HIDES_METADATA: 'COPY_OVER',
  BAD_REQUEST: 'INSPECT',
  KEY_ENCODING: 'FIX_ROUTE',
  INSTRUCTION_FILE_UNREADABLE: 'READ_INSTRUCTION_FILE',
  INSTRUCTION_FILE_VERSION: 'AUDIT_CURRENT_VERSION',
  UNAVAILABLE: 'RETRY_LATER',
} as const satisfies Readonly<
  Record<Exclude<UnknownReason['code'], 'ACCESS_DENIED' | 'KEY_UNRESOLVED'>, Code>
>;

function byReason(reason: UnknownReason): readonly Code[] {
  if (reason.code === 'ACCESS_DENIED') return [];
  if (reason.code !== 'KEY_UNRESOLVED') return [BY_REASON[reason.code]];
  const { cause, layer } = reason.args;
  // `aliases` tells the alias of a claim alone; one that S3 shows is the writer's whatever the policy lists.
  return [cause === 'foreign-alias' && layer === 'sse' ? 'NAME_KEY_ARN' : BY_CAUSE[cause]];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
const MISSING_IS_REFUSED =
  ' Where it has s3:GetObject already, look for a bucket policy that denies it, and allow s3:ListBucket on the bucket too: without it an object that is gone is refused like one that is not readable.';

/** One sentence for all refusals: which permission is missing, and on what. */
function grant(reasons: readonly UnknownReason[]): readonly Remedy[] {
  const resources = new Map<string, Set<string>>();
  for (const reason of reasons) {
    if (reason.code !== 'ACCESS_DENIED') continue;
    const { permission, resource } = reason.args;
    resources.set(permission, (resources.get(permission) ?? new Set()).add(resource));
  }
  if (resources.size === 0) return [];
  const missing = [...resources].map(([permission, on]) => {
    const shown = [...on].slice(0, MOST_RESOURCES).join(', ');
    return `${permission} on ${shown}${on.size > MOST_RESOURCES ? ' and others' : ''}`;
  });
  const hides = [...resources.keys()].some((permission) => permission.startsWith('s3:'));
  const text = `Allow the role of the auditor ${missing.join('; ')}, then audit again.${hides ? MISSING_IS_REFUSED : ''}`;
  return [{ code: 'GRANT_PERMISSION', text: printable(text) }];
}
