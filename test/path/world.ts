import { setTimeout as pause } from 'node:timers/promises';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { type BatchOutcome, startEventSourceMapping } from '../../local/lambda/event-source-mapping.ts';
import { startFunction } from '../../local/lambda/function.ts';
import { bundleHandler } from './bundle.ts';
import type { Case } from './case.ts';
import { spreadKeys } from './generate.ts';
import { Hands, type Place } from './hands.ts';
import { POISON, TEST_EVENT } from './messages.ts';
import { ACME, REGION } from './names.ts';
import { emptyQueue, readInbox, type SeenAlert } from './seen.ts';
import { MAX_RECEIVES, makeSite, type Site, VISIBILITY } from './site.ts';

/** A case with the objects that it became. */
export interface Spread {
  readonly one: Case;
  readonly objects: readonly WrittenCase[];
}

export interface WrittenCase {
  readonly place: Place;
  /** In the order in which they are expected; empty where the bucket has none. */
  readonly versions: readonly string[];
}

/** All that could be seen once everything was drained. */
export interface World {
  readonly spreads: readonly Spread[];
  readonly lines: readonly string[];
  readonly outcomes: readonly BatchOutcome[];
  /** Messages that were in the queue before the first was read. */
  readonly messages: number;
  readonly alerts: readonly SeenAlert[];
  readonly critical: readonly SeenAlert[];
  readonly mail: readonly SeenAlert[];
  readonly deadLetters: readonly string[];
  /** Messages that stayed in the queue, at the very end. */
  readonly left: number;
  /** Exceptions of the local AWS itself. */
  readonly unhandled: readonly unknown[];
}

const SEED = 20261121;
const WRITERS = 8;
const FUNCTION_SECONDS = 20;
const DRAIN_MS = 25_000;

/** Writes every case, lets the shipped handler audit it all on the local AWS, and gathers what came out. */
export async function runWorld(cases: readonly Case[], later: readonly LaterStep[] = []): Promise<World> {
  const closers: (() => Promise<void> | void)[] = [];
  try {
    return await run(cases, later, (close) => closers.unshift(close));
  } finally {
    for (const close of closers) await close();
  }
}

type OnClose = (close: () => Promise<void> | void) => unknown;

async function run(cases: readonly Case[], later: readonly LaterStep[], onClose: OnClose): Promise<World> {
  let aheadMs = 0;
  const unhandled: unknown[] = [];
  const aws = await startLocalAws({
    clock: () => Date.now() + aheadMs,
    onUnhandled: (error) => unhandled.push(error),
  });
  onClose(aws.close);
  const bundle = await bundleHandler('audit-queue');
  onClose(bundle.remove);
  const site = await makeSite(aws);
  const hands = new Hands(aws, site.events, site.topics);
  onClose(() => hands.close());
  const spreads = await writeAll(cases, hands, site);
  await beforeAudit(spreads, aws, hands);
  for (const body of POISON) await hands.send(body);
  const messages = site.events.visible;
  const auditor = await startAuditor(aws, site, bundle.file);
  onClose(auditor.stop);
  const mapping = startEventSourceMapping({
    queue: site.events,
    function: auditor,
    batchSize: 100,
    maximumBatchingWindowMs: 200,
    reportBatchItemFailures: true,
  });
  onClose(mapping.stop);
  const failed = () => mapping.outcomes().reduce((sum, outcome) => sum + outcome.failed, 0);
  for (let round = 1; round <= MAX_RECEIVES; round++) {
    const wanted = POISON.length * round;
    await until(
      () => site.events.visible === 0 && site.events.inFlight === POISON.length && failed() >= wanted,
      () => `round ${round}: ${failed()} failed, ${site.events.inFlight} in flight\n${tail(auditor.logs())}`,
    );
    // No test waits for a visibility timeout: the clock of the queue does.
    aheadMs += (VISIBILITY + 1) * 1000;
  }
  await mapping.untilDrained(DRAIN_MS);
  for (const step of later) await step(spreads, hands);
  await pause(50);
  await mapping.untilDrained(DRAIN_MS);
  const { inboxes, deadLetters } = site;
  return {
    ...{ spreads, messages, unhandled },
    lines: auditor.logs(),
    outcomes: mapping.outcomes(),
    alerts: await readInbox(aws, inboxes.alerts),
    critical: await readInbox(aws, inboxes.critical),
    mail: await readInbox(aws, inboxes.mail),
    deadLetters: await emptyQueue(aws, deadLetters),
    left: site.events.messages().length,
  };
}

/** Something that happens once all is audited. */
export type LaterStep = (spreads: readonly Spread[], hands: Hands) => Promise<unknown>;

const startAuditor = (aws: LocalAws, { topics }: Site, bundle: string) =>
  startFunction({
    bundle,
    handler: 'handler',
    account: ACME,
    region: REGION,
    name: 'audit-queue',
    timeoutSeconds: FUNCTION_SECONDS,
    concurrency: 2,
    environment: {
      AWS_ENDPOINT_URL: aws.endpoint,
      POLICY: 's3://acme-policy/policy.yaml',
      TOPIC_ARN: topics.alerts,
      MAIL_TOPIC_ARN: topics.mail,
      MAX_RECEIVES: String(MAX_RECEIVES),
    },
  });

async function writeAll(cases: readonly Case[], hands: Hands, { events }: Site): Promise<readonly Spread[]> {
  const keys = spreadKeys(
    cases.map(({ key, objects = 6, plain = false }) => ({ key, objects, plain })),
    SEED,
  );
  const written = cases.map((): WrittenCase[] => []);
  const jobs = cases.flatMap((one, index) =>
    (keys[index] ?? []).map((key) => async (): Promise<void> => {
      const place = { bucket: one.bucket ?? 'acme-lake', key } as const;
      const answer = await one.write(hands, place);
      const versions = Array.isArray(answer) ? answer.map(String) : [];
      written[index]?.push({ place, versions });
    }),
  );
  const pairs = cases.flatMap((one, index) => (keys[index] ?? []).map(() => one.pairs === true));
  // A receive hands out ten messages, so pairs that begin at an even place stay together.
  if (events.visible % 2 === 1) await hands.send(TEST_EVENT);
  for (const job of jobs.filter((_, i) => pairs[i])) await job();
  const others = jobs.filter((_, i) => !pairs[i]).values();
  const work = async (): Promise<void> => {
    for (const job of others) await job();
  };
  await Promise.all(Array.from({ length: WRITERS }, work));
  return cases.map((one, index) => ({ one, objects: written[index] ?? [] }));
}

async function beforeAudit(spreads: readonly Spread[], aws: LocalAws, hands: Hands): Promise<void> {
  for (const { one, objects } of spreads) {
    for (const { place, versions } of objects) await one.before?.(hands, place, versions);
  }
  for (const { one } of spreads) await one.meanwhile?.(aws, hands);
}

async function until(condition: () => boolean, why: () => string): Promise<void> {
  const end = performance.now() + DRAIN_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${DRAIN_MS} ms: ${why()}`);
    await pause(10);
  }
}

const tail = (lines: readonly string[]): string => lines.slice(-20).join('\n');
