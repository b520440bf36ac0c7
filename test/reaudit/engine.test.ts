import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys } from '../../src/objects/byte-order.ts';
import { bucketName } from '../../src/objects/object.ts';
import { Engine, type EngineOptions, type FinishedPage } from '../../src/reaudit/engine.ts';
import type { ListedObject, ObjectLister } from '../../src/reaudit/ports.ts';
import { type Interval, WHOLE, without } from '../../src/reaudit/ranges.ts';
import { markerOf } from '../../src/reaudit/ranges-page.ts';
import { RunInterrupted } from '../../src/reaudit/run-errors.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { anyKey } from './arbitraries.ts';
import { chance, dawdle, MemoryLister, type StoredVersion } from './memory-lister.ts';

interface Try {
  readonly lister: ObjectLister;
  readonly random: () => number;
  readonly prefix?: string;
  readonly versions?: boolean;
  readonly ordered?: boolean;
  readonly remaining?: readonly Interval[];
  readonly options?: Partial<EngineOptions>;
  readonly look?: (object: ListedObject) => Promise<void>;
  readonly signal?: AbortSignal;
}

const place = ({ key, versionId }: { readonly key: string; readonly versionId?: string }): string =>
  versionId === undefined ? key : `${key} ${versionId}`;

/** Runs the engine over a lister, and gives what was kept, page by page, and what remains. */
async function runEngine({ lister, random, prefix = '', versions = false, ...rest }: Try) {
  const listing = { prefix, versions, ordered: rest.ordered ?? true };
  const kept: FinishedPage[] = [];
  const seen: string[] = [];
  let remaining = rest.remaining ?? WHOLE;
  let most = 0;
  let held = 0;
  let pieces = 0;
  const options = { listing, concurrency: 4, listers: 4, mostPages: 16, ...rest.options };
  const engine = new Engine(options, {
    list: async ({ after }) => {
      const marker = after === undefined ? {} : { after: markerOf(after, listing) };
      const answer = await lister.list({ bucket: bucketName('b'), prefix, versions, ...marker });
      if (answer.kind !== 'page') throw new Error(answer.kind);
      return answer;
    },
    look: async (object) => {
      await dawdle(random);
      await rest.look?.(object);
      seen.push(place(object));
      return { kind: 'record', record: { object } as unknown as AuditRecord };
    },
    keep: async (pages) => {
      await dawdle(random);
      for (const page of pages) {
        remaining = without(remaining, page.done);
        kept.push(page);
        held -= page.objects;
      }
      pieces = Math.max(pieces, remaining.length);
    },
    onStop: () => {},
    onListed: (objects) => {
      held += objects;
      most = Math.max(most, held);
    },
    signal: rest.signal ?? new AbortController().signal,
  });
  const error: unknown = await engine.run(remaining).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { kept, seen, remaining, error, most, pieces };
}

const stored = (keys: readonly string[]): readonly StoredVersion[] => keys.map((key) => ({ key }));

