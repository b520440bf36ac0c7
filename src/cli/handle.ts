import type { Digest } from '../alerts/digest.ts';
import { mailMessage } from '../alerts/messages.ts';
import { connect, kmsKeys, queueDeps, s3Heads, s3InstructionFiles, snsAlert } from '../compose.ts';
import { isQueueEvent } from '../intake/read-queue-event.ts';
import { printable } from '../objects/printable.ts';
import { auditAndAlert } from '../queue/audit-and-alert.ts';
import { readDirect } from '../queue/run-event.ts';
import { type ReadMessages, readMessages } from '../queue/run-sqs-batch.ts';
import { EXIT, type ExitStatus, exitStatus } from './exit-status.ts';
import { type CliIo, checkFiles, openSink, placeName, readJson, tell } from './io.ts';
import { preparedPolicy } from './load-policy.ts';
import type { Invocation } from './parse-args.ts';
import { RecordOutput } from './record-output.ts';
import { checkTopics } from './topics.ts';

type Handle = Extract<Invocation, { command: 'handle' }>;

/** An event on a laptop is waited for as long as a Lambda function may run at the most. */
const PATIENCE_MS = 15 * 60_000;

/** Runs one event document through the same path as the functions; without a topic the alert is shown instead of sent. */
export async function handle(invocation: Handle, io: CliIo): Promise<ExitStatus> {
  const { event, policy: policyPath, output: outputPath, aws } = invocation;
  checkFiles({ EVENT: event, '--policy': policyPath }, outputPath);
  checkTopics(invocation);
  const policy = await preparedPolicy(policyPath, aws, io);
  const { items, unread } = readAny(await readJson(event, io));
  const clients = connect(aws);
  const heads = s3Heads(clients);
  const deps = queueDeps({
    policy: () => Promise.resolve(policy),
    heads,
    instructionFiles: s3InstructionFiles(clients, heads, true),
    keys: kmsKeys(clients, 'minutes'),
    alert: alertTo(invocation, io),
    policySource: policyPath,
    concurrency: 32,
    report: { record: () => {}, failure: () => {}, metrics: () => {} },
  });
  const { uncovered } = policy.policy.defaults;
  const sink = await openSink(outputPath, io);
  const output = new RecordOutput({ sink, toStandardOutput: outputPath === undefined, uncovered }, io);
  const { records, failures } = await auditAndAlert(items, deps, PATIENCE_MS);
  for (const record of records) await output.write(record);
  await output.close();
  tellFailures(new Map([...unread, ...failures]), io);
  if (items.length === 0 && unread.size === 0) {
    tell(io, `${placeName(event)} names no object to audit: it is a test event or tells of no write`);
  }
  if (failures.size > 0) return EXIT.incomplete;
  return exitStatus({
    counts: output.counts,
    uncovered,
    unreadable: unread.size,
    read: items.length,
  });
}

const readAny = (event: unknown): ReadMessages =>
  isQueueEvent(event) ? readMessages(event) : readDirect(event);

/** One line for each cause: where AWS does not answer, every object fails alike. */
function tellFailures(failures: ReadonlyMap<string, string>, io: CliIo): void {
  const bySentence = Map.groupBy(failures, ([, why]) => why);
  for (const [why, failed] of bySentence) {
    const [first = '', ...others] = failed.map(([source]) => source);
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    tell(io, printable(`${first}${more}: ${why}`));
  }
}

function alertTo({ topicArn, mailTopicArn, aws }: Handle, io: CliIo): (digest: Digest) => Promise<void> {
  if (topicArn === undefined) {
    return async (digest) => {
      const { subject, body } = mailMessage(digest);
      tell(
        io,
        `\nWould have published, had --topic-arn been given:\n\n  Subject: ${subject}\n\n${indent(body)}`,
      );
    };
  }
  const mail = mailTopicArn === undefined ? {} : { mailTopicArn };
  return snsAlert({ topicArn, ...mail, alertFormat: 'two-topics' }, connect(aws));
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
