import type { AuditRecord } from '../verdict/record.ts';
import { EngineRanges, type OpenRange } from './engine-ranges.ts';
import type { ListedObject } from './ports.ts';
import type { Interval } from './ranges.ts';
import { type Listing, type ListPage, takePage } from './ranges-page.ts';
import { RunInterrupted } from './run-errors.ts';

/** What became of one listed object: its record, or that it waits for the end of the run. */
export type Looked =
  | { readonly kind: 'record'; readonly record: AuditRecord }
  | { readonly kind: 'waits'; readonly object: ListedObject };

/** One page of a range, all of whose objects have been looked at. */
export interface FinishedPage {
  readonly done: Interval;
  /** How many objects it has. */
  readonly objects: number;
  readonly looked: readonly Looked[];
  readonly deleteMarkers: number;
}

export interface EngineDeps {
  /** One page of a range; patient with what may pass. */
  readonly list: (range: Interval) => Promise<ListPage>;
  /** The verdict on one object; patient with what may pass. */
  readonly look: (object: ListedObject) => Promise<Looked>;
  /** Keeps what is finished; several pages at once where they finish faster than they are kept. */
  readonly keep: (pages: readonly FinishedPage[]) => Promise<void>;
  /** Told once, when the run is to stop early, so that nothing sleeps on. */
  readonly onStop: () => void;
  readonly onListed: (objects: number, listingEnded: boolean) => void;
  readonly signal: AbortSignal;
}

export interface EngineOptions {
  readonly listing: Listing;
  /** How many objects are looked at at once, at the most. */
  readonly concurrency: number;
  /** How many pages are asked for at once, at the most. */
  readonly listers: number;
  /** How many pages may be listed and not yet kept: what bounds the memory. */
  readonly mostPages: number;
}

/** What S3 answers at the most with one page; room is kept for so many while it is asked. */
const PAGE = 1_000;

interface Page extends FinishedPage {
  readonly looked: Looked[];
  /** Emptied once all of them are being looked at. */
  listed: readonly ListedObject[];
  next: number;
  kept: boolean;
  /** A page that begins in the midst of a key is kept after the one before it, so that ranges end with keys. */
  before?: Page;
}

/** Lists ranges ahead of looking at objects, keeps finished pages in whatever order they finish, and holds no more than `mostPages`. */
export class Engine {
  readonly #deps: EngineDeps;
  readonly #options: EngineOptions;
  readonly #ranges: EngineRanges;
  readonly #queue: Page[] = [];
  readonly #lastOf = new WeakMap<OpenRange, Page>();
  #queued = 0;
  #looking = 0;
  #held = 0;
  #finished: Page[] = [];
  #keeping = false;
  #failure: { readonly error: unknown; readonly inKeeping: boolean } | undefined;
  #settle: () => void = () => {};

  constructor(options: EngineOptions, deps: EngineDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#ranges = new EngineRanges(options.listing);
  }

  /** Audits the ranges to their end. Throws what stopped it, and `RunInterrupted` where it was asked to stop. */
  async run(remaining: readonly Interval[]): Promise<void> {
    const { signal } = this.#deps;
    const interrupt = (): void => this.#fail(new RunInterrupted());
    signal.addEventListener('abort', interrupt);
    if (signal.aborted) interrupt();
    this.#ranges.open(remaining);
    try {
      await new Promise<void>((settle) => {
        this.#settle = settle;
        this.#advance();
      });
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #fail(error: unknown, inKeeping = false): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error, inKeeping };
    this.#queue.length = 0;
    this.#queued = 0;
    this.#deps.onStop();
    this.#advance();
  }

  #advance(): void {
    if (this.#failure === undefined) {
      this.#lookMore();
      this.#listMore();
    }
    this.#keepMore();
    const idle = this.#looking === 0 && this.#ranges.listing === 0 && !this.#keeping;
    if (idle && (this.#failure !== undefined || this.#held === 0)) this.#settle();
  }

  #listMore(): void {
    const { listers, mostPages, concurrency } = this.#options;
    while (this.#ranges.listing < listers) {
      if (this.#held + PAGE * (this.#ranges.listing + 1) > PAGE * mostPages) return;
      // With enough to do listing is no bottleneck, and splitting would only cost requests.
      const range = this.#ranges.next({ maySplit: this.#queued < 2 * concurrency });
      if (range === undefined) return;
      this.#deps.list(range.interval).then(
        (page) => this.#listed(range, page),
        (error: unknown) => {
          this.#ranges.close(range);
          this.#fail(error);
          this.#advance();
        },
      );
    }
  }

  #listed(range: OpenRange, page: ListPage): void {
    try {
      const { objects, done, rest } = takePage(range.interval, page, this.#options.listing);
      if (rest === undefined) this.#ranges.close(range);
      else this.#ranges.goOn(range, rest);
      if (this.#failure === undefined) this.#add(range, objects, done, page.deleteMarkers);
    } catch (error) {
      this.#ranges.close(range);
      this.#fail(error);
    }
    this.#advance();
  }

  #add(range: OpenRange, objects: readonly ListedObject[], done: Interval, deleteMarkers: number): void {
    const before = done.after?.within === undefined ? undefined : this.#lastOf.get(range);
    const page: Page = {
      done,
      objects: objects.length,
      listed: objects,
      deleteMarkers,
      looked: [],
      next: 0,
      kept: false,
      ...(before === undefined ? {} : { before }),
    };
    this.#lastOf.set(range, page);
    // An empty page counts too, so that the run does not end before it is kept.
    this.#held += Math.max(1, objects.length);
    this.#deps.onListed(objects.length, this.#ranges.ended);
    if (objects.length === 0) this.#finished.push(page);
    else {
      this.#queue.push(page);
      this.#queued += objects.length;
    }
  }

  #lookMore(): void {
    while (this.#looking < this.#options.concurrency) {
      const page = this.#queue[0];
      const object = page?.listed[page.next];
      if (page === undefined || object === undefined) return;
      page.next += 1;
      this.#queued -= 1;
      if (page.next === page.objects) {
        this.#queue.shift();
        page.listed = [];
      }
      this.#looking += 1;
      this.#deps.look(object).then(
        (looked) => {
          this.#looking -= 1;
          page.looked.push(looked);
          if (page.looked.length === page.objects) this.#finished.push(page);
          this.#advance();
        },
        (error: unknown) => {
          this.#looking -= 1;
          this.#fail(error);
          this.#advance();
        },
      );
    }
  }

  #keepMore(): void {
    if (this.#keeping || this.#failure?.inKeeping === true) return;
    const ready = this.#finished.filter(({ before }) => before === undefined || before.kept);
    if (ready.length === 0) return;
    this.#finished = this.#finished.filter((page) => !ready.includes(page));
    this.#keeping = true;
    this.#deps.keep(ready).then(
      () => {
        this.#keeping = false;
        for (const page of ready) {
          page.kept = true;
          delete page.before;
          this.#held -= Math.max(1, page.objects);
        }
        this.#advance();
      },
      (error: unknown) => {
        this.#keeping = false;
        this.#fail(error, true);
        this.#advance();
      },
    );
  }
}