describe('the engine', () => {
  it('looks at every key exactly once, however it splits, whatever the pages, the keys and the order of answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          anyKey.filter((key) => key !== ''),
          { maxLength: 60 },
        ),
        anyKey,
        fc.integer(),
        fc.integer({ min: 1, max: 7 }),
        async (keys, prefix, seed, page) => {
          const all = keys.flatMap((key, index) => (index % 2 === 0 ? [prefix + key] : [key]));
          const unique = [...new Set(all)];
          const random = chance(seed);
          const lister = new MemoryLister(stored(unique), { random, page });
          const { seen, remaining, error, kept } = await runEngine({ lister, random, prefix });
          expect(error).toBeUndefined();
          const expected = unique.filter((key) => key.startsWith(prefix)).sort(compareKeys);
          expect(seen.sort(compareKeys)).toEqual(expected);
          expect(remaining).toEqual([]);
          expect(kept.reduce((sum, { objects }) => sum + objects, 0)).toBe(expected.length);
        },
      ),
      { numRuns: fuzzRuns({ every: 5 }) },
    );
  });

  it('splits: while one range is listed others are, and listing costs at most about twice the pages', async () => {
    const keys = Array.from({ length: 4_000 }, (_, i) => `p/${String(i).padStart(6, '0')}`);
    const lister = new MemoryLister(stored(keys), { page: 100 });
    const { seen, kept } = await runEngine({
      lister,
      random: chance(1),
      prefix: 'p/',
      options: { concurrency: 1_000 },
    });
    expect(new Set(seen).size).toBe(4_000);
    const starts = new Set(
      kept.map(({ done }) => done.after?.key).filter((key) => !keys.includes(key ?? '')),
    );
    expect(starts.size).toBeGreaterThan(3);
    expect(lister.asked.length).toBeLessThan(100);
  });

  it('lists every version once, with delete markers counted once, where one key has more versions than a page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyKey, fc.integer({ min: 1, max: 9 })), { maxLength: 12 }),
        fc.integer(),
        fc.integer({ min: 1, max: 5 }),
        async (counts, seed, page) => {
          const random = chance(seed);
          const entries = [...new Map(counts)].flatMap(([key, count]) =>
            Array.from(
              { length: count },
              (_, i): StoredVersion => ({
                key,
                versionId: `v${(i * 7) % 10}`,
                ...(random() < 0.3 ? { deleteMarker: true as const } : {}),
              }),
            ),
          );
          const lister = new MemoryLister(entries, { random, page });
          const { seen, kept, error, remaining, pieces } = await runEngine({
            lister,
            random,
            versions: true,
          });
          // A stretch that ended within a key could not be listed to its end again.
          expect(pieces).toBeLessThanOrEqual(1);
          expect(error).toBeUndefined();
          expect(remaining).toEqual([]);
          const objects = entries.filter(({ deleteMarker }) => deleteMarker !== true);
          expect(seen.sort()).toEqual(objects.map(place).sort());
          const markers = kept.reduce((sum, { deleteMarkers }) => sum + deleteMarkers, 0);
          expect(markers).toBe(entries.length - objects.length);
        },
      ),
      { numRuns: fuzzRuns({ every: 5 }) },
    );
  });

  it('stops where the listing is in UTF-16 order, which is not the order that ranges rest on', async () => {
    const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
    const keys = ['a', '\u{10000}', '\uffff', 'z'];
    const { error } = await runEngine({
      lister: new MemoryLister(stored(keys), { order }),
      random: chance(3),
    });
    expect(error).toMatchObject({ name: 'ListingOutOfOrder' });
  });

  it('holds no more than so many pages that are not kept, however far the listing could run ahead', async () => {
    const keys = Array.from({ length: 6_000 }, (_, i) => `k${String(i).padStart(6, '0')}`);
    const run = await runEngine({
      lister: new MemoryLister(stored(keys)),
      random: chance(4),
      options: { mostPages: 3, concurrency: 2 },
    });
    expect(run.seen).toHaveLength(6_000);
    expect(run.most).toBeLessThanOrEqual(3_000);
  });

  it('leaves undone exactly what it had not kept when it was interrupted, and goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.nat({ max: 150 }), async (seed, stopAfter) => {
        const keys = Array.from({ length: 120 }, (_, i) => `k/${(i * 7) % 10}/${i}`);
        const random = chance(seed);
        const lister = new MemoryLister(stored(keys), { random, page: 9 });
        const stop = new AbortController();
        let looks = 0;
        const look = async (): Promise<void> => {
          looks += 1;
          if (looks === stopAfter) stop.abort();
        };
        const first = await runEngine({ lister, random, look, signal: stop.signal });
        if (stop.signal.aborted) expect(first.error).toBeInstanceOf(RunInterrupted);
        const second = await runEngine({ lister, random, remaining: first.remaining });
        expect(second.error).toBeUndefined();
        expect(second.remaining).toEqual([]);
        const keptKeys = [...first.kept, ...second.kept].flatMap(({ looked }) =>
          looked.flatMap((one) => (one.kind === 'record' ? [one.record.object.key] : [])),
        );
        expect(keptKeys.sort()).toEqual(keys.toSorted());
      }),
      { numRuns: fuzzRuns({ every: 10 }) },
    );
  });

  it('gives the first error to whoever runs it, after what was under way has ended', async () => {
    let under = 0;
    const look = async ({ key }: ListedObject): Promise<void> => {
      under += 1;
      await Promise.resolve();
      under -= 1;
      if (key === 'k050') throw new Error('refused');
    };
    const keys = Array.from({ length: 100 }, (_, i) => `k${String(i).padStart(3, '0')}`);
    const { error } = await runEngine({ lister: new MemoryLister(stored(keys)), random: chance(5), look });
    expect(error).toEqual(new Error('refused'));
    expect(under).toBe(0);
  });
});
