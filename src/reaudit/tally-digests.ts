import type { Digest, DigestContext } from '../alerts/digest.ts';
import type { AlertingOutcome } from '../alerts/group.ts';
import { CUT_MARK, cutStrings, cutText } from '../alerts/json-form.ts';
import { type Listed, MOST_LISTED } from '../alerts/listed.ts';
import { nextSteps } from '../alerts/next-steps.ts';
import { compareKeys } from '../objects/byte-order.ts';
import { isNonEmpty } from '../objects/non-empty.ts';
import { type Captures, SEVERITIES } from '../policy/types.ts';
import { isCaptures, isDiagnosis } from './fold-findings.ts';
import type { Tally } from './tally.ts';
import type { Amount } from './tally-amount.ts';
import type { BoundedMap, Mergeable } from './tally-bounded.ts';
import type { CauseTally } from './tally-cause.ts';
import { type Guard, isText, listOf, oneOf } from './tally-guard.ts';

const isName: Guard<readonly (string | null)[]> = listOf(
  (one: unknown): one is string | null => one === null || isText(one),
);
const isAlerting: Guard<AlertingOutcome> = oneOf(['violation', 'unknown', 'uncovered']);

/** A cause with the digest that tells it. */
export interface ToldCause {
  readonly digest: Digest;
  readonly cause: CauseTally;
}

/** The causes that a tally kept, the most severe first, then those of the most objects. */
export function toldCauses(tally: Tally, context: DigestContext): readonly ToldCause[] {
  return tally.causes
    .entries()
    .flatMap(([name, cause]) => {
      const digest = digestOf(name, cause, context);
      return digest === undefined ? [] : [{ name, digest, cause }];
    })
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(b.digest.severity) - SEVERITIES.indexOf(a.digest.severity) ||
        b.digest.count - a.digest.count ||
        compareKeys(a.name, b.name),
    );
}

/** One digest for each cause of a run, as alerts send them; uncovered objects only where the policy alerts on them. */
export const digestsOf = (tally: Tally, context: DigestContext): readonly Digest[] =>
  toldCauses(tally, context)
    .map(({ digest }) => digest)
    .filter(({ outcome }) => outcome !== 'uncovered' || context.uncovered === 'alert');

function digestOf(name: string, cause: CauseTally, context: DigestContext): Digest | undefined {
  const parsed: unknown = parse(name);
  if (!isName(parsed)) return undefined;
  const [bucket, rule, outcome, ...codes] = parsed;
  const texts = codes.filter(isText);
  if (!isText(bucket) || !isAlerting(outcome) || !isNonEmpty(texts)) return undefined;
  const { firstKey = '', lastKey = '', written } = cause;
  const samples = cause.samples.values;
  const diagnosis = listed(cause.diagnosis, isDiagnosis);
  // A key that was cut would name another object.
  const kept = samples
    .filter(({ object }) => !object.key.endsWith(CUT_MARK))
    .map((sample) => ({ object: sample.object, sample }));
  const captures = listed<Captures>(cause.captures, isCaptures);
  const policySource = context.policySource ?? 'policy.yaml';
  const next = nextSteps({
    outcome,
    bucket,
    firstKey,
    lastKey,
    kept,
    diagnosis: diagnosis.items,
    captures,
    count: cause.amount.objects,
    policySource,
  });
  return {
    version: 1,
    outcome,
    severity: cause.severity ?? context.defaultSeverity,
    trigger: context.trigger,
    at: context.at,
    bucket: cutText(bucket),
    ...(isText(rule) ? { rule: cutText(rule) } : {}),
    codes: texts,
    count: cause.amount.objects,
    firstKey: cutText(firstKey),
    lastKey: cutText(lastKey),
    ...(written.span === undefined ? {} : { written: written.span }),
    captures,
    keys: texts20(cause.keys),
    principals: texts20(cause.principals),
    owners: texts20(cause.owners),
    diagnosis,
    next,
    samples: { items: samples, ...(cause.samples.more ? { more: true as const } : {}) },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A name longer than a tally keeps was cut.
    return undefined;
  }
}

/** What a map is keyed by, parsed, with what each stands for; what was cut is left out. */
export function counts<T, V extends Mergeable<V>>(
  map: BoundedMap<V>,
  guard: Guard<T>,
): readonly (readonly [T, V])[] {
  return map.entries().flatMap(([name, amount]) => {
    const value = parse(name);
    return guard(value) ? [[value, amount] as const] : [];
  });
}

function listed<T>(map: BoundedMap<Amount>, guard: Guard<T>): Listed<T> {
  return cut(
    counts(map, guard).flatMap(([value]) => {
      const short = cutStrings(value);
      return guard(short) ? [short] : [];
    }),
    map.isCut,
  );
}

const texts20 = (map: BoundedMap<Amount>): Listed<string> =>
  cut(
    map.entries().map(([name]) => cutText(name)),
    map.isCut,
  );

function cut<T>(all: readonly T[], more: boolean): Listed<T> {
  const items = all.slice(0, MOST_LISTED);
  return more || items.length < all.length ? { items, more: true } : { items };
}
