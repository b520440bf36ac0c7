import { policyOfHash } from './policies.ts';
import type { Accepted } from './services.ts';
import { identityOf, type Subject, type World } from './world.ts';

/** A promise of the product that a run has broken. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

interface SeenRecord {
  readonly object: { readonly key: string; readonly versionId?: string };
  readonly policy: string;
  readonly etag?: string;
}

interface SeenDigest {
  readonly count: number;
  readonly samples: { readonly items: readonly SeenRecord[] };
}

const NAMED = /[ov]\d{7}o/g;

/** Watches every alert as it is accepted, and knows at the end who was told of what. */
export class Watch {
  readonly #world: World;
  readonly #programTopic: string;
  readonly #byProgram = new Set<string>();
  readonly #byMail = new Set<string>();
  readonly #names = new Map<string, Subject[]>();
  readonly broken: string[] = [];
  digests = 0;

  constructor(world: World, programTopic: string) {
    this.#world = world;
    this.#programTopic = programTopic;
    for (const subject of world.subjects.values()) {
      const name = nameIn(subject.key);
      this.#names.set(name, [...(this.#names.get(name) ?? []), subject]);
    }
  }

  readonly alert = ({ topic, body }: Accepted): void => {
    if (topic === this.#programTopic) this.#program(body);
    else this.#mail(body);
  };

  #program(body: string): void {
    this.digests += 1;
    const digest = JSON.parse(body) as SeenDigest;
    const { items } = digest.samples;
    // Else an alert could be right by its count alone, and nobody could say for which object.
    if (items.length !== digest.count) this.broken.push(`a digest of ${digest.count} shows ${items.length}`);
    for (const record of items) this.#record(record);
  }

  #record({ object, policy, etag }: SeenRecord): void {
    const identity = identityOf(object.key, object.versionId);
    const subject = this.#world.subjects.get(identity);
    const number = policyOfHash(policy);
    if (subject === undefined) this.broken.push(`an alert names ${identity}, which was never written`);
    else if (number === undefined)
      this.broken.push(`an alert on ${identity} was judged by no policy of this world`);
    else if (!mayAlert(subject, number, etag)) {
      this.broken.push(`${identity} (${subject.kind}) was alerted under policy ${number}, which it keeps`);
    } else this.#byProgram.add(identity);
  }

  #mail(body: string): void {
    for (const name of new Set(body.match(NAMED))) {
      const subjects = this.#names.get(name) ?? [];
      const rightly = subjects.filter((subject) =>
        [...subject.alerts.values()].some((alerts) => alerts(0) || alerts(1)),
      );
      if (rightly.length === 0) this.broken.push(`a mail names ${name}, which keeps every policy`);
      for (const subject of rightly) this.#byMail.add(identityOf(subject.key, subject.versionId));
    }
  }

  /** The objects that must be alerted and were not, by both topics. */
  missing(): readonly Subject[] {
    return [...this.#world.subjects.values()].filter(({ must, key, versionId }) => {
      const identity = identityOf(key, versionId);
      return must && !(this.#byProgram.has(identity) && this.#byMail.has(identity));
    });
  }
}

const nameIn = (key: string): string => key.match(NAMED)?.[0] ?? key;

function mayAlert(subject: Subject, policy: number, etag: string | undefined): boolean {
  const alerts = etag === undefined ? [...subject.alerts.values()] : [subject.alerts.get(etag)];
  return alerts.some((may) => may?.(policy) === true);
}

/** Told while faults are on: what must be alerted was, or its message waits in the dead-letter queue, whole. */
export function checkBeforeRedrive(world: World, watch: Watch, deadLetters: readonly string[]): void {
  refuse(watch.broken);
  const strange = deadLetters.find((body) => !world.sent.has(body));
  if (strange !== undefined)
    throw new BrokenInvariant(`a dead letter is not as it was sent: ${strange.slice(0, 200)}`);
  const waiting = deadLetters.join('\n');
  for (const subject of watch.missing()) {
    if (waiting.includes(nameIn(subject.key))) continue;
    throw new BrokenInvariant(`${subject.key} (${subject.kind}) was neither alerted nor kept`);
  }
}

/** Told at the very end, after the redrive. */
export function checkAtEnd(world: World, watch: Watch, left: number, deadLetters: readonly string[]): void {
  refuse(watch.broken);
  if (left > 0) throw new BrokenInvariant(`${left} messages are left in the queue`);
  const [missing] = watch.missing();
  if (missing !== undefined) {
    throw new BrokenInvariant(
      `${missing.key} (${missing.kind}) was never alerted, and ${watch.missing().length - 1} others`,
    );
  }
  const [expected, kept] = [[...world.poison].sort(), [...deadLetters].sort()];
  const at = expected.findIndex((body, index) => body !== kept[index]);
  if (at !== -1 || kept.length !== expected.length) {
    throw new BrokenInvariant(
      `${expected.length} poison messages were sent, ${kept.length} are in the dead-letter queue` +
        (at === -1 ? '' : `; the first that differs was sent as ${expected[at]?.slice(0, 200)}`),
    );
  }
}

function refuse(broken: readonly string[]): void {
  const [first] = broken;
  if (first !== undefined) throw new BrokenInvariant(`${first}, and ${broken.length - 1} others`);
}
