import { assertNever } from '../objects/assert-never.ts';
import { printable } from '../objects/printable.ts';
import type { Captures } from '../policy/types.ts';
import { json, list, violationText } from './describe-violation.ts';
import type { Diagnosis, UnknownReason, UnresolvedCause, Violation } from './verdict.ts';

/** What was found against what the policy wants: `encrypted under arn:…:key/a, but the policy allows only arn:…:key/b`. */
export const describeViolation = (violation: Violation): string => printable(violationText(violation));

/** Why the auditor could not tell: `the auditor may not …`. */
export const describeReason = (reason: UnknownReason): string => printable(reasonText(reason));

/** Why it probably happened. */
export const describeDiagnosis = (diagnosis: Diagnosis): string => printable(diagnosisText(diagnosis));

/** Captured text as people read it: `tenant=b, day=2026-11-21`. */
export const describeCaptures = (captures: Captures): string =>
  printable(
    Object.entries(captures)
      .map(([name, text]) => `${name}=${text}`)
      .join(', '),
  );

function reasonText(reason: UnknownReason): string {
  switch (reason.code) {
    case 'ACCESS_DENIED':
      return `the auditor was refused: it needs ${reason.args.permission} on ${reason.args.resource}`;
    case 'BUCKET_UNREACHABLE':
      return reason.args.region === undefined
        ? 'the bucket does not answer, or is in another Region'
        : `the bucket does not answer in Region ${reason.args.region}, or is in another`;
    case 'KEY_UNRESOLVED':
      return unresolvedText(reason.args);
    case 'KEY_NOT_REPORTED':
      return 'S3 says that a KMS key encrypts the object, but not which one';
    case 'SSE_UNRECOGNISED':
      return `S3 reports the encryption ${json(reason.args.raw)}, which the auditor does not know`;
    case 'BAD_REQUEST': {
      const said = reason.args.errorCode === undefined ? '' : ` (${reason.args.errorCode})`;
      return `S3 refused the request with status ${reason.args.status}${said}, and nothing shows that SSE-C is why`;
    }
    case 'KEY_ENCODING':
      return `nothing is at the key as the event gives it, but an object is at ${json(reason.args.foundAs)}: the route encodes keys otherwise`;
    case 'UNAVAILABLE':
      return `${reason.args.operation} kept failing until the auditor gave up`;
    case 'CSE_PROOF_UNDECIDED':
    case 'CSE_KEY_NOT_NAMED':
    case 'METADATA_TRUNCATED':
    case 'SSE_C_HIDES_METADATA':
    case 'INSTRUCTION_FILE_UNREADABLE':
    case 'INSTRUCTION_FILE_VERSION':
      return innerLayerText(reason);
    default:
      return assertNever(reason);
  }
}

type InnerLayerCode =
  | `CSE_${string}`
  | `INSTRUCTION_FILE_${string}`
  | 'METADATA_TRUNCATED'
  | 'SSE_C_HIDES_METADATA';

function innerLayerText(reason: Extract<UnknownReason, { readonly code: InnerLayerCode }>): string {
  switch (reason.code) {
    case 'CSE_PROOF_UNDECIDED':
      return `no key of the policy could be proven to have wrapped the data key; the answers were: ${list(reason.args.answers)}`;
    case 'CSE_KEY_NOT_NAMED':
      return `the envelope, with the wrap ${reason.args.wrap}, does not name its key`;
    case 'METADATA_TRUNCATED':
      return `S3 left out ${reason.args.missing} of the metadata entries, so that an envelope may be among them`;
    case 'SSE_C_HIDES_METADATA':
      return 'the object is under SSE-C, which hides the metadata and with them any client-side encryption';
    case 'INSTRUCTION_FILE_UNREADABLE':
      return `the instruction file ${reason.args.key} cannot be read: ${reason.args.why}`;
    case 'INSTRUCTION_FILE_VERSION':
      return `the version is not the current one, and the instruction file ${reason.args.key} may belong to another version`;
    default:
      return assertNever(reason);
  }
}

function unresolvedText(args: Extract<UnknownReason, { code: 'KEY_UNRESOLVED' }>['args']): string {
  const key = `${args.reference} (${args.layer === 'sse' ? 'server-side' : 'client-side'})`;
  return `the key ${key} could not be told: ${causeText(args.cause)}`;
}

function causeText(cause: UnresolvedCause): string {
  switch (cause) {
    case 'not-found':
      return 'KMS knows no such key or alias';
    case 'denied':
      return 'the auditor may not ask KMS about it';
    case 'unlookable':
      return 'it is nothing that can be looked up in KMS and compared with the policy';
    case 'foreign-alias':
      return "it is an alias of the writer's account, and what it meant there cannot be known here";
    default:
      return assertNever(cause);
  }
}

function diagnosisText(diagnosis: Diagnosis): string {
  switch (diagnosis.code) {
    case 'KEY_OF_ANOTHER_RULE':
      return `the key is the one that ${ruleText(diagnosis.args)} asks for: probably one client with cached settings wrote for both`;
    case 'DESCRIPTION_OF_ANOTHER_RULE':
      return `the envelope says what ${ruleText(diagnosis.args)} asks for: probably one client with cached settings wrote for both`;
    case 'AWS_MANAGED_KEY':
      return `${diagnosis.args.key} is an AWS managed key: probably the writer asked for aws:kms without naming a key`;
    case 'DEFAULT_APPLIED':
      return 'probably the writer asked for no encryption, and the default encryption of the bucket or of S3 was applied';
    case 'KEY_OF_ANOTHER_ACCOUNT':
      return `the key belongs to account ${diagnosis.args.account}, but the policy's keys belong to ${list(diagnosis.args.expected)}: probably an alias or a bare key id was resolved in the writer's account`;
    case 'CSE_NOT_APPLIED':
      return 'probably client-side encryption is off in the writer, or the writer does not go through EMRFS or an encryption client, as with the S3 browser of Hue';
    case 'INSTRUCTION_FILE_ORPHAN':
      return `this is an instruction file whose object ${diagnosis.args.companion} is not there`;
    case 'INSTRUCTION_FILE_UNUSED':
      return `this is an instruction file, but its object ${diagnosis.args.companion} has an envelope of its own and does not use it`;
    default:
      return assertNever(diagnosis);
  }
}

function ruleText({ rule, captures }: { readonly rule: string; readonly captures?: Captures }): string {
  const captured = captures === undefined ? '' : describeCaptures(captures);
  return captured === '' ? `rule ${rule}` : `rule ${rule} with ${captured}`;
}
