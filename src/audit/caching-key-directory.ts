import type { AliasAnswer, AliasNamesAnswer, KeyAnswer, ProofAnswer, ProofRequest } from '../keys/enquiry.ts';
import type { AliasReference, KeyArn } from '../keys/reference.ts';
import { referenceText } from '../keys/reference.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Freshness, KeyDirectory } from './ports.ts';

const MINUTE_MS = 60_000;
/** Contract section 2: a resolution is kept at most five minutes, "not found" one. */
const KEPT_MS = 5 * MINUTE_MS;
const REFUSAL_KEPT_MS = MINUTE_MS;
/** A mismatch asks again, but at most once a minute for one alias. */
const FRESH_MS = MINUTE_MS;
const MOST_ANSWERS = 10_000;

export interface CachingOptions {
  readonly now: () => number;
  /** `first`: a run keeps its first answer for each alias and refreshes none. */
  readonly keep: 'minutes' | 'first';
}

/** Keeps and shares the answers of another directory, as contract section 2 says how long. Proofs are never kept. */
export class CachingKeyDirectory implements KeyDirectory {
  readonly #inner: KeyDirectory;
  readonly #keep: CachingOptions['keep'];
  readonly #aliases: AnswerCache<AliasAnswer>;
  readonly #keys: AnswerCache<KeyAnswer>;
  readonly #names: AnswerCache<AliasNamesAnswer>;

  constructor(inner: KeyDirectory, { now, keep }: CachingOptions) {
    this.#inner = inner;
    this.#keep = keep;
    const forEver = keep === 'first' ? Number.POSITIVE_INFINITY : undefined;
    const minutes = (good: boolean): number => forEver ?? (good ? KEPT_MS : REFUSAL_KEPT_MS);
    // A run that forgot its first answers would judge by two policies, so nothing is ever dropped there.
    const most = forEver ?? MOST_ANSWERS;
    this.#aliases = new AnswerCache({ most, now, keepMs: ({ kind }) => minutes(kind === 'key') });
    this.#keys = new AnswerCache({ most, now, keepMs: ({ kind }) => minutes(kind === 'described') });
    this.#names = new AnswerCache({ most, now, keepMs: ({ kind }) => minutes(kind === 'names') });
  }

  alias(alias: AliasReference, region: string | undefined, freshness: Freshness): Promise<AliasAnswer> {
    const maxAge = freshness === 'fresh' && this.#keep === 'minutes' ? FRESH_MS : undefined;
    const place = alias.kind === 'alias-name' ? `${region ?? ''} ${alias.name}` : referenceText(alias);
    return this.#aliases.get(place, () => this.#inner.alias(alias, region, freshness), maxAge);
  }

  key(arn: KeyArn): Promise<KeyAnswer> {
    return this.#keys.get(arn, () => this.#inner.key(arn));
  }

  aliasNames(arn: KeyArn): Promise<AliasNamesAnswer> {
    return this.#names.get(arn, () => this.#inner.aliasNames(arn));
  }

  prove(request: ProofRequest, region: string | undefined): Promise<ProofAnswer> {
    return this.#inner.prove(request, region);
  }
}
