import type { AuditDeps } from '../audit/audit-object.ts';
import { runBounded } from '../audit/run-bounded.ts';
import { isDirectoryBucket } from '../objects/permission.ts';
import type { AuditRecord } from '../verdict/record.ts';
import { Engine, type FinishedPage, type Looked } from './engine.ts';
import type { ListedObject, ObjectLister } from './ports.ts';
import { addVerdict, type Progress } from './progress.ts';
import type { Interval } from './ranges.ts';
import { type Listing, type ListPage, markerOf } from './ranges-page.ts';
import { listingRefused, RunInterrupted } from './run-errors.ts';
import { auditListed, type Where } from './run-object.ts';
import { type Patience, withPatience } from './run-retry.ts';
import type { RunStore, Step, Waiting } from './state-store.ts';

/** What is to be audited. */
export interface RunRequest extends Where {
  readonly prefix: string;
  /** All versions instead of the current ones. */
  readonly versions: boolean;
  /** How many objects are looked at at once, at the most. */
  readonly concurrency: number;
}

export interface RunDeps extends AuditDeps {
  readonly lister: ObjectLister;
  readonly store: RunStore;
  readonly progress: Progress;
  readonly patience: Patience;
  /** Aborted from outside it interrupts the run; the run aborts it when it fails, so that nothing sleeps on. */
  readonly stop: AbortController;
  /** Told of each record once it is kept, but not of those that by policy are only counted. */
  readonly onRecord: (record: AuditRecord) => void;
}

/** How often something is asked for before the run gives up on it: about a quarter of a minute of waiting on the average. */
const ATTEMPTS = 9;
const LISTERS = 8;
/** Some seconds of work at S3's rates, and a few tens of megabytes. */
const MOST_PAGES = 16;
const WAITING_AT_ONCE = 1_000;

/** How patient a run is with what may pass. `sleep` rejects where the run is stopped. */
export const patienceOf = (how: Omit<Patience, 'attempts'>): Patience => ({ attempts: ATTEMPTS, ...how });

/**
 * Audits what a prefix holds: every object that the listing shows has one record, by the same judgement as the event
 * path. Goes on where the store has come to. Throws `ListingRefused`, `ListingOutOfOrder`, `CallerRefused`,
 * `RetryableFailure` where the listing itself fails, and `RunInterrupted`; what was kept by then stays kept.
 */
export async function auditPrefix(request: RunRequest, deps: RunDeps): Promise<void> {
  const run = new Run(request, deps);
  await run.auditRemaining();
  await run.auditWaiting();
}

class Run {
  readonly #request: RunRequest;
  readonly #deps: RunDeps;
  readonly #listing: Listing;

  constructor(request: RunRequest, deps: RunDeps) {
    this.#request = request;
    this.#deps = deps;
    const { prefix, versions, bucket } = request;
    this.#listing = { prefix, versions, ordered: !isDirectoryBucket(bucket) };
  }

  async auditRemaining(): Promise<void> {
    const { store, progress, stop } = this.#deps;
    const { concurrency } = this.#request;
    const options = { listing: this.#listing, concurrency, listers: LISTERS, mostPages: MOST_PAGES };
    const engine = new Engine(options, {
      list: (range) => this.#list(range),
      look: (object) => this.#look(object),
      keep: (pages) => this.#keep(pages),
      onStop: () => stop.abort(),
      onListed: (objects, ended) => {
        progress.listed += objects;
        progress.listingEnded = ended;
      },
      signal: stop.signal,
    });
    await engine.run(store.state.remaining);
    progress.listingEnded = true;
  }

  /** Looks once more at what may only have been waiting for the other of two files, and decides it. */
  async auditWaiting(): Promise<void> {
    let batch: Waiting[] = [];
    for await (const waiting of this.#deps.store.waiting()) {
      batch.push(waiting);
      if (batch.length < WAITING_AT_ONCE) continue;
      await this.#decide(batch);
      batch = [];
    }
    if (batch.length > 0) await this.#decide(batch);
  }

  async #decide(batch: readonly Waiting[]): Promise<void> {
    const { stop, progress } = this.#deps;
    const bounds = { concurrency: this.#request.concurrency, deadline: stop.signal };
    const records: AuditRecord[] = [];
    for (const settled of await runBounded(batch, ({ object }) => this.#audit(object), bounds)) {
      if (settled.kind === 'unfinished' || stop.signal.aborted) throw new RunInterrupted();
      if (settled.kind === 'failed') throw settled.error;
      addVerdict(progress, settled.result.record.outcome);
      records.push(settled.result.record);
    }
    const worked = batch.at(-1)?.end;
    await this.#write(records, worked === undefined ? {} : { waitedBytes: worked });
  }

  async #list(range: Interval): Promise<ListPage> {
    const { bucket, prefix, versions } = this.#request;
    const after = range.after === undefined ? {} : { after: markerOf(range.after, this.#listing) };
    const { lister } = this.#deps;
    const ask = () => lister.list({ bucket, prefix, versions, ...after });
    const answer = await withPatience(ask, this.#deps.patience);
    if (answer.kind === 'page') return answer;
    throw listingRefused(bucket, answer);
  }

  async #look(object: ListedObject): Promise<Looked> {
    const { record, waits } = await this.#audit(object);
    if (waits) return { kind: 'waits', object };
    addVerdict(this.#deps.progress, record.outcome);
    return { kind: 'record', record };
  }

  #audit(object: ListedObject): ReturnType<typeof auditListed> {
    return auditListed(object, this.#request, this.#deps);
  }

  async #keep(pages: readonly FinishedPage[]): Promise<void> {
    const looked = pages.flatMap((page) => page.looked);
    const records = looked.flatMap((one) => (one.kind === 'record' ? [one.record] : []));
    await this.#write(records, {
      done: pages.map(({ done }) => done),
      waits: looked.flatMap((one) => (one.kind === 'waits' ? [one.object] : [])),
      listed: pages.reduce((sum, { objects }) => sum + objects, 0),
      deleteMarkers: pages.reduce((sum, { deleteMarkers }) => sum + deleteMarkers, 0),
    });
  }

  async #write(records: readonly AuditRecord[], step: Partial<Step>): Promise<void> {
    const { policy, store, onRecord } = this.#deps;
    const quiet = policy.policy.defaults.uncovered === 'ignore';
    const written = quiet ? records.filter(({ outcome }) => outcome !== 'uncovered') : records;
    await store.keep({
      done: [],
      waits: [],
      listed: 0,
      deleteMarkers: 0,
      ...step,
      records: written,
      ignored: records.length - written.length,
    });
    written.forEach(onRecord);
  }
}
