import type { UnknownReason, Violation } from '../verdict/verdict.ts';
import type { Digest } from './digest.ts';

/** SNS takes fewer than a hundred characters. */
const MOST_CHARACTERS = 99;
const CUT = '...';

/** What an object of this code is, in the fewest words. */
const PHRASES: Readonly<Record<Violation['code'] | UnknownReason['code'], string>> = {
  SSE_MISSING: 'not encrypted',
  SSE_ALGORITHM_NOT_ALLOWED: 'encrypted the wrong way',
  SSE_C_NOT_ALLOWED: 'under SSE-C',
  KMS_KEY_NOT_ALLOWED: 'under the wrong key',
  KMS_KEY_EXPIRED: 'under a former key',
  KMS_KEY_UNTRUSTED_ACCOUNT: 'under an untrusted key',
  KMS_KEY_UNUSABLE: 'under an unusable key',
  BUCKET_KEY_NOT_AS_REQUIRED: 'with the wrong bucket key',
  CSE_MISSING: 'not encrypted client-side',
  CSE_NOT_ALLOWED: 'encrypted client-side',
  CSE_KEY_NOT_ALLOWED: 'under the wrong client key',
  CSE_WRAP_NOT_ALLOWED: 'with the wrong key wrap',
  CSE_FORMAT_NOT_ALLOWED: 'in the wrong format',
  CSE_SUITE_NOT_ALLOWED: 'with the wrong cipher',
  CSE_CONTEXT_MISMATCH: 'with the wrong context',
  CSE_DESCRIPTION_MISMATCH: 'with the wrong description',
  CSE_ENVELOPE_MALFORMED: 'with a broken envelope',
  CSE_INSTRUCTION_FILE_MISSING: 'without instruction file',
  ACCESS_DENIED: 'unknown, access denied',
  BUCKET_UNREACHABLE: 'unknown, no such bucket',
  KEY_UNRESOLVED: 'unknown, key unresolved',
  CSE_PROOF_UNDECIDED: 'unknown, key not proven',
  KEY_NOT_REPORTED: 'unknown, key not reported',
  CSE_KEY_NOT_NAMED: 'unknown, key not named',
  METADATA_TRUNCATED: 'unknown, metadata cut off',
  SSE_UNRECOGNISED: 'unknown, new encryption',
  SSE_C_HIDES_METADATA: 'unknown, under SSE-C',
  BAD_REQUEST: 'unknown, bad request',
  KEY_ENCODING: 'unknown, key misread',
  INSTRUCTION_FILE_UNREADABLE: 'unknown, file unreadable',
  INSTRUCTION_FILE_VERSION: 'unknown, old version',
  UNAVAILABLE: 'unknown, AWS unavailable',
};

const isPhrased = (code: string): code is keyof typeof PHRASES => Object.hasOwn(PHRASES, code);

const SEVERAL: Readonly<Record<Digest['outcome'], string>> = {
  violation: 'breaking the policy',
  unknown: 'unknown, not audited',
  uncovered: 'uncovered by any rule',
};

/** `3 objects under the wrong key`: how many, and what they are. */
export function headline(digest: Digest): string {
  const [code, ...others] = digest.codes;
  const phrase = others.length === 0 && isPhrased(code) ? PHRASES[code] : SEVERAL[digest.outcome];
  return `${objects(digest.count)} ${phrase}`;
}

/** `1 object`, `3 objects`. */
export const objects = (count: number): string => `${count} object${count === 1 ? '' : 's'}`;

/** `[high] 3 objects under the wrong key: rule tenants, bucket acme-lake`. Printable ASCII, never an object key. */
export function subjectOf(digest: Digest): string {
  const head = `[${digest.severity}] ${headline(digest)}: `;
  const rule = ascii(digest.rule ?? '');
  const bucket = ascii(digest.bucket);
  if (rule === '') return `${head}bucket ${cut(bucket, MOST_CHARACTERS - head.length - 'bucket '.length)}`;
  const room = MOST_CHARACTERS - head.length - 'rule , bucket '.length;
  // The longer of the two gives way first.
  const half = Math.floor(room / 2);
  const forRule = Math.max(half, room - bucket.length);
  const forBucket = room - Math.min(rule.length, forRule);
  return `${head}rule ${cut(rule, forRule)}, bucket ${cut(bucket, forBucket)}`;
}

const ascii = (text: string): string => text.replace(/[^\x21-\x7e]/gu, '?');

const cut = (text: string, most: number): string =>
  text.length <= most ? text : text.slice(0, Math.max(0, most - CUT.length)) + CUT;
