import type { Freshness, KeyDirectory } from '../audit/ports.ts';
import type { AliasAnswer, AliasNamesAnswer, KeyAnswer, ProofAnswer, ProofRequest } from '../keys/enquiry.ts';
import { type AliasReference, type KeyArn, referenceText } from '../keys/reference.ts';
import type { KeptAnswer } from './state.ts';

/** Keeps the first answers of another directory so that they can be written down, and begins with those of an earlier sitting. */
export class KeptKeys implements KeyDirectory {
  readonly #inner: KeyDirectory;
  readonly #aliases = new Map<string, AliasAnswer>();
  readonly #keys = new Map<string, KeyAnswer>();
  readonly #names = new Map<string, AliasNamesAnswer>();
  #fresh: KeptAnswer[] = [];

  constructor(inner: KeyDirectory, kept: readonly KeptAnswer[]) {
    this.#inner = inner;
    for (const one of kept) this.#keep(one);
  }

  /** The answers that came since the last call. */
  takeFresh(): readonly KeptAnswer[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  async alias(alias: AliasReference, region: string | undefined, freshness: Freshness): Promise<AliasAnswer> {
    const place = `${region ?? ''} ${referenceText(alias)}`;
    const known = this.#aliases.get(place);
    if (known !== undefined) return known;
    const answer = await this.#inner.alias(alias, region, freshness);
    return this.#first(this.#aliases, place, { ask: 'alias', place, answer }, answer);
  }

  async key(place: KeyArn): Promise<KeyAnswer> {
    const known = this.#keys.get(place);
    if (known !== undefined) return known;
    const answer = await this.#inner.key(place);
    return this.#first(this.#keys, place, { ask: 'key', place, answer }, answer);
  }

  async aliasNames(place: KeyArn): Promise<AliasNamesAnswer> {
    const known = this.#names.get(place);
    if (known !== undefined) return known;
    const answer = await this.#inner.aliasNames(place);
    return this.#first(this.#names, place, { ask: 'names', place, answer }, answer);
  }

  prove(request: ProofRequest, region: string | undefined): Promise<ProofAnswer> {
    return this.#inner.prove(request, region);
  }

  /** Where two asked at once, the answer that came first is the one for all. */
  #first<A>(answers: ReadonlyMap<string, A>, place: string, one: KeptAnswer, answer: A): A {
    const earlier = answers.get(place);
    if (earlier !== undefined) return earlier;
    this.#keep(one);
    this.#fresh.push(one);
    return answer;
  }

  #keep(one: KeptAnswer): void {
    switch (one.ask) {
      case 'alias':
        this.#aliases.set(one.place, one.answer);
        break;
      case 'key':
        this.#keys.set(one.place, one.answer);
        break;
      case 'names':
        this.#names.set(one.place, one.answer);
        break;
    }
  }
}
