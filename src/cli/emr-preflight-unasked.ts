import { AWS_MANAGED_S3_ALIAS, parseKeyReference } from '../keys/reference.ts';
import { describeReason } from '../verdict/describe.ts';
import type { Remedy } from '../verdict/remedy.ts';
import type { UnknownReason } from '../verdict/verdict.ts';
import type { JudgeScope } from './emr-preflight-judge.ts';

/** Who is asked about keys. */
type Asked = JudgeScope['asks']['keys'];
type Unresolved = Extract<UnknownReason, { code: 'KEY_UNRESOLVED' }>;

/** What tells a key that nobody was asked about, by who was asked. */
export const ASK_FOR_KEYS: Readonly<Record<Exclude<Asked, 'kms'>, Remedy>> = {
  nothing: {
    code: 'GIVE_KEYS',
    text: 'Give --keys FILE, which says what aliases stand for, or --live, which asks KMS: without them nothing is looked up.',
  },
  file: {
    code: 'GIVE_KEYS',
    text: 'Add it to the file of --keys, or leave --keys out and give --live, which asks KMS.',
  },
};

/** True for a key that could have been told, had KMS or a file of keys been asked: it is not one that nobody can look up. */
export function isUnasked(reason: UnknownReason, asked: Asked): reason is Unresolved {
  if (asked === 'kms' || reason.code !== 'KEY_UNRESOLVED') return false;
  const { layer, reference, cause } = reason.args;
  // An alias that an envelope claims stays the writer's, whoever is asked.
  if (cause !== 'unlookable' && !(cause === 'foreign-alias' && layer === 'sse')) return false;
  if (reference === AWS_MANAGED_S3_ALIAS) return asked === 'nothing';
  const kind = reference.startsWith('alias/aws/') ? undefined : parseKeyReference(reference)?.kind;
  return kind !== undefined && kind !== 'key-id';
}

/** Why a write is unknown, for people. */
export function reasonText(reason: UnknownReason, asked: Asked): string {
  if (!isUnasked(reason, asked)) return describeReason(reason);
  const { layer, reference } = reason.args;
  const why = asked === 'file' ? ': the file of --keys says no key for it' : '';
  return `the ${layer === 'sse' ? 'server-side' : 'client-side'} key ${reference} was not looked up${why}`;
}
