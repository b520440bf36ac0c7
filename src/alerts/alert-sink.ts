import type { NonEmpty } from '../objects/non-empty.ts';
import type { Outcome } from '../verdict/verdict.ts';

/** What subscriptions filter by: contract section 6. Low cardinality; never an object key or metadata. */
export interface AlertAttributes {
  readonly outcome: Outcome;
  readonly severity: string;
  readonly bucket: string;
  /** `-` where there is none. */
  readonly rule: string;
  readonly codes: NonEmpty<string>;
  readonly trigger: 'event' | 'run';
}

/** One message, ready to publish. `subject` is printable ASCII, at most 99 characters. */
export interface AlertMessage {
  readonly subject: string;
  readonly body: string;
  readonly attributes: AlertAttributes;
}

/** Where alerts go. `publish` resolves when the message has been accepted, and throws a `RetryableFailure` where it has not. */
export interface AlertSink {
  publish(message: AlertMessage): Promise<void>;
}
