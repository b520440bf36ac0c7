import { type AmountJson, isAmountJson } from './tally-amount.ts';
import { type BoundedJson, isBoundedJson } from './tally-bounded.ts';
import { type CauseJson, isCauseJson } from './tally-cause.ts';
import { type Guard, isCount, isFlag, shape } from './tally-guard.ts';
import { isKeyJson, type KeyJson } from './tally-keys.ts';
import { isLedgerJson, type LedgerJson } from './tally-ledger.ts';
import { isReasonJson, type ReasonJson } from './tally-reason.ts';
import { isSpanJson, type SpanJson } from './tally-span.ts';
import { isTimelineJson, type TimelineJson } from './tally-timeline.ts';
import { isTreeJson, type TreeJson } from './tally-tree.ts';

/** A tally as JSON, version 1: what one part of a run hands to the next. */
export interface TallyJson {
  readonly version: 1;
  readonly compacted: boolean;
  readonly total: LedgerJson;
  readonly listed: number;
  readonly ignored: number;
  readonly unreadable: number;
  readonly alertingUncovered: number;
  readonly superseded: number;
  readonly versioned: number;
  readonly claimed: AmountJson;
  readonly audited: SpanJson;
  readonly asOf: { readonly inventory: SpanJson; readonly 'metadata-table': SpanJson };
  readonly written: TimelineJson;
  readonly policies: BoundedJson<AmountJson>;
  readonly severities: BoundedJson<AmountJson>;
  readonly rules: BoundedJson<LedgerJson>;
  readonly causes: BoundedJson<CauseJson>;
  readonly pairs: BoundedJson<AmountJson>;
  readonly keys: BoundedJson<KeyJson>;
  readonly exemptions: BoundedJson<AmountJson>;
  readonly reasons: BoundedJson<ReasonJson>;
  readonly prefixes: TreeJson;
  readonly wrong: TreeJson;
}

const isVersion: Guard<1> = (value): value is 1 => value === 1;
const isAmounts = isBoundedJson(isAmountJson);

/** Whether a value read from JSON is a tally of version 1. */
export const isTallyJson: Guard<TallyJson> = shape<TallyJson>(
  {
    version: isVersion,
    compacted: isFlag,
    total: isLedgerJson,
    listed: isCount,
    ignored: isCount,
    unreadable: isCount,
    alertingUncovered: isCount,
    superseded: isCount,
    versioned: isCount,
    claimed: isAmountJson,
    audited: isSpanJson,
    asOf: shape<TallyJson['asOf']>({ inventory: isSpanJson, 'metadata-table': isSpanJson }, {}),
    written: isTimelineJson,
    policies: isAmounts,
    severities: isAmounts,
    rules: isBoundedJson(isLedgerJson),
    causes: isBoundedJson(isCauseJson),
    pairs: isAmounts,
    keys: isBoundedJson(isKeyJson),
    exemptions: isAmounts,
    reasons: isBoundedJson(isReasonJson),
    prefixes: isTreeJson,
    wrong: isTreeJson,
  },
  {},
);
