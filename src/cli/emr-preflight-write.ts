import type { PredictedHead, Prediction } from '../emr/predict.ts';
import { encryptAlike } from '../emr/predict-cache.ts';
import { writeTarget } from '../emr/write-target.ts';
import { rulesThatCanGovern } from '../policy/explain.ts';
import { compareSpecificity } from '../policy/specificity.ts';
import type { Rule } from '../policy/types.ts';
import { type Remedy, remediesFor } from '../verdict/remedy.ts';
import type { Outcome } from '../verdict/verdict.ts';
import {
  type Foretold,
  foretell,
  type JudgeScope,
  resolvedHead,
  sampleBelow,
  type Undecided,
} from './emr-preflight-judge.ts';
import { ASK_FOR_KEYS, isUnasked, reasonText } from './emr-preflight-unasked.ts';

/** One write with what the audit would say of its objects. */
export interface JudgedWrite {
  readonly prediction: Prediction;
  readonly outcome: Outcome;
  /** What would be found right below the prefix. */
  readonly here: Foretold;
  /** What would be found where other rules govern a part of what lies below it. */
  readonly below: readonly (Foretold & { readonly rule: Rule })[];
  readonly undecided?: Undecided;
  /** The alias that was resolved to the key that will be used: in the account that was asked, or by a file. */
  readonly alias?: string;
  /** The reasons of `here`, for people. */
  readonly unknowns: readonly string[];
  readonly remedies: readonly Remedy[];
}

/** Mending what is there already: before a job runs nothing is. */
const NOT_YET: ReadonlySet<string> = new Set([
  ...['REENCRYPT', 'COPY_OVER', 'REWRITE_CLIENT_SIDE'],
  ...['RESTORE_ENVELOPE', 'RESTORE_INSTRUCTION_FILE', 'INSPECT'],
]);

/** Judges a predicted write right below its prefix, and under every other rule that can govern what lies further below. */
export async function judgeWrite(prediction: Prediction, scope: JudgeScope): Promise<JudgedWrite> {
  const head = await resolvedHead(prediction, scope);
  const here = await foretell(prediction, prediction.key, head, scope);
  const below: JudgedWrite['below'][number][] = [];
  for (const rule of here.record.outcome === 'exempt' ? [] : rulesBelow(prediction, here, scope)) {
    const key = sampleBelow(prefixOf(prediction), { rule });
    const found = await foretell(prediction, key, head, scope);
    // Another rule overrules it there, and is in the list itself.
    if (found.governed?.rule === rule) below.push({ ...found, rule });
  }
  const undecided = here.undecided ?? undecidedBelow(here, below);
  const outcome = undecided === undefined ? here.record.outcome : 'unknown';
  return {
    prediction,
    outcome,
    here,
    below,
    ...(undecided === undefined ? {} : { undecided }),
    ...resolvedAlias(prediction, head),
    unknowns: (here.record.reasons ?? []).map((reason) => reasonText(reason, scope.asks.keys)),
    remedies: [...askMore(here, below, undecided, scope), ...remediesOf(prediction, here, undecided, scope)],
  };
}

function resolvedAlias(prediction: Prediction, head: PredictedHead | undefined): Pick<JudgedWrite, 'alias'> {
  const before = prediction.kind === 'head' ? prediction.head.kmsKeyId : undefined;
  return before === undefined || head?.head.kmsKeyId === before ? {} : { alias: before };
}

const prefixOf = ({ write }: Prediction): string => writeTarget(write.uri)?.prefix ?? '';

/** The rules that begin below the prefix, most of them literal folders or captures of a partition. */
function rulesBelow(prediction: Prediction, { governed }: Foretold, { policy }: JudgeScope): readonly Rule[] {
  const prefix = prefixOf(prediction);
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return rulesThatCanGovern(policy.policy.rules, prediction.bucket, folder).filter(
    (rule) =>
      rule !== governed?.rule &&
      (governed === undefined || compareSpecificity(rule.match, governed.rule.match) < 0),
  );
}

/** A pass right below the prefix is none where the same write could break a rule that begins further below. */
function undecidedBelow(here: Foretold, below: JudgedWrite['below']): Undecided | undefined {
  const passes = here.record.outcome === 'compliant' || here.record.outcome === 'uncovered';
  const fails = below.filter(({ record }) => record.outcome !== 'compliant' && record.outcome !== 'exempt');
  if (!passes || fails.length === 0) return undefined;
  const named = fails.map(({ rule }) => `${rule.id} (${rule.match.text})`).join(', ');
  const why = `what is written further below falls under other rules, which it would not be sure to satisfy: ${named}. Name each folder as a write of its own`;
  return { code: 'RULES_BELOW', why };
}

/** True where the client of an earlier write, which encrypts otherwise, decides in place of the write's own settings. */
export const isCachedCase = ({ cachedFrom, asked, client }: Prediction): boolean =>
  cachedFrom !== undefined && !encryptAlike(asked.encryption, client.encryption);

const ASK_BUCKET: Remedy = {
  code: 'ASK_BUCKET',
  text: 'Add --live, which asks S3 for the default encryption of the bucket.',
};

/** What was not asked for, where that alone keeps a write from being told. */
function askMore(
  here: Foretold,
  below: JudgedWrite['below'],
  undecided: Undecided | undefined,
  { asks }: JudgeScope,
): readonly Remedy[] {
  const all = [here, ...below];
  const isOpen = all.some(({ record: { reasons = [] } }) => reasons.some((one) => isUnasked(one, asks.keys)));
  const codes = [undecided, ...all.map((one) => one.undecided)].map((one) => one?.code);
  return [
    ...(isOpen && asks.keys !== 'kms' ? [ASK_FOR_KEYS[asks.keys]] : []),
    ...(codes.includes('BUCKET_DEFAULT_UNKNOWN') && !asks.buckets ? [ASK_BUCKET] : []),
  ];
}

function remediesOf(
  prediction: Prediction,
  { record, governed }: Foretold,
  undecided: Undecided | undefined,
  { asks }: JudgeScope,
): readonly Remedy[] {
  if (undecided !== undefined) return [];
  // Of a key that nobody was asked about there is nothing else to do before.
  const reasons = (record.reasons ?? []).filter((reason) => !isUnasked(reason, asks.keys));
  const found = record.observed === undefined ? [] : [record.observed];
  // Whether a cached client is the cause is known here, where the judge can only guess it by the key.
  const others = (record.diagnosis ?? []).filter(({ code }) => code !== 'KEY_OF_ANOTHER_RULE');
  const cached =
    isCachedCase(prediction) && record.outcome === 'violation' && governed !== undefined
      ? [{ code: 'KEY_OF_ANOTHER_RULE', args: { rule: governed.rule.id } } as const]
      : [];
  return remediesFor({ ...record, reasons, diagnosis: [...cached, ...others], found }).filter(
    ({ code }) => !NOT_YET.has(code),
  );
}
