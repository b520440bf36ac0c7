import { setTimeout as pause } from 'node:timers/promises';
import { startLocalAws } from '../../local/aws.ts';
import type { Faults } from '../../local/faults.ts';
import type { FaultyDelivery } from '../../local/faulty-delivery.ts';
import { startEventSourceMapping } from '../../local/lambda/event-source-mapping.ts';
import { checkAtEnd, checkBeforeRedrive, Watch } from '../../local/simulation/invariants.ts';
import { BROKEN } from '../../local/simulation/policies.ts';
import { makeWorld, type World } from '../../local/simulation/world.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';
import { bundleHandler } from '../path/bundle.ts';
import { BadDay } from './bad-day.ts';
import { play } from './play.ts';
import { makeSite, type Site, startAuditor } from './site.ts';

/** What a seed came to over the wire, once every invariant held. */
export interface WireResult {
  readonly world: World;
  readonly day: BadDay;
  readonly faults: Faults;
  readonly delivery: FaultyDelivery['counts'];
  readonly queue: Readonly<Record<string, number>>;
  readonly function: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  /** Messages that both topics have delivered. */
  readonly alerts: number;
}

/** The seeds that are run: with both an early read of the policy is never answered, so that the function runs out of time. */
export const WIRE_SEEDS: readonly number[] = [2, 30];

/** Messages of a run, duplicates apart. */
export const WIRE_EVENTS = 2_000;

type OnClose = (close: () => unknown) => unknown;

const DRAIN_MS = 300_000;
const REDRIVES = 12;
const LONGEST_UNREAD_MS = 10_000;

/** Runs a seed with the shipped bundle in a process of its own, against the local AWS. Throws `BrokenInvariant`. */
export async function runOverWire(seed: number, events: number): Promise<WireResult> {
  const closers: (() => unknown)[] = [];
  try {
    return await run(seed, events, (close) => closers.unshift(close));
  } finally {
    for (const close of closers) await close();
  }
}

async function run(seed: number, events: number, onClose: OnClose): Promise<WireResult> {
  const day = new BadDay(seed);
  const aws = await startLocalAws({
    clock: day.clock,
    beforeRequest: [day.beforeRequest],
    aroundDelivery: day.aroundDelivery,
  });
  onClose(aws.close);
  const site = await makeSite(aws);
  onClose(site.close);
  const made = worldOf(seed, events, site);
  const bundle = await bundleHandler('audit-queue');
  onClose(bundle.remove);
  const auditor = await startAuditor(aws, bundle.file, site.topics);
  onClose(auditor.stop);
  const [queue, called] = [day.queue(site.queue), day.function(auditor)];
  const mapping = startEventSourceMapping({
    ...{ queue: queue.queue, function: called, reportBatchItemFailures: true },
    // Small enough that no digest leaves an object out, even of a redrive that holds hardly anything else.
    ...{ batchSize: 30, maximumBatchingWindowMs: 100, maximumConcurrency: 2 },
  });
  onClose(mapping.stop);
  day.faulty = true;
  const send = (body: string): boolean => day.deliver(site.queue.arn, body);
  await play(made.steps, aws, site.s3, send, (policy) => untilRefused(policy, day, site.queue));
  await drained(day, site.queue);
  const world = withRepeated(made, day.delivery.repeated);
  checkBeforeRedrive(world, watchOf(world, site), bodiesOf(site.dead));
  day.faulty = false;
  await redriveAll(day, site, world.poison.length, send);
  checkAtEnd(world, watchOf(world, site), site.queue.messages().length, bodiesOf(site.dead));
  const alerts = site.programs.messages().length + site.mail.messages().length;
  const counts = {
    faults: day.injected,
    delivery: day.delivery.counts,
    queue: queue.counts,
    function: called.counts,
  };
  return { world, day, ...counts, deadLetters: site.dead.messages().length, alerts };
}

/** Without versions, whose ids the local S3 makes, and without files that follow: the function's clock is the real one. */
const worldOf = (seed: number, events: number, { managedKey }: Site): World =>
  makeWorld({
    ...{ seed, events, managedKey, startMs: Date.now() - 600_000, lastsMs: 60_000 },
    without: ['versions', 'fileFollows'],
  });

/** The world with the poison that delivery has made more of. */
function withRepeated(world: World, repeated: readonly string[]): World {
  const poison = new Set(world.poison);
  return { ...world, poison: [...world.poison, ...repeated.filter((body) => poison.has(body))] };
}

/** Where what stands in place of the policy is none, the function is given the time to find that out. */
async function untilRefused(policy: string | undefined, day: BadDay, queue: QueueView): Promise<void> {
  if (policy !== undefined && !BROKEN.includes(policy)) return;
  const before = day.refusedPolicies;
  const end = performance.now() + LONGEST_UNREAD_MS;
  while (day.refusedPolicies === before && (day.out > 0 || queue.visible > 0)) {
    if (performance.now() > end) return;
    await pause(20);
  }
}

const bodiesOf = (queue: QueueView): readonly string[] => queue.messages().map(({ body }) => body);

/** No run waits for a visibility timeout: where nothing else can happen the clock of the queue passes it. */
async function drained(day: BadDay, queue: QueueView): Promise<void> {
  const end = performance.now() + DRAIN_MS;
  while (day.out > 0 || day.delivery.pending > 0 || queue.messages().length > 0) {
    if (performance.now() > end)
      throw new Error(`not drained: ${queue.visible} and ${queue.inFlight} are left`);
    if (day.out === 0 && queue.visible === 0 && queue.inFlight > 0) day.passVisibility();
    await pause(20);
  }
}

/** Sends the dead letters back; again where a busy machine let the function run out of time by itself. */
async function redriveAll(
  day: BadDay,
  { dead, queue }: Site,
  poison: number,
  send: (body: string) => unknown,
): Promise<void> {
  for (let time = 0; time < REDRIVES; time++) {
    if (time > 0 && dead.messages().length <= poison) return;
    for (;;) {
      const messages = await dead.receive(10, 0);
      if (messages.length === 0) break;
      for (const { body, receiptHandle } of messages) {
        send(body);
        dead.delete(receiptHandle);
      }
    }
    await drained(day, queue);
  }
}

/** All that both inboxes hold by now. */
function watchOf(world: World, { programs, mail, topics }: Site): Watch {
  const watch = new Watch(world, topics.topicArn);
  for (const { body } of [...programs.messages(), ...mail.messages()]) {
    const { TopicArn: topic, Message } = JSON.parse(body) as { TopicArn: string; Message: string };
    watch.alert({ topic, body: Message });
  }
  return watch;
}
