import { assertNever } from '../objects/assert-never.ts';
import { printable } from '../objects/printable.ts';
import type { Diagnosis, Outcome, UnknownReason, UnresolvedCause, Violation } from './verdict.ts';

/** One thing to do: a code for programs and a sentence for people. */
export interface Remedy {
  readonly code: string;
  readonly text: string;
}

/** What a remedy is chosen by; an audit record has this shape. */
export interface RemedyFacts {
  readonly outcome: Outcome;
  readonly violations?: readonly Violation[];
  readonly reasons?: readonly UnknownReason[];
  readonly diagnosis?: readonly Diagnosis[];
}

/** More would not be read. */
const MOST_REMEDIES = 6;
/** Resources that one sentence names before it says that there are others. */
const MOST_RESOURCES = 3;

const TEXTS = {
  NO_FILE_SYSTEM_CACHE:
    'If one Spark or Hadoop application writes under several keys, switch off the file system cache that keeps the first settings: fs.s3.impl.disable.cache=true for s3:// paths, fs.s3a.impl.disable.cache=true for s3a:// paths. Where the EMRFS S3-optimized committer is in use, try this on a test prefix first.',
  ONE_APPLICATION_PER_KEY:
    'Or run one application for each key, so that the settings of a client never change while it lives.',
  BUCKET_DEFAULT_ENCRYPTION:
    'Or set the default encryption of the bucket to the key that the policy names and have the writer ask for none; one bucket has one default, so this fits where one key governs the whole bucket.',
  NAME_THE_KEY:
    'Name the key in the writer by its full ARN: fs.s3.serverSideEncryption.kms.keyId for EMRFS, fs.s3a.encryption.key for S3A, the KMS key id of the request elsewhere; or set it as the default encryption of the bucket.',
  ASK_FOR_ENCRYPTION:
    'Configure encryption in the writer: it asks for none, or for another kind, so S3 applied its default. Have it name the kind and the key that the policy wants, or set both as the default encryption of the bucket.',
  USE_KEY_ARN:
    "Name the key by its full ARN, not by an alias or a bare id: in a request, and in a bucket's default encryption, these are resolved in the account of the writer.",
  REENCRYPT:
    "Mend the objects that are there. Where S3 reports SSE-S3 or SSE-KMS: aws s3api update-object-encryption --bucket BUCKET --key KEY --object-encryption 'SSEKMS={KMSKeyArn=KEY_ARN,BucketKeyEnabled=true}' (false where the policy forbids an S3 Bucket Key) changes the key in place; KEY_ARN is a full key ARN of the account that owns the bucket. It does not work for DSSE-KMS, nor under an Object Lock retention or legal hold. Else copy the object over itself with the encryption that the policy wants.",
  COPY_OVER:
    'Mend the objects that are there: copy each over itself with the encryption that the policy wants. UpdateObjectEncryption does not work from SSE-C or from no encryption; to copy from SSE-C the key of its writer is needed.',
  BLOCK_SSE_C:
    'Block SSE-C on the bucket: BlockedEncryptionTypes SSE-C in its default encryption refuses new writes with a key supplied by the writer.',
  SET_BUCKET_KEY:
    "Set the S3 Bucket Key in the writer or in the default encryption of the bucket as the policy wants it; for objects that are there: aws s3api update-object-encryption --bucket BUCKET --key KEY --object-encryption 'SSEKMS={KMSKeyArn=KEY_ARN,BucketKeyEnabled=true}' (or false).",
  ENABLE_KEY:
    'Enable the key: aws kms enable-key --key-id KEY_ARN. Until then the objects cannot be decrypted.',
  CANCEL_KEY_DELETION:
    'Cancel the deletion of the key while it is pending: aws kms cancel-key-deletion --key-id KEY_ARN, then aws kms enable-key. Once the key is deleted nothing can decrypt the objects. If the deletion is meant, re-encrypt the objects before it.',
  IMPORT_KEY_MATERIAL:
    'Import the key material again: the key has none, and until then the objects cannot be decrypted.',
  CONFIGURE_CLIENT_SIDE:
    'Configure the client-side encryption of the writer as the policy wants it (key, wrap, format, content algorithm, context or description). A client that is set up once writes everything with the same settings: use one for each rule.',
  ENABLE_CLIENT_SIDE:
    'Switch on client-side encryption in the writer: fs.s3.cse.enabled=true for EMRFS, fs.s3a.encryption.algorithm=CSE-KMS for S3A, else an S3 encryption client.',
  DISABLE_CLIENT_SIDE:
    'Switch off client-side encryption in the writer, or allow it in the policy if it is meant.',
  REWRITE_CLIENT_SIDE:
    'Write the objects that are there once more with the right client: S3 cannot change the inner layer, so they must be read with the old settings, or made again from their source. A copy within S3 changes nothing of it.',
  RESTORE_ENVELOPE:
    'Write the object again from its source, or restore its metadata from an earlier version: without a whole envelope the data cannot be decrypted. See whether a copy has dropped or replaced metadata.',
  RESTORE_INSTRUCTION_FILE:
    'Restore the instruction file from an earlier version, or write the object again from its source: without it the data cannot be decrypted.',
  CHECK_COMPANION:
    'See which of the two, the object or its instruction file, is left over from an earlier write or a deletion; remove it only when the other has been shown to be readable.',
  CHECK_BUCKET: 'See whether the bucket still exists, and run the auditor in the Region of the bucket.',
  FIX_POLICY_KEY:
    "See whether the key or alias exists in the account of the auditor and in the bucket's Region; create it, or correct the policy. A full key ARN in the policy needs no look-up.",
  GRANT_DESCRIBE_KEY:
    'Allow the role of the auditor kms:DescribeKey on the key, in its own IAM policy and, for a key of another account, in the key policy too.',
  NAME_KEY_ARN:
    'Name the key in the policy by its full ARN, and give the writer one too: what was found, or what a path put into an alias name, is not looked up in KMS.',
  LIST_ALIAS:
    "List the writer's alias beside its key in the policy: keys: { NAME: { key: KEY_ARN, aliases: [ALIAS] } }.",
  CHECK_PROOF:
    'See the state and the key policy of each key that the rule names (kms:Decrypt for the role of the auditor), and the answers above; what is not proven may still be right.',
  PROVE_OR_RESTRICT:
    'Add proof: decrypt-dry-run to the rule (it needs kms:Decrypt), or have the writer use the wrap kms, which names the key.',
  SHORTEN_METADATA:
    'Write the object again with less user metadata, or with names and values in ASCII: S3 does not return the others as headers.',
  UPDATE_AUDITOR:
    'Look at the object by hand, and see whether a newer release of the auditor knows this kind of encryption.',
  INSPECT: 'Look at the object by hand with the command below, and compare with the policy.',
  FIX_ROUTE:
    'See how events reach the auditor: S3 notifications carry form-encoded keys, EventBridge carries them as they are, and something on the way has changed them.',
  READ_INSTRUCTION_FILE:
    'Allow the auditor to read the instruction file (s3:GetObject; under SSE-KMS also kms:Decrypt by way of S3), or repair it if it is no JSON.',
  AUDIT_CURRENT_VERSION:
    'Audit the current version; of an earlier one it cannot be told which instruction file belonged to it.',
  RETRY_LATER:
    'Audit again later; if it keeps failing, look at the service health and the quotas of the account.',
  ADD_RULE:
    'Add a rule for the prefix to the policy, or an exemption with a reason; s3-encryption-auditor policy explain shows why no rule governs an object.',
} as const satisfies Readonly<Record<string, string>>;

