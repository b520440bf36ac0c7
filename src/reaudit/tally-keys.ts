import { jsonForm } from '../alerts/json-form.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { Violation } from '../verdict/verdict.ts';
import { Amount, type AmountJson, isAmountJson } from './tally-amount.ts';
import { type FirstItems, type FirstJson, firstTexts, isTextsJson } from './tally-first.ts';
import { type Guard, shape } from './tally-guard.ts';
import { LIMITS } from './tally-limits.ts';

export interface KeyJson {
  readonly all: AmountJson;
  readonly violating: AmountJson;
  readonly states: FirstJson<string>;
}

export const isKeyJson: Guard<KeyJson> = shape<KeyJson>(
  { all: isAmountJson, violating: isAmountJson, states: isTextsJson },
  {},
);

/** The objects under one key, or under one kind of encryption where no key is named. */
export class KeyTally {
  readonly all = new Amount();
  /** Those of them that violate the policy, for whatever reason. */
  readonly violating = new Amount();
  /** States other than enabled, as DescribeKey told them. */
  readonly states: FirstItems<string> = firstTexts(LIMITS.keyStates);

  merge(other: KeyTally): void {
    this.all.merge(other.all);
    this.violating.merge(other.violating);
    this.states.merge(other.states);
  }

  toJSON() {
    return { all: this.all, violating: this.violating, states: this.states };
  }

  static from({ all, violating, states }: KeyJson): KeyTally {
    const key = new KeyTally();
    key.all.merge(Amount.from(all));
    key.violating.merge(Amount.from(violating));
    key.states.restore(states);
    return key;
  }
}

/** Under what an object stands: the layer, how it is encrypted there, and the key where one is told. */
export type Holder = readonly [layer: 'sse' | 'cse', type: string, key?: string];

/** The layers of an object that was looked at; none where it was not. */
export function holdersOf({ observed }: AuditRecord): readonly Holder[] {
  if (observed === undefined) return [];
  const { sse, cse } = observed;
  const outer: Holder = sse.key === undefined ? ['sse', sse.type] : ['sse', sse.type, sse.key];
  if (cse?.type !== 'envelope') return [outer];
  const wrap = cse.wrap ?? 'envelope';
  return [outer, cse.claimedKey === undefined ? ['cse', wrap] : ['cse', wrap, cse.claimedKey]];
}

/** The states that violations of a record tell of keys. */
export const statesOf = (record: AuditRecord): readonly (readonly [key: string, state: string])[] =>
  (record.violations ?? []).flatMap((one) =>
    one.code === 'KMS_KEY_UNUSABLE' ? [[one.args.actual, one.args.state] as const] : [],
  );

/** What the policy wants in one layer, and what was found there in its place. */
export interface Mismatch {
  readonly layer: 'sse' | 'cse';
  readonly expected: readonly string[];
  readonly found: string;
}

/** The name under which a mismatch is kept. */
export const mismatchName = ({ layer, expected, found }: Mismatch): string =>
  jsonForm([layer, found, ...expected]);

/** For each layer the violation that says most about the key: an object is counted once for each layer. */
export function mismatchesOf(record: AuditRecord): readonly Mismatch[] {
  const found = (record.violations ?? []).flatMap((one) => {
    const mismatch = mismatchOf(one);
    return mismatch === undefined ? [] : [{ rank: RANKS.indexOf(one.code), mismatch }];
  });
  found.sort((a, b) => a.rank - b.rank);
  const byLayer = new Map<string, Mismatch>();
  for (const { mismatch } of found) {
    if (!byLayer.has(mismatch.layer)) byLayer.set(mismatch.layer, mismatch);
  }
  return [...byLayer.values()];
}

const RANKS: readonly Violation['code'][] = [
  'KMS_KEY_NOT_ALLOWED',
  'CSE_KEY_NOT_ALLOWED',
  'KMS_KEY_EXPIRED',
  'KMS_KEY_UNTRUSTED_ACCOUNT',
  'SSE_ALGORITHM_NOT_ALLOWED',
  'SSE_MISSING',
  'SSE_C_NOT_ALLOWED',
  'CSE_MISSING',
];

function mismatchOf(violation: Violation): Mismatch | undefined {
  switch (violation.code) {
    case 'KMS_KEY_NOT_ALLOWED':
    case 'SSE_ALGORITHM_NOT_ALLOWED':
      return { layer: 'sse', expected: violation.args.allowed, found: violation.args.actual };
    case 'CSE_KEY_NOT_ALLOWED':
      return { layer: 'cse', expected: violation.args.allowed, found: violation.args.actual };
    case 'KMS_KEY_EXPIRED': {
      const { layer, allowed, actual } = violation.args;
      return { layer, expected: allowed, found: actual };
    }
    case 'KMS_KEY_UNTRUSTED_ACCOUNT': {
      const expected = violation.args.trusted.map((account) => `a key of account ${account}`);
      return { layer: 'sse', expected, found: violation.args.actual };
    }
    case 'SSE_MISSING':
      return { layer: 'sse', expected: violation.args.allowed, found: 'no encryption' };
    case 'SSE_C_NOT_ALLOWED':
      return { layer: 'sse', expected: violation.args.allowed, found: 'SSE-C' };
    case 'CSE_MISSING':
      return { layer: 'cse', expected: ['any client-side encryption'], found: 'none' };
    default:
      return undefined;
  }
}
