import { anyOf, type Comparison, sameKey } from '../keys/compare.ts';
import type { KeyArnReference, KeyIdReference } from '../keys/reference.ts';
import { parseKeyReference, referenceText } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { NonEmpty } from '../objects/non-empty.ts';
import type { KeyOption } from '../policy/types.ts';
import { aliasMeaning, type KeyScope, type OptionMeaning, optionMeaning } from './key-option.ts';
import type { Layer, UnknownReason, UnresolvedCause, Violation } from './verdict.ts';

export interface KeyJudgement {
  readonly comparison: Comparison;
  readonly violations: readonly Violation[];
  readonly reasons: readonly UnknownReason[];
}

export interface KeyQuery extends KeyScope {
  readonly layer: Layer;
  /** The key as HEAD or the envelope shows it. */
  readonly found: string;
  readonly options: NonEmpty<KeyOption>;
  /** When the key was last chosen: Last-Modified, or the event's time for a re-key. */
  readonly writtenMs?: number;
}

type Found =
  | { readonly kind: 'key'; readonly reference: KeyArnReference | KeyIdReference }
  /** The writer's alias, in a claim: it can be compared by name alone. */
  | { readonly kind: 'writers-alias'; readonly name: string }
  | { readonly kind: 'unresolved'; readonly reference: string; readonly cause: UnresolvedCause }
  | { readonly kind: 'pending' };

interface Compared {
  readonly comparison: Comparison;
  readonly shown: string;
  readonly unresolved?: { readonly reference: string; readonly cause: UnresolvedCause };
  /** Set where the found key is this option's, past its last day. */
  readonly expired?: string;
  /** Its last day, where that is past, whatever was found. */
  readonly lapsed?: string;
}

/** Compares the key that was found with every key that the rule allows: contract section 2, "Key references". */
export function judgeKey(query: KeyQuery): KeyJudgement {
  const found = foundKey(query);
  const compared = query.options.map((option) => compareOption(option, found, query));
  const comparison = anyOf(compared.map((one) => one.comparison));
  switch (comparison) {
    case 'same':
      return { comparison, violations: [], reasons: [] };
    case 'undecidable':
      return { comparison, violations: [], reasons: unresolvedReasons(query, found, compared) };
    case 'different':
      return { comparison, violations: [wrongKey(query, compared)], reasons: [] };
    default:
      return assertNever(comparison);
  }
}

function foundKey(query: KeyQuery): Found {
  const reference = parseKeyReference(query.found);
  switch (reference?.kind) {
    case undefined:
      return { kind: 'unresolved', reference: query.found, cause: 'unlookable' };
    case 'key-arn':
    case 'key-id':
      return { kind: 'key', reference };
    case 'alias-arn':
      return foundAlias(aliasMeaning(reference, query), query.found);
    case 'alias-name': {
      // In HEAD and in a claim alike the alias was the writer's, so KMS here cannot say what it meant there.
      const listed = query.layer === 'cse' ? query.listedAliases.get(reference.name) : undefined;
      const key = listed === undefined ? undefined : parseKeyReference(listed);
      if (key?.kind === 'key-arn') return { kind: 'key', reference: key };
      return query.layer === 'cse'
        ? { kind: 'writers-alias', name: reference.name }
        : { kind: 'unresolved', reference: query.found, cause: 'foreign-alias' };
    }
  }
}

function foundAlias(meaning: OptionMeaning, text: string): Found {
  switch (meaning.kind) {
    case 'key':
      return { kind: 'key', reference: meaning.reference };
    case 'pending':
      return { kind: 'pending' };
    case 'unresolved':
      return { kind: 'unresolved', reference: text, cause: meaning.cause };
    case 'aws-managed':
      return { kind: 'unresolved', reference: text, cause: 'unlookable' };
    default:
      return assertNever(meaning);
  }
}

function compareOption(option: KeyOption, found: Found, query: KeyQuery): Compared {
  const meaning = optionMeaning(option, query);
  const compared = compareMeaning(meaning, found, query);
  if (option.until === undefined) return compared;
  if (query.writtenMs === undefined) {
    return compared.comparison === 'same'
      ? {
          ...compared,
          comparison: 'undecidable',
          unresolved: { reference: compared.shown, cause: 'unlookable' },
        }
      : compared;
  }
  if (utcDay(query.writtenMs) <= option.until) return compared;
  const expired = compared.comparison === 'same' ? { expired: option.until } : {};
  return { comparison: 'different', shown: compared.shown, lapsed: option.until, ...expired };
}

