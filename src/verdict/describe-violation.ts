import { assertNever } from '../objects/assert-never.ts';
import type { Violation } from './verdict.ts';

type Coded<Union extends { readonly code: string }, Prefix extends string> = Extract<
  Union,
  { readonly code: `${Prefix}_${string}` }
>;

/** What was found against what the policy wants, not escaped yet. */
export function violationText(violation: Violation): string {
  switch (violation.code) {
    case 'KMS_KEY_NOT_ALLOWED':
    case 'CSE_KEY_NOT_ALLOWED':
    case 'KMS_KEY_EXPIRED':
    case 'KMS_KEY_UNTRUSTED_ACCOUNT':
    case 'KMS_KEY_UNUSABLE':
      return keyText(violation);
    case 'SSE_MISSING':
    case 'SSE_ALGORITHM_NOT_ALLOWED':
    case 'SSE_C_NOT_ALLOWED':
    case 'BUCKET_KEY_NOT_AS_REQUIRED':
      return serverSideText(violation);
    case 'CSE_MISSING':
    case 'CSE_NOT_ALLOWED':
    case 'CSE_WRAP_NOT_ALLOWED':
    case 'CSE_FORMAT_NOT_ALLOWED':
    case 'CSE_SUITE_NOT_ALLOWED':
    case 'CSE_CONTEXT_MISMATCH':
    case 'CSE_DESCRIPTION_MISMATCH':
    case 'CSE_ENVELOPE_MALFORMED':
    case 'CSE_INSTRUCTION_FILE_MISSING':
      return clientSideText(violation);
    default:
      return assertNever(violation);
  }
}

type KeyViolation =
  | Coded<Violation, 'KMS_KEY'>
  | Extract<Violation, { readonly code: 'KMS_KEY_NOT_ALLOWED' | 'CSE_KEY_NOT_ALLOWED' }>;

function keyText(violation: KeyViolation): string {
  switch (violation.code) {
    case 'KMS_KEY_NOT_ALLOWED':
      return `encrypted under ${violation.args.actual}, but ${allowedKeys(violation.args)}`;
    case 'CSE_KEY_NOT_ALLOWED':
      return `client-side encrypted under ${violation.args.actual}, as its envelope claims, but ${allowedKeys(violation.args)}`;
    case 'KMS_KEY_EXPIRED': {
      const { layer, allowed, actual, until, written } = violation.args;
      const how = layer === 'cse' ? 'client-side encrypted' : 'encrypted';
      return `${how} on ${written} under ${actual}, which the policy allows only for what was written up to ${until}; keys that the policy names: ${list(allowed)}`;
    }
    case 'KMS_KEY_UNTRUSTED_ACCOUNT': {
      const { trusted, actual, account } = violation.args;
      return `encrypted under ${actual}, a key of account ${account}, but the policy trusts only keys of ${list(trusted)}`;
    }
    case 'KMS_KEY_UNUSABLE':
      return `encrypted under ${violation.args.actual}, a key in state ${violation.args.state}: while it is in that state the object cannot be decrypted`;
    default:
      return assertNever(violation);
  }
}

const allowedKeys = ({ allowed, lapsed }: { allowed: readonly string[]; lapsed?: string }): string =>
  lapsed === undefined
    ? `the policy allows only ${list(allowed)}`
    : `by the policy every key was past its last day by then (${lapsed}): ${list(allowed)}`;

function serverSideText(violation: Coded<Violation, 'SSE' | 'BUCKET_KEY'>): string {
  switch (violation.code) {
    case 'SSE_MISSING':
      return `not encrypted by S3 at all, but the policy wants ${list(violation.args.allowed)}`;
    case 'SSE_ALGORITHM_NOT_ALLOWED':
      return `encrypted with ${violation.args.actual}, but the policy allows only ${list(violation.args.allowed)}`;
    case 'SSE_C_NOT_ALLOWED':
      return `encrypted with a key that the writer supplies with each request (SSE-C), but the policy allows only ${list(violation.args.allowed)}`;
    case 'BUCKET_KEY_NOT_AS_REQUIRED':
      return `encrypted ${violation.args.actual ? 'with' : 'without'} an S3 Bucket Key, but by the policy one is ${violation.args.required}`;
    default:
      return assertNever(violation);
  }
}

function clientSideText(violation: Coded<Violation, 'CSE'>): string {
  switch (violation.code) {
    case 'CSE_MISSING':
      return 'no client-side encryption envelope was found, but the policy requires one';
    case 'CSE_NOT_ALLOWED':
      return `client-side encrypted (${violation.args.actual}), but the policy forbids client-side encryption`;
    case 'CSE_WRAP_NOT_ALLOWED':
      return `its data key is wrapped with ${violation.args.actual}, but the policy allows only ${list(violation.args.allowed)}`;
    case 'CSE_FORMAT_NOT_ALLOWED':
      return `its envelope is of format ${violation.args.actual}, but the policy allows only ${list(violation.args.allowed)}`;
    case 'CSE_SUITE_NOT_ALLOWED':
      return `its content is encrypted with ${violation.args.actual}, but the policy allows only ${list(violation.args.allowed)}`;
    case 'CSE_CONTEXT_MISMATCH':
      return `its KMS encryption context is not what the policy wants: ${entriesText(violation.args.entries)}`;
    case 'CSE_DESCRIPTION_MISMATCH':
      return `its material description is not what the policy wants: ${entriesText(violation.args.entries)}`;
    case 'CSE_ENVELOPE_MALFORMED':
      return `its client-side encryption envelope is malformed: ${violation.args.why}`;
    case 'CSE_INSTRUCTION_FILE_MISSING':
      return `its metadata say that an instruction file holds the envelope, but ${violation.args.expected} is not there`;
    default:
      return assertNever(violation);
  }
}

type Entry = { readonly name: string; readonly expected: unknown; readonly actual?: unknown };

const entriesText = (entries: readonly Entry[]): string => entries.map(entryText).join('; ');

function entryText({ name, expected, actual }: Entry): string {
  const found = actual === undefined ? 'there is no such entry' : `it is ${json(actual)}`;
  return `${json(name)} should be ${json(expected)}, but ${found}`;
}

/** Values of an envelope may be Maps, which JSON.stringify alone would show as `{}`. */
export const json = (value: unknown): string =>
  JSON.stringify(value, (_name, member) => (member instanceof Map ? Object.fromEntries(member) : member)) ??
  'nothing';

/** `a`, `a or b`, `a, b or c`; nothing listed is said, never left as a hole. */
export function list(items: readonly string[]): string {
  const last = items.at(-1);
  if (last === undefined) return 'nothing';
  return items.length === 1 ? last : `${items.slice(0, -1).join(', ')} or ${last}`;
}
