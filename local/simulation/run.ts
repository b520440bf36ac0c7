import { loadPolicyText, snsAlert } from '../../src/compose.ts';
import { Chance } from './chance.ts';
import { VirtualClock } from './clock.ts';
import { TOPICS } from './environment.ts';
import { checkAtEnd, checkBeforeRedrive, Watch } from './invariants.ts';
import { Mapping } from './mapping.ts';
import { ACCOUNT, REGION } from './messages.ts';
import { BROKEN, policyText } from './policies.ts';
import { VirtualQueue } from './queue.ts';
import { FAULTS, NO_FAULTS, Outside, type Tally } from './services.ts';
import { makeWorld } from './world.ts';

export interface RunOptions {
  readonly seed: number;
  readonly events: number;
  /** How long the writes go on, in milliseconds. Absent: 40 events to the second, and at least a minute. */
  readonly lastsMs?: number;
}

/** What one seed came to, once every invariant held. */
export interface RunResult extends Readonly<Tally> {
  readonly seed: number;
  readonly events: number;
  readonly duplicates: number;
  readonly poison: number;
  /** Objects that had to be alerted, and were. */
  readonly violating: number;
  /** Messages in the dead-letter queue while faults were on, poison apart. */
  readonly redriven: number;
  readonly deadLetters: number;
  readonly virtualSeconds: number;
  /** Equal for two runs that went the same way. */
  readonly trace: string;
}

const START_MS = Date.UTC(2026, 10, 21, 2, 0, 0);
const MANAGED_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/9000aaaa-aaaa-4bbb-8ccc-000000000000`;
/** Writes for each virtual second. */
const PACE = 40;
const TIMEOUT_MS = 60_000;
// The least that AWS takes for this timeout: a batch that waits before its function is called comes back before it is done.
const VISIBILITY_MS = 60_000;
const MAX_RECEIVES = 5;

/** Runs one seed. Throws `BrokenInvariant` at the first promise that did not hold. */
export async function runSeed({ seed, events, ...more }: RunOptions): Promise<RunResult> {
  await loadEverything();
  const chance = new Chance(seed);
  const lastsMs = more.lastsMs ?? Math.max(60_000, (events / PACE) * 1000);
  const world = makeWorld({ seed, events, startMs: START_MS, lastsMs, managedKey: MANAGED_KEY });
  const clock = new VirtualClock(START_MS);
  const watch = new Watch(world, TOPICS.topicArn);
  const outside = new Outside(chance.fork(), MANAGED_KEY, watch.alert);
  const queue = new VirtualQueue({ clock, visibilityMs: VISIBILITY_MS, maxReceives: MAX_RECEIVES });
  let left = world.steps.length;
  for (const step of world.steps) {
    clock.after(step.atMs - START_MS, () => {
      left -= 1;
      const body = outside.take(step);
      if (body !== undefined) queue.send(body);
    });
  }
  const settings = {
    batchSize: chance.between(10, 40),
    windowMs: chance.between(0, 5) * 1000,
    pollers: chance.between(2, 5),
  };
  const timing = { timeoutMs: TIMEOUT_MS, maxReceives: MAX_RECEIVES };
  const mapping = new Mapping({ clock, outside, queue, ...settings, ...timing }, chance.fork());
  outside.rates = FAULTS;
  await clock.until(() => left === 0 && queue.size === 0 && mapping.out === 0);
  checkBeforeRedrive(world, watch, queue.deadLetters);
  outside.rates = NO_FAULTS;
  const redriven = queue.redrive();
  await clock.until(() => queue.size === 0 && mapping.out === 0);
  checkAtEnd(world, watch, queue.size, queue.deadLetters);
  return {
    ...outside.tally,
    ...{ seed, events: world.events, duplicates: world.duplicates, poison: world.poison.length },
    violating: [...world.subjects.values()].filter(({ must }) => must).length,
    redriven: redriven - world.poison.length,
    deadLetters: queue.deadLetters.length,
    virtualSeconds: Math.round((clock.now() - START_MS) / 1000),
    trace: mapping.trace,
  };
}

/** What the product loads when it is first needed is loaded by now, so that no run waits for a file. */
async function loadEverything(): Promise<void> {
  await loadPolicyText(policyText(0), 'policy');
  await loadPolicyText(BROKEN[0] ?? '', 'policy').catch(() => undefined);
  const refused = async (): Promise<never> => {
    throw new Error('not sent');
  };
  const digest = { count: 0 } as Parameters<ReturnType<typeof snsAlert>>[0];
  await snsAlert(TOPICS, { s3: refused, kms: refused, sns: refused, ssm: refused })(digest).catch(
    () => undefined,
  );
}