function compareMeaning(meaning: OptionMeaning, found: Found, query: KeyQuery): Compared {
  const shown = shownMeaning(meaning);
  if (found.kind === 'writers-alias' && 'aliasName' in meaning && meaning.aliasName === found.name) {
    return { comparison: 'same', shown };
  }
  if (meaning.kind === 'unresolved') {
    return { comparison: 'undecidable', shown, unresolved: meaning };
  }
  if (found.kind !== 'key' || meaning.kind === 'pending') return { comparison: 'undecidable', shown };
  return meaning.kind === 'aws-managed'
    ? compareManaged(found.reference, shown, query)
    : { comparison: sameKey(found.reference, meaning.reference), shown };
}

/** `alias/aws/s3` holds when the found key is AWS-managed; the alias itself is never passed to KMS, which might create it. */
function compareManaged(found: KeyArnReference | KeyIdReference, shown: string, query: KeyQuery): Compared {
  const reference = referenceText(found);
  if (found.kind === 'key-id') {
    return { comparison: 'undecidable', shown, unresolved: { reference, cause: 'unlookable' } };
  }
  const answer = query.enquiry.key(found.arn);
  switch (answer?.kind) {
    case undefined:
      return { comparison: 'undecidable', shown };
    case 'described':
      return { comparison: answer.manager === 'AWS' ? 'same' : 'different', shown };
    case 'not-found':
    case 'denied':
    case 'unlookable':
      return { comparison: 'undecidable', shown, unresolved: { reference, cause: answer.kind } };
  }
}

/** A key of the policy as messages name it: what it stands for where that is known, else as it is written. */
export function shownMeaning(meaning: OptionMeaning): string {
  switch (meaning.kind) {
    case 'key':
      return referenceText(meaning.reference);
    case 'aws-managed':
      return meaning.aliasName;
    case 'unresolved':
    case 'pending':
      return meaning.reference;
    default:
      return assertNever(meaning);
  }
}

function unresolvedReasons(
  query: KeyQuery,
  found: Found,
  compared: readonly Compared[],
): readonly UnknownReason[] {
  const causes = new Map<string, UnresolvedCause>();
  if (found.kind === 'unresolved') causes.set(found.reference, found.cause);
  if (found.kind === 'writers-alias') causes.set(found.name, 'foreign-alias');
  for (const one of compared) {
    if (one.unresolved) causes.set(one.unresolved.reference, one.unresolved.cause);
  }
  return [...causes].map(([reference, cause]) => ({
    code: 'KEY_UNRESOLVED',
    args: { layer: query.layer, reference, cause },
  }));
}

function wrongKey(query: KeyQuery, compared: readonly Compared[]): Violation {
  const standing = compared.filter(({ lapsed }) => lapsed === undefined);
  // Where every key has lapsed, they are what there is to name.
  const allowed = [...new Set((standing.length === 0 ? compared : standing).map((one) => one.shown))];
  const until = compared.find((one) => one.expired !== undefined)?.expired;
  const { layer, found: actual } = query;
  if (until !== undefined && query.writtenMs !== undefined) {
    const written = utcDay(query.writtenMs);
    return { code: 'KMS_KEY_EXPIRED', args: { layer, allowed, actual, until, written } };
  }
  return {
    code: layer === 'sse' ? 'KMS_KEY_NOT_ALLOWED' : 'CSE_KEY_NOT_ALLOWED',
    args: { allowed, actual, ...(standing.length === 0 ? { lapsed: latest(compared) } : {}) },
  };
}

const latest = (compared: readonly Compared[]): string =>
  compared.reduce((last, { lapsed = '' }) => (lapsed > last ? lapsed : last), '');

const DAY_MS = 86_400_000;
let lastDay = { number: Number.NaN, text: '' };

/** The day, UTC, as YYYY-MM-DD. The last one is remembered: a run asks for the same day once an object. */
export function utcDay(ms: number): string {
  const number = Math.floor(ms / DAY_MS);
  if (number !== lastDay.number) lastDay = { number, text: new Date(ms).toISOString().slice(0, 10) };
  return lastDay.text;
}
