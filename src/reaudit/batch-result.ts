import { Tally } from './tally.ts';
import { isCount, isText, listOf, shape } from './tally-guard.ts';

/** What one batch answers, as JSON below what Step Functions takes; the records themselves lie in the report bucket. */
export interface BatchResult {
  readonly version: 1;
  readonly runId: string;
  /** By its items: the same batch has the same id however often it is tried. */
  readonly batch: string;
  /** Where the records lie in the report bucket. */
  readonly records: string;
  readonly items: number;
  /** Delete markers, and rows outside the prefix. */
  readonly skipped: number;
  readonly unreadable: UnreadableItems;
  readonly policy: string;
  /** Records that need attention and are no sample in the tally: all of them are in the part. */
  readonly omitted: number;
  readonly tally: Tally;
}

export interface UnreadableItems {
  readonly count: number;
  readonly examples: readonly string[];
}

type Envelope = Omit<BatchResult, 'tally'>;

const isEnvelope = shape<Envelope>(
  {
    version: (value): value is 1 => value === 1,
    runId: isText,
    batch: isText,
    records: isText,
    items: isCount,
    skipped: isCount,
    unreadable: shape<UnreadableItems>({ count: isCount, examples: listOf(isText) }, {}),
    policy: isText,
    omitted: isCount,
  },
  {},
);

/** Takes a line of a result file as what a batch answered; `undefined` where it is none. Never throws. */
export function readBatchResult(json: unknown): BatchResult | undefined {
  if (!isEnvelope(json) || !('tally' in json)) return undefined;
  try {
    return { ...json, tally: Tally.from(json.tally) };
  } catch {
    return undefined;
  }
}
