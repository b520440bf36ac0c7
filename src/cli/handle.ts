import type { Digest } from '../alerts/digest.ts';
import { mailMessage } from '../alerts/messages.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { connect, kmsKeys, queueDeps, s3Heads, s3InstructionFiles, snsAlert } from '../compose.ts';
import { printable } from '../objects/printable.ts';
import { auditAndAlert } from '../queue/audit-and-alert.ts';
import type { QueueDeps } from '../queue/deps.ts';
import { type EventDocument, readEventDocument } from './event-document.ts';
import { EXIT, type ExitStatus, exitStatus } from './exit-status.ts';
import { type CliIo, checkFiles, placeName, readJson, tell } from './io.ts';
import { policyWord, preparedPolicy } from './load-policy.ts';
import type { Invocation } from './parse-args.ts';
import { RecordOutput } from './record-output.ts';
import { openSink } from './sink.ts';
import { checkTopics } from './topics.ts';

type Handle = Extract<Invocation, { command: 'handle' }>;

/** An event on a laptop is waited for as long as a Lambda function may run at the most. */
const PATIENCE_MS = 15 * 60_000;

/**
 * Runs one event document through the same path as the functions; without a topic the alert is shown instead of sent. What
 * cannot be read is told and makes the status 3, and its neighbours are audited.
 */
export async function handle(invocation: Handle, io: CliIo): Promise<ExitStatus> {
  const { event, policy: policyPath, output: outputPath, aws } = invocation;
  checkFiles({ EVENT: event, '--policy': policyPath }, { '--output': outputPath });
  checkTopics(invocation);
  const policy = await preparedPolicy(policyPath, aws, io);
  const document = readEventDocument(await readJson(event, io), placeName(event));
  const { items, unread, read } = document;
  const deps = depsFor(document, policy, invocation, io);
  const { uncovered } = policy.policy.defaults;
  const sink = await openSink(outputPath, io);
  const output = new RecordOutput({ sink, toStandardOutput: outputPath === undefined, uncovered }, io);
  const { records, failures } = await auditAndAlert(items, deps, PATIENCE_MS);
  for (const record of records) await output.write(record);
  await output.close();
  tellFailures([...unread, ...failures], io);
  if (items.length === 0 && unread.length === 0) {
    tell(
      io,
      printable(`${placeName(event)} names no object to audit: it is a test event or tells of no write`),
    );
  }
  if (failures.size > 0) return EXIT.incomplete;
  return exitStatus({
    counts: output.counts,
    uncovered,
    unreadable: unread.length,
    read,
  });
}

/** The parts of the function that takes such a document. */
function depsFor(document: EventDocument, policy: PreparedPolicy, invocation: Handle, io: CliIo): QueueDeps {
  const clients = connect(invocation.aws);
  const heads = s3Heads(clients);
  const deps = queueDeps({
    policy: () => Promise.resolve(policy),
    heads,
    instructionFiles: s3InstructionFiles(clients, heads, true),
    keys: kmsKeys(clients, 'minutes'),
    alert: alertTo(invocation, io),
    policySource: policyWord(invocation.policy),
    concurrency: 32,
    report: { record: () => {}, failure: () => {}, metrics: () => {} },
  });
  if (document.answer === 'alert') return deps;
  tellUnused(document, invocation, io);
  return {
    ...deps,
    alert: () => Promise.resolve(),
    // As in a run: nothing goes back to wait, and an instruction file's object is listed itself.
    maxReceives: 1,
    audit: async (...asked) => {
      const audit = await deps.audit(...asked);
      return { ...audit, records: audit.records.slice(0, 1) };
    },
  };
}

function tellUnused(
  { answer, namedPolicy }: EventDocument,
  { event, topicArn, policy }: Handle,
  io: CliIo,
): void {
  const name = placeName(event);
  if (topicArn !== undefined) {
    tell(io, printable(`${name}: its function answers with ${answer}: nothing is published to --topic-arn`));
  }
  if (namedPolicy !== undefined && namedPolicy !== policy) {
    tell(io, printable(`${name}: names the policy ${namedPolicy}, but is judged by --policy ${policy}`));
  }
}

/** One line for each cause: where AWS does not answer, every object fails alike. */
function tellFailures(failures: EventDocument['unread'], io: CliIo): void {
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
