import type { AliasReference, KeyArn } from './reference.ts';
import { referenceText } from './reference.ts';

/** What KMS said of an alias. `unlookable`: it could not even be asked. */
export type AliasAnswer =
  | { readonly kind: 'key'; readonly arn: KeyArn }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'unlookable' };

/** What DescribeKey said of a key; `state` is KMS's own word, an open list. */
export type KeyAnswer =
  | { readonly kind: 'described'; readonly manager: 'AWS' | 'CUSTOMER'; readonly state: string }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'unlookable' };

/** The alias names (with `alias/`) that point at a key of the auditor's account, as ListAliases said. */
export type AliasNamesAnswer =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'not-told' };

/** One answer of a dry-run Decrypt: `proven` is DryRunOperationException; everything else proves nothing. */
export type ProofAnswer =
  | { readonly kind: 'proven' }
  | { readonly kind: 'unproven'; readonly answer: string };

/** What a dry-run Decrypt is asked with. `context` is the envelope's, exactly. */
export interface ProofRequest {
  readonly key: string;
  readonly wrappedKey: string;
  readonly context: ReadonlyMap<string, string>;
}

export type KeyQuestion =
  | { readonly ask: 'alias'; readonly alias: AliasReference }
  | { readonly ask: 'key'; readonly arn: KeyArn }
  | { readonly ask: 'alias-names'; readonly arn: KeyArn }
  | { readonly ask: 'proof'; readonly request: ProofRequest };

/**
 * What one judgement knows about keys, and what it still has to ask. Judging is pure: where an answer is missing the
 * question is noted and `undefined` returned; the caller asks KMS, adds the answers and judges again.
 */
export class KeyEnquiry {
  readonly #aliases = new Map<string, AliasAnswer>();
  readonly #keys = new Map<KeyArn, KeyAnswer>();
  readonly #names = new Map<KeyArn, AliasNamesAnswer>();
  readonly #proofs = new Map<string, ProofAnswer>();
  #open = new Map<string, KeyQuestion>();

  alias(alias: AliasReference): AliasAnswer | undefined {
    const text = referenceText(alias);
    return this.#aliases.get(text) ?? this.#note(`alias ${text}`, { ask: 'alias', alias });
  }

  key(arn: KeyArn): KeyAnswer | undefined {
    return this.#keys.get(arn) ?? this.#note(`key ${arn}`, { ask: 'key', arn });
  }

  aliasNames(arn: KeyArn): AliasNamesAnswer | undefined {
    return this.#names.get(arn) ?? this.#note(`names ${arn}`, { ask: 'alias-names', arn });
  }

  proof(request: ProofRequest): ProofAnswer | undefined {
    return this.#proofs.get(request.key) ?? this.#note(`proof ${request.key}`, { ask: 'proof', request });
  }

  setAlias(alias: AliasReference, answer: AliasAnswer): void {
    this.#aliases.set(referenceText(alias), answer);
  }

  setKey(arn: KeyArn, answer: KeyAnswer): void {
    this.#keys.set(arn, answer);
  }

  setAliasNames(arn: KeyArn, answer: AliasNamesAnswer): void {
    this.#names.set(arn, answer);
  }

  setProof(request: ProofRequest, answer: ProofAnswer): void {
    this.#proofs.set(request.key, answer);
  }

  /** The questions noted since the last call. */
  takeQuestions(): readonly KeyQuestion[] {
    const questions = [...this.#open.values()];
    this.#open = new Map();
    return questions;
  }

  #note(id: string, question: KeyQuestion): undefined {
    this.#open.set(id, question);
    return undefined;
  }
}
