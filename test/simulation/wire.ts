import { setTimeout as pause } from 'node:timers/promises';
import { startLocalAws } from '../../local/aws.ts';
import type { Faults } from '../../local/faults.ts';
import { startEventSourceMapping } from '../../local/lambda/event-source-mapping.ts';
import { checkAtEnd, checkBeforeRedrive, Watch } from '../../local/simulation/invariants.ts';
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
  readonly faults: Faults['counts'];
  readonly queue: Readonly<Record<string, number>>;
  readonly function: Readonly<Record<string, number>>;
  readonly deadLetters: number;
}

type OnClose = (close: () => unknown) => unknown;

const DRAIN_MS = 150_000;
const REDRIVES = 3;

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
  const aws = await startLocalAws({ clock: day.clock, beforeRequest: [day.beforeRequest] });
  onClose(aws.close);
  const site = await makeSite(aws);
  onClose(site.close);
  const world = worldOf(seed, events, site);
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
  const send = (body: string): boolean => aws.sqs.deliver(site.queue.arn, body);
  await play(world.steps, aws, site.s3, send);
  await drained(day, site.queue);
  checkBeforeRedrive(world, watchOf(world, site), bodiesOf(site.dead));
  day.faulty = false;
  await redriveAll(day, site, world, send);
  checkAtEnd(world, watchOf(world, site), site.queue.messages().length, bodiesOf(site.dead));
  const counts = { faults: day.injected.counts, queue: queue.counts, function: called.counts };
  return { world, day, ...counts, deadLetters: site.dead.messages().length };
}

/** Without versions, whose ids the local S3 makes, and without files that follow: the function's clock is the real one. */
const worldOf = (seed: number, events: number, { managedKey }: Site): World =>
  makeWorld({
    ...{ seed, events, managedKey, startMs: Date.now() - 600_000, lastsMs: 60_000 },
    without: ['versions', 'fileFollows'],
  });

const bodiesOf = (queue: QueueView): readonly string[] => queue.messages().map(({ body }) => body);

/** No run waits for a visibility timeout: where nothing else can happen the clock of the queue passes it. */
async function drained(day: BadDay, queue: QueueView): Promise<void> {
  const end = performance.now() + DRAIN_MS;
  while (day.out > 0 || queue.messages().length > 0) {
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
  { poison }: World,
  send: (body: string) => unknown,
): Promise<void> {
  for (let time = 0; time < REDRIVES; time++) {
    if (time > 0 && dead.messages().length <= poison.length) return;
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
