import { isText, shape } from './tally-guard.ts';

export interface SpanJson {
  readonly first?: string;
  readonly last?: string;
}

export const isSpanJson = shape<SpanJson>({}, { first: isText, last: isText });

/** The first and the last of some times, written so that text order is time order. */
export class Span {
  first: string | undefined;
  last: string | undefined;

  add(at: string | undefined): void {
    if (at === undefined) return;
    if (this.first === undefined || at < this.first) this.first = at;
    if (this.last === undefined || at > this.last) this.last = at;
  }

  merge({ first, last }: { readonly first?: string | undefined; readonly last?: string | undefined }): void {
    this.add(first);
    this.add(last);
  }

  toJSON() {
    return { first: this.first, last: this.last };
  }
}
