import { type BeforeRequest, type LocalAws, startLocalAws } from '../../local/aws.ts';
import { type InvokeResult, type LocalFunction, startFunction } from '../../local/lambda/function.ts';
import type { LocalRequest, LocalResponse } from '../../local/service.ts';
import { type Bundle, bundleHandler } from './bundle.ts';
import { Hands } from './hands.ts';
import { ACME, REGION } from './names.ts';
import { digestOf, readInbox, type SeenDigest } from './seen.ts';
import { makeSite, type Site } from './site.ts';

/** A Publish as it was on the wire. */
export interface Publish {
  readonly topic: string;
  readonly subject: string;
  readonly message: string;
  /** Bytes that SNS counts, with the subject. */
  readonly bytes: number;
}

/** The local AWS, the bundle of the queue handler, and a hand on everything between them. */
export interface Bench {
  readonly aws: LocalAws;
  readonly site: Site;
  readonly hands: Hands;
  readonly publishes: readonly Publish[];
  /** Answers in place of a service until the next test. */
  interfere(how: BeforeRequest): void;
  /** Forgets what was published and lets every service answer for itself. */
  calm(): Promise<void>;
  start(environment?: Readonly<Record<string, string>>, timeoutSeconds?: number): Promise<LocalFunction>;
  /** The digests that the subscriber of the alerts has got since. */
  digests(): Promise<readonly SeenDigest[]>;
  stop(): Promise<void>;
}

export async function startBench(): Promise<Bench> {
  const publishes: Publish[] = [];
  const functions: LocalFunction[] = [];
  let interference: BeforeRequest | undefined;
  const watch: BeforeRequest = (service, request) => {
    const publish = service === 'sns' ? publishOf(request) : undefined;
    if (publish !== undefined) publishes.push(publish);
    return interference?.(service, request);
  };
  const aws = await startLocalAws({ beforeRequest: [watch] });
  const bundle: Bundle = await bundleHandler('audit-queue');
  const site = await makeSite(aws);
  const hands = new Hands(aws, site.events, site.topics);
  const digests = async (): Promise<readonly SeenDigest[]> =>
    (await readInbox(aws, site.inboxes.alerts)).map(digestOf);
  return {
    ...{ aws, site, hands, publishes, digests },
    interfere: (how) => {
      interference = how;
    },
    calm: async () => {
      interference = undefined;
      aws.sns.control.failNext(0, { code: 'InternalError', status: 500 });
      aws.kms.control.throttleNext(0);
      await digests();
      publishes.length = 0;
    },
    start: async (environment = {}, timeoutSeconds = 10) => {
      const { alerts, mail } = site.topics;
      const started = await startFunction({
        ...{ bundle: bundle.file, handler: 'handler', account: ACME, region: REGION, timeoutSeconds },
        name: `audit-queue-${functions.length}`,
        environment: {
          AWS_ENDPOINT_URL: aws.endpoint,
          POLICY: 's3://acme-policy/policy.yaml',
          TOPIC_ARN: alerts,
          MAIL_TOPIC_ARN: mail,
          ...environment,
        },
      });
      functions.push(started);
      return started;
    },
    stop: async () => {
      await Promise.all(functions.map((one) => one.stop()));
      hands.close();
      await aws.close();
      await bundle.remove();
    },
  };
}

function publishOf({ body }: LocalRequest): Publish | undefined {
  const form = new URLSearchParams(body.toString());
  if (form.get('Action') !== 'Publish') return undefined;
  const of = (name: string): string => form.get(name) ?? '';
  const counted = [...form].filter(([name]) => name.startsWith('Message') || name === 'Subject');
  const bytes = counted.reduce((sum, [, value]) => sum + Buffer.byteLength(value), 0);
  return { topic: of('TopicArn'), subject: of('Subject'), message: of('Message'), bytes };
}

/** An error as SNS answers it. */
export const snsError = (status: number, Code: string): LocalResponse => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${Code}</Code><Message>no</Message></Error></ErrorResponse>`,
});

/** An SQS event whose messages are called m1, m2 and so on. */
export const sqsEvent = (...bodies: readonly string[]): unknown => ({
  Records: bodies.map((body, i) => ({
    messageId: `m${i + 1}`,
    receiptHandle: `handle-${i + 1}`,
    body,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
    messageAttributes: {},
    md5OfBody: '0'.repeat(32),
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACME}:events`,
    awsRegion: REGION,
  })),
});

/** The ids of the messages that a partial batch response names, in order. */
export function failuresOf(result: InvokeResult): readonly unknown[] {
  if (result.functionError !== undefined) throw new Error(JSON.stringify(result.payload));
  const { batchItemFailures } = result.payload as {
    readonly batchItemFailures: readonly { readonly itemIdentifier: unknown }[];
  };
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();
}

/** The message of the error that a failed invocation answers. */
export function errorOf(result: InvokeResult): string {
  if (result.functionError === undefined) throw new Error(`no error: ${JSON.stringify(result.payload)}`);
  return `${result.payload.errorType}: ${result.payload.errorMessage}`;
}