type Code = keyof typeof TEXTS;

/** What mends the objects that are there comes after what stops the cause. */
const MENDING: ReadonlySet<Code> = new Set(['REENCRYPT', 'COPY_OVER', 'REWRITE_CLIENT_SIDE']);

/** What to do, most useful first: what stops the cause, then what mends the objects; each once. */
export function remediesFor(facts: RemedyFacts): readonly Remedy[] {
  const { violations = [], reasons = [], diagnosis = [] } = facts;
  const inner = violations.length > 0 && violations.every(isInnerLayer);
  const codes: readonly Code[] = [
    ...(facts.outcome === 'uncovered' ? (['ADD_RULE'] as const) : []),
    ...diagnosis.flatMap((one) => byDiagnosis(one, inner)),
    ...violations.flatMap((one) => byViolation(one, diagnosis.length > 0)),
    ...reasons.flatMap(byReason),
  ];
  const ordered = [
    ...codes.filter((code) => !MENDING.has(code)),
    ...codes.filter((code) => MENDING.has(code)),
  ];
  const fixed = [...new Set(ordered)].map((code) => ({ code, text: TEXTS[code] }));
  // A refusal comes first: until the permission is there nothing else can be known.
  return [...grant(reasons), ...fixed].slice(0, MOST_REMEDIES);
}

const isInnerLayer = (violation: Violation): boolean =>
  violation.code.startsWith('CSE_') ||
  (violation.code === 'KMS_KEY_EXPIRED' && violation.args.layer === 'cse');

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
  return [reason.code === 'KEY_UNRESOLVED' ? BY_CAUSE[reason.args.cause] : BY_REASON[reason.code]];
}

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
  const text = `Allow the role of the auditor ${missing.join('; ')}, then audit again. Where it has s3:GetObject already, look for a bucket policy that denies it, and allow s3:ListBucket on the bucket too: without it an object that is gone is refused like one that is not readable.`;
  return [{ code: 'GRANT_PERMISSION', text: printable(text) }];
}
