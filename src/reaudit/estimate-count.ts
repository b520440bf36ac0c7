import type { BucketName } from '../objects/object.ts';
import type { ListAnswer, ListedObject, ListMarker, ObjectLister } from './ports.ts';

/** How many objects are below a prefix, and how that is known. */
export interface ObjectCount {
  /** `probes`: estimated from key ranges; `cut`: the requests allowed were used up before anything could be estimated. */
  readonly method: 'counted' | 'probes' | 'cut' | 'given';
  readonly objects: number;
  /** About two standard errors around the estimate; no `high` where nothing bounds it. */
  readonly low: number;
  readonly high?: number;
  /** LIST requests that were made for it. */
  readonly requests: number;
  /** Objects seen by storage class, from which the shares of the whole are taken. */
  readonly classes: ReadonlyMap<string, number>;
}

export type CountAnswer =
  | { readonly kind: 'count'; readonly count: ObjectCount }
  | { readonly kind: 'refused'; readonly answer: Exclude<ListAnswer, { kind: 'page' }> };

export interface CountRequest {
  readonly bucket: BucketName;
  readonly prefix: string;
  readonly versions: boolean;
  /** One of so many at random: a whole number from 0 and below it. */
  readonly pick: (choices: number) => number;
  readonly mostRequests?: number;
  readonly descents?: number;
}

/** At $0.005 a thousand, a fifth of a cent. */
const MOST_REQUESTS = 400;
const DESCENTS = 32;

/** The number that a person gives in place of an estimate. */
export const givenCount = (objects: number): ObjectCount => ({
  method: 'given',
  objects,
  low: objects,
  high: objects,
  requests: 0,
  classes: new Map(),
});

/**
 * Estimates how many objects are below a prefix by random descents in the tree of their keys (Knuth, "Estimating the
 * efficiency of backtrack programs", 1975): of the key ranges that are too large for one page one is chosen at random,
 * and what is found below it counts as often as there were ranges to choose from. Whatever the keys look like the mean
 * of such descents is right; where a few ranges hold nearly all objects it spreads widely. Small prefixes are counted.
 */
export async function countObjects(request: CountRequest, lister: ObjectLister): Promise<CountAnswer> {
  const tree = new KeyTree(request, lister);
  const { descents: most = DESCENTS } = request;
  const sums: number[] = [];
  let branched = false;
  while (sums.length < most && (sums.length === 0 || branched)) {
    const descent = await descend(tree, request);
    if (tree.refused !== undefined) return { kind: 'refused', answer: tree.refused };
    if (tree.exhausted) break;
    sums.push(descent.objects);
    branched ||= descent.branched;
  }
  return { kind: 'count', count: countOf(sums, branched, tree) };
}

function countOf(sums: readonly number[], branched: boolean, tree: KeyTree): ObjectCount {
  const { requests, classes, least } = tree;
  const common = { requests, classes };
  const [first] = sums;
  if (first === undefined) return { method: 'cut', objects: least, low: least, ...common };
  if (!branched) return { method: 'counted', objects: first, low: first, high: first, ...common };
  const mean = sums.reduce((sum, one) => sum + one, 0) / sums.length;
  const objects = Math.round(mean);
  if (sums.length === 1) return { method: 'probes', objects, low: least, ...common };
  const squares = sums.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const error = Math.sqrt(squares / (sums.length - 1) / sums.length);
  const low = Math.max(least, Math.floor(mean - 2 * error));
  return { method: 'probes', objects, low, high: Math.ceil(mean + 2 * error), ...common };
}

async function descend(
  tree: KeyTree,
  { prefix, pick }: CountRequest,
): Promise<{ readonly objects: number; readonly branched: boolean }> {
  let [at, weight, objects, branched] = [prefix, 1, 0, false];
  for (;;) {
    const { counted, large } = await tree.survey(at);
    objects += weight * counted;
    const next = large.length === 0 ? undefined : large[pick(large.length)];
    if (next === undefined) return { objects, branched };
    weight *= large.length;
    branched ||= large.length > 1;
    at = next;
  }
}

/** What is below one prefix: objects that were counted, and disjoint longer prefixes that are too large for that. */
interface Survey {
  readonly counted: number;
  readonly large: readonly string[];
}

const NOTHING: Survey = { counted: 0, large: [] };

class KeyTree {
  readonly #request: CountRequest;
  readonly #lister: ObjectLister;
  readonly #surveys = new Map<string, Survey>();
  readonly classes = new Map<string, number>();
  requests = 0;
  /** Objects that are known to be there. */
  least = 0;
  exhausted = false;
  refused: Exclude<ListAnswer, { kind: 'page' }> | undefined;

  constructor(request: CountRequest, lister: ObjectLister) {
    this.#request = request;
    this.#lister = lister;
  }

  async survey(prefix: string): Promise<Survey> {
    const known = this.#surveys.get(prefix);
    if (known !== undefined) return known;
    let counted = 0;
    const large: string[] = [];
    let after: ListMarker | undefined;
    do {
      const page = await this.#list(prefix, after);
      if (page === undefined) return NOTHING;
      const last = page.objects.at(-1)?.key ?? page.next?.key;
      const open =
        page.next === undefined || last === undefined
          ? undefined
          : openRange(prefix, page.objects, last, large.at(-1));
      const closed =
        open === undefined ? page.objects : page.objects.filter(({ key }) => !key.startsWith(open));
      counted += closed.length;
      this.#see(closed);
      if (open !== undefined) large.push(open);
      // Behind every key of the range, so that its size costs nothing.
      after = open === undefined || page.next === undefined ? page.next : { key: `${open}\u{10FFFF}` };
    } while (after !== undefined);
    this.least += counted;
    const survey = { counted, large };
    this.#surveys.set(prefix, survey);
    return survey;
  }

  async #list(
    prefix: string,
    after: ListMarker | undefined,
  ): Promise<Extract<ListAnswer, { kind: 'page' }> | undefined> {
    const { bucket, versions, mostRequests = MOST_REQUESTS } = this.#request;
    if (this.requests >= mostRequests) this.exhausted = true;
    if (this.exhausted || this.refused !== undefined) return undefined;
    this.requests += 1;
    const marker = after === undefined ? {} : { after };
    const answer = await this.#lister.list({ bucket, prefix, versions, ...marker });
    if (answer.kind === 'page') return answer;
    this.refused = answer;
    return undefined;
  }

  #see(objects: readonly ListedObject[]): void {
    for (const { storageClass = 'STANDARD' } of objects) {
      this.classes.set(storageClass, (this.classes.get(storageClass) ?? 0) + 1);
    }
  }
}

/**
 * The range in which a page ends: one character longer than the prefix, or what all keys of the page begin with, and
 * never one that holds a range found before. `undefined` where only versions of the prefix's own key are on the page.
 */
function openRange(
  prefix: string,
  objects: readonly ListedObject[],
  last: string,
  before: string | undefined,
): string | undefined {
  if (last === prefix) return undefined;
  const first = objects[0]?.key ?? last;
  let length = characterEnd(last, prefix.length);
  length = Math.max(length, commonLength(first, last));
  while (before?.startsWith(last.slice(0, length)) === true && length < last.length) {
    length = characterEnd(last, length);
  }
  return last.slice(0, length);
}

/** Never in the middle of a surrogate pair. */
const characterEnd = (text: string, start: number): number =>
  start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length) {
    const end = characterEnd(b, length);
    if (a.slice(length, end) !== b.slice(length, end)) break;
    length = end;
  }
  return length;
}
