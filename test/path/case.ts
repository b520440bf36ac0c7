import type { LocalAws } from '../../local/aws.ts';
import type { Hands, Place, Planted } from './hands.ts';
import { s3Notification } from './messages.ts';
import type { Bucket } from './names.ts';

type Severity = 'low' | 'medium' | 'high' | 'critical';

interface Findings {
  readonly violations?: readonly string[];
  readonly reasons?: readonly string[];
  /** Codes. */
  readonly diagnosis?: readonly string[];
  /** Of the first finding, or some of them. */
  readonly args?: Readonly<Record<string, unknown>>;
  readonly captures?: Readonly<Record<string, string>>;
  readonly owner?: string;
  /** `observed.sse`, whole. */
  readonly sse?: Readonly<Record<string, unknown>>;
  readonly superseded?: true;
  /** The event in `writer`. */
  readonly event?: string;
}

/** What the contract says of one event: nothing here is computed. Members that are left out are not compared. */
export type Expected =
  | { readonly outcome: 'compliant'; readonly rule: string }
  | { readonly outcome: 'exempt' | 'uncovered' }
  | { readonly outcome: 'gone'; readonly rule: string }
  /** The event is none of a write. */
  | { readonly outcome: 'ignored' }
  | ({ readonly outcome: 'violation'; readonly rule: string; readonly severity: Severity } & Findings)
  | ({ readonly outcome: 'unknown'; readonly rule: string; readonly severity: Severity } & Findings);

export interface Case {
  /** A claim. */
  readonly title: string;
  /** Default `acme-lake`. */
  readonly bucket?: Bucket;
  /** `{n}` stands for what differs from object to object. */
  readonly key: string;
  /** How many objects, where the key has a place for what differs; default 6. */
  readonly objects?: number;
  readonly plain?: true;
  /** Its events must come to the handler together: two for each object. */
  readonly pairs?: true;
  /** Answers the version ids, in the order in which they are expected. */
  readonly write: (hands: Hands, place: Place) => Promise<unknown>;
  /** Once all is written, and before anything is audited. */
  readonly before?: (hands: Hands, place: Place, versions: readonly string[]) => Promise<unknown>;
  /** The same without an object, once. */
  readonly meanwhile?: (aws: LocalAws, hands: Hands) => Promise<unknown>;
  /** A list: one for each version. */
  readonly expect: Expected | readonly Expected[];
}

export const compliant = (rule: string): Expected => ({ outcome: 'compliant', rule });
export const gone = (rule: string): Expected => ({ outcome: 'gone', rule });
export const EXEMPT: Expected = { outcome: 'exempt' };
export const UNCOVERED: Expected = { outcome: 'uncovered' };

export const violation = (
  severity: Severity,
  rule: string,
  violations: readonly string[],
  more: Findings = {},
): Expected => ({ outcome: 'violation', severity, rule, violations, ...more });

export const unknown = (
  severity: Severity,
  rule: string,
  reasons: readonly string[],
  more: Findings = {},
): Expected => ({ outcome: 'unknown', severity, rule, reasons, ...more });

/** Plants an object where nothing notifies, and tells the queue of it as S3 would. */
export function tellOf(hands: Hands, at: Place, planted: Planted): Promise<void> {
  hands.plant(at, planted);
  return hands.send(s3Notification(at));
}
