import { ENVELOPE_FORMATS, type EnvelopeFormat } from '../encryption/observation.ts';
import type { AliasArnReference, KeyArn, KeyArnReference, KeyIdReference } from '../keys/reference.ts';
import type { NonEmpty } from '../objects/non-empty.ts';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const UNCOVERED_ACTIONS = ['alert', 'report', 'ignore'] as const;
export type UncoveredAction = (typeof UNCOVERED_ACTIONS)[number];

/** What `x-amz-server-side-encryption` may say, as a policy may name it. */
export const SSE_ALGORITHMS = ['AES256', 'aws:kms', 'aws:kms:dsse', 'aws:fsx', 'aws:backup'] as const;
export type SseAlgorithm = (typeof SSE_ALGORITHMS)[number];

export const BUCKET_KEY_REQUIREMENTS = ['required', 'forbidden', 'any'] as const;
export type BucketKeyRequirement = (typeof BUCKET_KEY_REQUIREMENTS)[number];

export { ENVELOPE_FORMATS, type EnvelopeFormat };

export const PROOFS = ['claimed', 'decrypt-dry-run'] as const;
export type Proof = (typeof PROOFS)[number];

/** Captured text by capture name, in the order of the `match`. */
export type Captures = Readonly<Record<string, string>>;

/** Text with captures in it; `{{` and `}}` are already literal braces. Adjacent literals are merged. */
export type Template = readonly TemplatePart[];
export type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'capture'; readonly name: string };

/** A JSON value whose strings (not its names) may hold captures. */
export type JsonTemplate =
  | { readonly kind: 'text'; readonly template: Template }
  | { readonly kind: 'scalar'; readonly value: number | boolean | null }
  | { readonly kind: 'array'; readonly items: readonly JsonTemplate[] }
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, JsonTemplate> };

export type BucketPattern =
  | { readonly kind: 'literal'; readonly name: string }
  /** `parts` are the texts around each `*`, so there is one more of them than there are stars. */
  | { readonly kind: 'wildcard'; readonly text: string; readonly parts: NonEmpty<string> };

/** One segment of a prefix, which a `/` ends. A bare capture has nothing before and after it. */
export type SegmentPattern =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'capture'; readonly name: string; readonly before: string; readonly after: string };

/** `s3://bucket/segment/segment/tail`; `tail` is empty where the prefix ends in `/` (or is empty). */
export interface MatchPattern {
  /** As the policy writes it. */
  readonly text: string;
  readonly bucket: BucketPattern;
  readonly segments: readonly SegmentPattern[];
  readonly tail: string;
}

/** One key that a requirement allows. `until`, YYYY-MM-DD, is the last day (UTC) of writing under it. */
export type KeyOption =
  | { readonly kind: 'key-arn'; readonly reference: KeyArnReference; readonly until?: string }
  | { readonly kind: 'key-id'; readonly reference: KeyIdReference; readonly until?: string }
  /** Begins with the literal `alias/` and at least one more literal character. */
  | { readonly kind: 'alias-name'; readonly template: Template; readonly until?: string }
  | { readonly kind: 'alias-arn'; readonly reference: AliasArnReference; readonly until?: string };

export interface SseRequirement {
  /** Absent: any but none and SSE-C. Where a key is given and no algorithm, the parser fills in both KMS algorithms. */
  readonly algorithms?: NonEmpty<SseAlgorithm>;
  readonly keys?: NonEmpty<KeyOption>;
  readonly bucketKey: BucketKeyRequirement;
}

export type CseRequirement =
  | { readonly kind: 'forbidden'; readonly instructionSuffix: string }
  | {
      readonly kind: 'required';
      readonly keys?: NonEmpty<KeyOption>;
      /** `wraps` and `suites` are open lists: unheard-of values are kept as they came. */
      readonly wraps?: NonEmpty<string>;
      readonly formats?: NonEmpty<EnvelopeFormat>;
      readonly suites?: NonEmpty<string>;
      readonly context?: ReadonlyMap<string, JsonTemplate>;
      readonly description?: ReadonlyMap<string, JsonTemplate>;
      readonly instructionSuffix: string;
      readonly proof: Proof;
    };

export const DEFAULT_INSTRUCTION_SUFFIX = '.instruction';

export interface Rule {
  readonly id: string;
  /** Zero-based place in the file's `rules`. */
  readonly index: number;
  /** 1-based line of the rule's `match` in the policy file. */
  readonly line: number;
  readonly match: MatchPattern;
  readonly severity?: Severity;
  readonly owner?: Template;
  /** At least one of `sse` and `cse` is there. */
  readonly sse?: SseRequirement;
  readonly cse?: CseRequirement;
}

/** One segment of an exemption's glob: `**`, or the texts around each `*`. */
export type GlobSegment =
  | { readonly kind: 'any-segments' }
  | { readonly kind: 'segment'; readonly parts: NonEmpty<string> };

export interface Exemption {
  /** The glob as the policy writes it: how the exemption is named. */
  readonly text: string;
  readonly line: number;
  readonly bucket: BucketPattern;
  readonly segments: NonEmpty<GlobSegment>;
  readonly reason: string;
  readonly owner?: string;
  readonly maxSizeBytes?: number;
  /** YYYY-MM-DD; exempts to the end of that day, UTC. */
  readonly until?: string;
}

export interface Policy {
  readonly defaults: { readonly severity: Severity; readonly uncovered: UncoveredAction };
  readonly trustedAccounts?: NonEmpty<string>;
  /** What `aliases` in `keys` lists: alias name or alias ARN, exactly as listed, to the key it stands for. */
  readonly listedAliases: ReadonlyMap<string, KeyArn>;
  readonly rules: readonly Rule[];
  readonly exemptions: readonly Exemption[];
}
