/** What comes out of the auditor: log lines, metrics, and messages of its topics. */
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '../../local/aws.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';
import { ACME, REGION } from './names.ts';

export interface Finding {
  readonly code: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** As much of a record as the tests read. */
export interface SeenRecord {
  readonly object: { readonly bucket: string; readonly key: string; readonly versionId?: string };
  readonly outcome: string;
  readonly rule?: string;
  readonly severity?: string;
  readonly captures?: Readonly<Record<string, string>>;
  readonly violations?: readonly Finding[];
  readonly reasons?: readonly Finding[];
  readonly owner?: string;
  readonly diagnosis?: readonly Finding[];
  readonly observed?: { readonly sse: Readonly<Record<string, unknown>> };
  readonly writer?: { readonly event: string; readonly sourceIp?: string };
  readonly superseded?: true;
  readonly policy: string;
}

export interface SeenDigest {
  readonly outcome: string;
  readonly severity: string;
  readonly trigger: string;
  readonly bucket: string;
  readonly rule?: string;
  readonly codes: readonly string[];
  readonly count: number;
  readonly firstKey: string;
  readonly lastKey: string;
  readonly samples: { readonly items: readonly SeenRecord[]; readonly more?: true };
  readonly samplesOmitted?: number;
}

/** A message of a topic as an SQS subscriber gets it. */
export interface SeenAlert {
  readonly subject: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, { readonly Type: string; readonly Value: string }>>;
}

const parsed = (line: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
};

/** The records among the lines of a function's log. */
export const recordsOf = (lines: readonly string[]): readonly SeenRecord[] =>
  lines
    .map(parsed)
    .filter(({ message }) => message === 'verdict')
    .map(({ record }) => record as SeenRecord);

/** Verdicts by outcome and rule, as the metrics count them: `compliant finance` to a number. */
export function countsOf(lines: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { Outcome, Rule, Verdicts } of lines.map(parsed)) {
    if (typeof Verdicts !== 'number') continue;
    const name = `${Outcome} ${Rule}`;
    counts.set(name, (counts.get(name) ?? 0) + Verdicts);
  }
  return counts;
}

/** The sum of a counter without dimensions. */
export const counterOf = (lines: readonly string[], name: string): number =>
  lines
    .map(parsed)
    .filter((line) => '_aws' in line)
    .reduce((sum, line) => sum + (typeof line[name] === 'number' ? line[name] : 0), 0);

/** The namespaces that the lines of a function's log count into. */
export const namespacesOf = (lines: readonly string[]): ReadonlySet<string> =>
  new Set(lines.flatMap((line) => line.match(/(?<="Namespace":")[^"]*/g) ?? []));

export const digestOf = (alert: SeenAlert): SeenDigest => JSON.parse(alert.body) as SeenDigest;

/** Receives and deletes all that a queue holds, over the wire, and opens the envelopes of SNS. */
export async function readInbox(aws: LocalAws, queue: QueueView): Promise<readonly SeenAlert[]> {
  const bodies = await emptyQueue(aws, queue);
  return bodies.map((body) => {
    const { Subject = '', Message = '', MessageAttributes = {} } = parsed(body);
    return {
      subject: String(Subject),
      body: String(Message),
      attributes: MessageAttributes as SeenAlert['attributes'],
    };
  });
}

/** Receives and deletes all that a queue holds, over the wire. */
export async function emptyQueue(aws: LocalAws, { url }: QueueView): Promise<readonly string[]> {
  const sqs = new SQSClient(aws.clientConfig(ACME, REGION));
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) break;
    for (const { Body = '', ReceiptHandle } of Messages) {
      bodies.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    }
  }
  sqs.destroy();
  return bodies;
}
