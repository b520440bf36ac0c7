import type { ClientSideEncryption, ServerSideEncryption } from '../encryption/observation.ts';
import type { NonEmpty } from '../objects/non-empty.ts';
import type { MissingPermission } from '../objects/permission.ts';
import type { Captures, Rule } from '../policy/types.ts';

export type Layer = 'sse' | 'cse';

/** One requirement that fails: a code and its data. Sentences are made in describe.ts alone. */
export type Violation =
  | { readonly code: 'SSE_MISSING'; readonly args: { readonly allowed: readonly string[] } }
  | {
      readonly code: 'SSE_ALGORITHM_NOT_ALLOWED';
      readonly args: { readonly allowed: readonly string[]; readonly actual: string };
    }
  | { readonly code: 'SSE_C_NOT_ALLOWED'; readonly args: { readonly allowed: readonly string[] } }
  | {
      readonly code: 'KMS_KEY_NOT_ALLOWED' | 'CSE_KEY_NOT_ALLOWED';
      readonly args: {
        readonly allowed: readonly string[];
        readonly actual: string;
        /** The last of the last days, where the object was written after every one: then no key of `allowed` was right. */
        readonly lapsed?: string;
      };
    }
  | {
      readonly code: 'KMS_KEY_EXPIRED';
      readonly args: {
        readonly layer: Layer;
        readonly allowed: readonly string[];
        readonly actual: string;
        readonly until: string;
        readonly written: string;
      };
    }
  | {
      readonly code: 'KMS_KEY_UNTRUSTED_ACCOUNT';
      readonly args: {
        readonly trusted: readonly string[];
        readonly actual: string;
        readonly account: string;
      };
    }
  | { readonly code: 'KMS_KEY_UNUSABLE'; readonly args: { readonly actual: string; readonly state: string } }
  | {
      readonly code: 'BUCKET_KEY_NOT_AS_REQUIRED';
      readonly args: { readonly required: 'required' | 'forbidden'; readonly actual: boolean };
    }
  | { readonly code: 'CSE_MISSING'; readonly args: Readonly<Record<string, never>> }
  | { readonly code: 'CSE_NOT_ALLOWED'; readonly args: { readonly actual: string } }
  | {
      readonly code: 'CSE_WRAP_NOT_ALLOWED' | 'CSE_FORMAT_NOT_ALLOWED' | 'CSE_SUITE_NOT_ALLOWED';
      readonly args: { readonly allowed: readonly string[]; readonly actual: string };
    }
  | {
      readonly code: 'CSE_CONTEXT_MISMATCH' | 'CSE_DESCRIPTION_MISMATCH';
      /** Only entries that the rule names; `actual` is absent where the envelope does not hold the entry. */
      readonly args: {
        readonly entries: readonly {
          readonly name: string;
          readonly expected: unknown;
          readonly actual?: unknown;
        }[];
      };
    }
  | { readonly code: 'CSE_ENVELOPE_MALFORMED'; readonly args: { readonly why: string } }
  | { readonly code: 'CSE_INSTRUCTION_FILE_MISSING'; readonly args: { readonly expected: string } };

export type UnresolvedCause = 'not-found' | 'denied' | 'unlookable' | 'foreign-alias';

/** Why the auditor could not tell. */
export type UnknownReason =
  | {
      readonly code: 'ACCESS_DENIED';
      readonly args: MissingPermission;
    }
  | { readonly code: 'BUCKET_UNREACHABLE'; readonly args: { readonly region?: string } }
  | {
      readonly code: 'KEY_UNRESOLVED';
      readonly args: { readonly layer: Layer; readonly reference: string; readonly cause: UnresolvedCause };
    }
  | { readonly code: 'CSE_PROOF_UNDECIDED'; readonly args: { readonly answers: readonly string[] } }
  | { readonly code: 'KEY_NOT_REPORTED'; readonly args: Readonly<Record<string, never>> }
  | { readonly code: 'CSE_KEY_NOT_NAMED'; readonly args: { readonly wrap: string } }
  | { readonly code: 'METADATA_TRUNCATED'; readonly args: { readonly missing: number } }
  | { readonly code: 'SSE_UNRECOGNISED'; readonly args: { readonly raw: string } }
  | { readonly code: 'SSE_C_HIDES_METADATA'; readonly args: Readonly<Record<string, never>> }
  | {
      readonly code: 'BAD_REQUEST';
      readonly args: { readonly status: number; readonly errorCode?: string };
    }
  | { readonly code: 'KEY_ENCODING'; readonly args: { readonly foundAs: string } }
  | {
      readonly code: 'INSTRUCTION_FILE_UNREADABLE';
      readonly args: { readonly key: string; readonly why: string };
    }
  | { readonly code: 'INSTRUCTION_FILE_VERSION'; readonly args: { readonly key: string } }
  | { readonly code: 'UNAVAILABLE'; readonly args: { readonly operation: string } };

/** Why it probably happened. */
export type Diagnosis =
  | {
      readonly code: 'KEY_OF_ANOTHER_RULE' | 'DESCRIPTION_OF_ANOTHER_RULE';
      readonly args: { readonly rule: string; readonly captures?: Captures };
    }
  | { readonly code: 'AWS_MANAGED_KEY'; readonly args: { readonly key: string } }
  | { readonly code: 'DEFAULT_APPLIED'; readonly args: Readonly<Record<string, never>> }
  | {
      readonly code: 'KEY_OF_ANOTHER_ACCOUNT';
      readonly args: { readonly account: string; readonly expected: readonly string[] };
    }
  | { readonly code: 'CSE_NOT_APPLIED'; readonly args: Readonly<Record<string, never>> }
  | {
      readonly code: 'INSTRUCTION_FILE_ORPHAN' | 'INSTRUCTION_FILE_UNUSED';
      readonly args: { readonly companion: string };
    };

/** Both layers as they were seen. */
export interface Observation {
  readonly sse: ServerSideEncryption;
  /** Absent where the inner layer could not be seen: SSE-C hides it. */
  readonly cse?: ClientSideEncryption;
}

/** The rule that governs an object, with what its `match` captured. */
export interface Governed {
  readonly rule: Rule;
  readonly captures: Captures;
}

/** The six outcomes of contract section 3. Only `violation` has violations, only `unknown` must have reasons. */
export type Verdict =
  | {
      readonly outcome: 'compliant';
      readonly governed: Governed;
      readonly observed: Observation;
      /** What is odd beside the pass, for example an instruction file without its object. */
      readonly diagnosis: readonly Diagnosis[];
      readonly basis?: 'claimed' | 'decrypt-dry-run';
    }
  | {
      readonly outcome: 'violation';
      readonly governed: Governed;
      readonly observed: Observation;
      readonly violations: NonEmpty<Violation>;
      readonly reasons: readonly UnknownReason[];
      readonly diagnosis: readonly Diagnosis[];
      readonly basis?: 'claimed' | 'decrypt-dry-run';
    }
  | {
      readonly outcome: 'unknown';
      /** Absent where the HEAD that an exemption's size bound needs could not be had. */
      readonly governed?: Governed;
      readonly observed?: Observation;
      readonly reasons: NonEmpty<UnknownReason>;
      readonly diagnosis: readonly Diagnosis[];
      readonly basis?: 'claimed' | 'decrypt-dry-run';
    }
  | { readonly outcome: 'uncovered' }
  | { readonly outcome: 'exempt'; readonly exemption: string }
  | { readonly outcome: 'gone'; readonly governed?: Governed };

export type Outcome = Verdict['outcome'];
