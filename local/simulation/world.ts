import { Chance } from './chance.ts';
import { KINDS, type KindName, type State, type Writing } from './kinds.ts';
import { eventBridge, notification, POISON, reKeyed, type Told, wrapped } from './messages.ts';
import { BROKEN, POLICIES, policyText } from './policies.ts';

/** One object, or one version of one, with everything that may rightly be told of it. */
export interface Subject {
  readonly key: string;
  readonly versionId?: string;
  readonly kind: KindName;
  /** Whether it must have been alerted in the end. */
  readonly must: boolean;
  /** By the ETag that a HEAD showed: whether an alert is right under the policy of that number. */
  readonly alerts: Map<string, (policy: number) => boolean>;
}

export type Step = { readonly atMs: number } & (
  | {
      readonly does: 'put';
      readonly bucket: string;
      readonly state: State;
      readonly key: string;
      readonly versionId?: string;
    }
  | { readonly does: 'remove'; readonly bucket: string; readonly key: string }
  | { readonly does: 'send'; readonly body: string }
  | { readonly does: 'policy'; readonly text: string | undefined }
);

/** All that happens outside the auditor, in order of time, and what follows from it. */
export interface World {
  readonly steps: readonly Step[];
  readonly subjects: ReadonlyMap<string, Subject>;
  /** Bodies that nobody can read, as often as they were sent. */
  readonly poison: readonly string[];
  readonly sent: ReadonlySet<string>;
  readonly events: number;
  readonly duplicates: number;
}

export interface WorldOptions {
  readonly seed: number;
  /** Messages, duplicates apart. */
  readonly events: number;
  readonly startMs: number;
  readonly lastsMs: number;
  readonly managedKey: string;
  /** Kinds that are not to be made. */
  readonly without?: readonly KindName[];
}

export const POISON_SHARE = 0.01;
const DUPLICATE_SHARE = 0.1;
/** Of the deliveries, how many come late, and so out of order. */
const LATE_SHARE = 0.3;
const LATEST_MS = 90_000;

/** An identity that alerts name an object by. */
export const identityOf = (key: string, versionId?: string): string =>
  versionId === undefined ? key : `${key}?${versionId}`;

export function makeWorld(options: WorldOptions): World {
  return new WorldMaker(options).make();
}

class WorldMaker {
  readonly #options: WorldOptions;
  readonly #chance: Chance;
  readonly #steps: Step[] = [];
  readonly #subjects = new Map<string, Subject>();
  readonly #poison: string[] = [];
  readonly #sent = new Set<string>();
  readonly #kinds: readonly (readonly [KindName, number])[];
  #events = 0;
  #duplicates = 0;
  #writes = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#chance = new Chance(options.seed);
    const left = Object.entries(KINDS).filter(
      ([name]) => options.without?.includes(name as KindName) !== true,
    );
    this.#kinds = left.map(([name, { weight }]) => [name as KindName, weight]);
  }

  make(): World {
    const { events, startMs, lastsMs } = this.#options;
    this.#policies();
    for (let number = 0; this.#events < events; number++) {
      const atMs = startMs + 1_000 + Math.floor(this.#chance.next() * lastsMs);
      if (number > 0 && this.#chance.happens(POISON_SHARE)) this.#sendPoison(number, atMs);
      else this.#write(number, atMs);
    }
    this.#steps.sort((one, other) => one.atMs - other.atMs);
    return {
      steps: this.#steps,
      subjects: this.#subjects,
      poison: this.#poison,
      sent: this.#sent,
      events: this.#events,
      duplicates: this.#duplicates,
    };
  }

  /** Good policies one after the other; between two of them something that is none, or nothing that can be read. */
  #policies(): void {
    const { startMs, lastsMs } = this.#options;
    this.#steps.push({ does: 'policy', atMs: startMs, text: policyText(0) });
    for (let number = 1; number < POLICIES; number++) {
      const share = (number - 0.5) / POLICIES;
      const broken = number % 4 === 0 ? undefined : BROKEN[number % BROKEN.length];
      this.#steps.push({ does: 'policy', atMs: startMs + share * lastsMs, text: broken });
      this.#steps.push({
        does: 'policy',
        atMs: startMs + (number / POLICIES) * lastsMs,
        text: policyText(number),
      });
    }
  }

  #write(number: number, atMs: number): void {
    const name = this.#chance.weighted(this.#kinds);
    const { writings, must } = KINDS[name].make({
      number,
      chance: this.#chance,
      managedKey: this.#options.managedKey,
    });
    for (const writing of writings) this.#put(name, must, writing, atMs);
  }

  #put(kind: KindName, must: boolean, writing: Writing, startMs: number): void {
    const { bucket, key, versionId, state, alerts = () => false, afterMs = 0 } = writing;
    const atMs = startMs + afterMs;
    this.#writes += 1;
    const etag = writing.keepsEtag === true ? `etag-${key}` : `etag-${key}-${this.#writes}`;
    const identity = identityOf(key, versionId);
    const subject = this.#subjects.get(identity) ?? {
      ...{ key, kind, alerts: new Map() },
      must: must && writing.mustItself !== false,
      ...(versionId === undefined ? {} : { versionId }),
    };
    this.#subjects.set(identity, subject);
    const before = subject.alerts.get(etag) ?? (() => false);
    subject.alerts.set(etag, (policy) => before(policy) || alerts(policy));
    const lastModifiedMs = writing.keepsEtag === true ? startMs : atMs;
    const version = versionId === undefined ? {} : { versionId };
    this.#steps.push({
      does: 'put',
      atMs,
      bucket,
      key,
      state: { ...state, etag, lastModifiedMs },
      ...version,
    });
    if (writing.removedAfterMs !== undefined) {
      this.#steps.push({ does: 'remove', atMs: atMs + writing.removedAfterMs, bucket, key });
    }
    const sequencer = (0x5f_0000_0000_00 + this.#writes).toString(16).toUpperCase().padStart(18, '0');
    const told = { bucket, key, etag, sequencer, atMs, ...version };
    this.#send(writing.reKey === true ? reKeyed(told) : this.#form(told), atMs);
  }

  #form(told: Told): string {
    const form = this.#chance.weighted([
      [notification, 70],
      [wrapped, 15],
      [eventBridge, 15],
    ]);
    return form(told);
  }

  #sendPoison(number: number, atMs: number): void {
    const make = POISON[this.#poison.length % POISON.length];
    const beside = {
      bucket: 'sim-lake',
      key: `arn/never-written-${number}`,
      etag: 'e',
      sequencer: '00',
      atMs,
    };
    const body = make?.(number, beside) ?? '';
    const times = this.#send(body, atMs);
    for (let i = 0; i < times; i++) this.#poison.push(body);
  }

  /** Some come late, some twice. Answers how often. */
  #send(body: string, atMs: number): number {
    this.#events += 1;
    this.#sent.add(body);
    const times = this.#chance.happens(DUPLICATE_SHARE) ? 2 : 1;
    this.#duplicates += times - 1;
    for (let i = 0; i < times; i++) {
      const lateMs = this.#chance.happens(LATE_SHARE) ? this.#chance.between(1, LATEST_MS) : 0;
      this.#steps.push({ does: 'send', atMs: atMs + lateMs, body });
    }
    return times;
  }
}
