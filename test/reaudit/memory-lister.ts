import { compareKeys } from '../../src/objects/byte-order.ts';
import { objectKey } from '../../src/objects/object.ts';
import type { ListAnswer, ListedObject, ListRequest, ObjectLister } from '../../src/reaudit/ports.ts';

/** One entry of a listing of versions; a key with several comes newest first. */
export interface StoredVersion {
  readonly key: string;
  readonly versionId?: string;
  readonly deleteMarker?: true;
}

/** A small source of chance from a seed, the same on every machine. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Lets other work go first, a few times. */
export async function dawdle(random: () => number): Promise<void> {
  for (let turns = Math.floor(random() * 6); turns > 0; turns--) await Promise.resolve();
}

export interface MemoryListerOptions {
  readonly random?: () => number;
  /** The most that a page holds; by chance a page holds fewer. */
  readonly page?: number;
  readonly order?: (a: string, b: string) => number;
}

export const listedObject = ({ key, versionId }: StoredVersion, isLatest = true): ListedObject => ({
  key: objectKey(key),
  ...(versionId === undefined ? {} : { versionId }),
  sizeBytes: 1,
  etag: 'e',
  lastModifiedMs: 0,
  isLatest,
});

/** Lists what it is given, in the byte order of UTF-8 unless another is asked for. Remembers what it was asked. */
export class MemoryLister implements ObjectLister {
  readonly asked: ListRequest[] = [];
  readonly #entries: readonly StoredVersion[];
  readonly #options: MemoryListerOptions;

  constructor(entries: readonly StoredVersion[], options: MemoryListerOptions = {}) {
    const order = options.order ?? compareKeys;
    this.#entries = entries.toSorted((a, b) => order(a.key, b.key));
    this.#options = options;
  }

  async list(request: ListRequest): Promise<ListAnswer> {
    this.asked.push(request);
    const { random = () => 1, page = 1_000, order = compareKeys } = this.#options;
    await dawdle(random);
    const below = this.#entries.filter(({ key }) => key.startsWith(request.prefix));
    const from = below.findIndex((_, index) => this.#isAfter(below, index, request, order));
    const size = Math.max(1, Math.ceil(random() * Math.min(page, request.maxKeys ?? 1_000)));
    const entries = from === -1 ? [] : below.slice(from, from + size);
    const last = entries.at(-1);
    const goesOn = from !== -1 && from + size < below.length && last !== undefined;
    const isLatest = (entry: StoredVersion) => below.find(({ key }) => key === entry.key) === entry;
    const objects = entries.filter(({ deleteMarker }) => deleteMarker !== true);
    return {
      kind: 'page',
      objects: objects.map((entry) => listedObject(entry, isLatest(entry))),
      deleteMarkers: entries.length - objects.length,
      ...(goesOn ? { next: this.#markerOf(last) } : {}),
    };
  }

  #markerOf({ key, versionId }: StoredVersion) {
    return versionId === undefined ? { key } : { key, versionId };
  }

  #isAfter(
    below: readonly StoredVersion[],
    index: number,
    { after }: ListRequest,
    order: (a: string, b: string) => number,
  ): boolean {
    if (after === undefined) return true;
    const entry = below[index];
    if (entry === undefined) return false;
    if (entry.key !== after.key) return order(entry.key, after.key) > 0;
    const marker = below.findIndex((one) => one.key === after.key && one.versionId === after.versionId);
    return after.versionId !== undefined && index > marker;
  }
}
