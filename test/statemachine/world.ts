import { gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import type { Digest } from '../../src/alerts/digest.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import type { Json } from '../template/parse.ts';
import { REPORT_BUCKET } from './definition.ts';
import { Execution, type ExecutionOptions } from './execution.ts';
import { plain } from './expressions.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
export const BUCKET = 'acme-lake';
export const CONFIG_BUCKET = 'acme-config';

/** What Lambda hands to a handler, as far as these handlers look at it. */
type Handler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

const POLICY = `
version: 1
defaults: { uncovered: alert }
rules:
  - { id: a, match: s3://${BUCKET}/a/, severity: critical, sse: { algorithm: [AES256] } }
  - { id: b, match: s3://${BUCKET}/b/, sse: { algorithm: [aws:kms] } }
exempt:
  - { match: "s3://${BUCKET}/a/tmp/**", reason: scratch }
`;

/** A local AWS with the buckets, the topic and the real handlers, wired by their environment as in Lambda. */
export class World {
  readonly aws: LocalAws;
  readonly s3: S3Client;
  readonly #sns: SNSClient;
  readonly #sqs: SQSClient;
  #queueUrl = '';
  #handlers: Readonly<Record<string, Handler>> = {};
  /** Called before each invocation; what it throws the invocation throws. */
  beforeInvoke: (functionArn: string, payload: Json) => void = () => {};
  invocations = 0;

  private constructor(aws: LocalAws) {
    this.aws = aws;
    const config = aws.clientConfig(ACCOUNT, REGION);
    this.s3 = new S3Client(config);
    this.#sns = new SNSClient(config);
    this.#sqs = new SQSClient(config);
  }

  static async start(): Promise<World> {
    const world = new World(await startLocalAws());
    for (const Bucket of [BUCKET, CONFIG_BUCKET, REPORT_BUCKET]) {
      const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
      await world.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    }
    await world.put(CONFIG_BUCKET, 'policy.yaml', POLICY);
    await world.#makeTopic();
    return world;
  }

  async #makeTopic(): Promise<void> {
    const { TopicArn = '' } = await this.#sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    const { QueueUrl = '' } = await this.#sqs.send(new CreateQueueCommand({ QueueName: 'alerts' }));
    this.#queueUrl = QueueUrl;
    const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT}:alerts`;
    const Attributes = { RawMessageDelivery: 'true' };
    await this.#sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    const { accessKeyId, secretAccessKey } = this.aws.credentials(ACCOUNT);
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: this.aws.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      POLICY: `s3://${CONFIG_BUCKET}/policy.yaml`,
      POLICY_TTL_SECONDS: '0',
      TOPIC_ARN: TopicArn,
      REPORT_BUCKET,
    });
    // Only now: a handler is wired by its environment when it is loaded.
    const [batch, summary] = await Promise.all([
      import('../../handlers/reaudit-batch.ts'),
      import('../../handlers/reaudit-summary.ts'),
    ]);
    this.#handlers = {
      ReauditBatchFunction: asHandler(batch.handler),
      ReauditSummaryFunction: asHandler(summary.handler),
    };
  }

  /** Invokes as Lambda does: JSON in, JSON out, and an error by its name. */
  async invoke(functionArn: string, payload: Json): Promise<Json> {
    this.invocations += 1;
    this.beforeInvoke(functionArn, payload);
    const handler = this.#handlers[functionArn.split(':').at(-1) ?? ''];
    if (handler === undefined) throw new Error(`there is no function ${functionArn}`);
    return plain(await handler(payload, { getRemainingTimeInMillis: () => 60_000 }));
  }

  execution(input: Json, options: Partial<ExecutionOptions> & { readonly name: string }): Execution {
    const invoke = (functionArn: string, payload: Json) => this.invoke(functionArn, payload);
    return new Execution(input, { s3: this.s3, invoke, redriveNames: 'everything', ...options });
  }

  async put(Bucket: string, Key: string, Body: string | Uint8Array = 'x'): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }

  /** An S3 Inventory of these rows, as S3 writes one. */
  async putInventory(columns: readonly string[], rows: readonly (readonly string[])[]): Promise<void> {
    const csv = rows.map((row) => row.map((value) => `"${value}"`).join(',')).join('\n');
    await this.put(CONFIG_BUCKET, 'inventory/data.csv.gz', gzipSync(`${csv}\n`));
    const manifest = {
      sourceBucket: BUCKET,
      fileFormat: 'CSV',
      fileSchema: columns.join(', '),
      files: [{ key: 'inventory/data.csv.gz' }],
    };
    await this.put(CONFIG_BUCKET, 'inventory/manifest.json', JSON.stringify(manifest));
  }

  async text(key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: REPORT_BUCKET, Key: key }));
    return (await Body?.transformToString()) ?? '';
  }

  async keys(prefix: string, Bucket = REPORT_BUCKET): Promise<readonly string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
    return Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
  }

  /** Every record of a run, as `outcome key`. */
  async records(run: string): Promise<readonly string[]> {
    const parts = await Promise.all((await this.keys(`${folder(run)}records/`)).map((key) => this.text(key)));
    return parts
      .flatMap((part) => part.split('\n').filter((line) => line !== ''))
      .map((line): AuditRecord => JSON.parse(line))
      .map(({ outcome, object }) => `${outcome} ${object.key}`)
      .sort();
  }

  /** The digests that have come since the last time, as `outcome codes count`. */
  async digests(): Promise<readonly string[]> {
    const told: string[] = [];
    for (;;) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({ QueueUrl: this.#queueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return told.sort();
      for (const { Body = '', ReceiptHandle } of Messages) {
        const { outcome, codes, count, trigger }: Digest = JSON.parse(Body);
        told.push(`${trigger}: ${outcome} ${codes.join('+')} ${count}`);
        await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle }));
      }
    }
  }

  async close(): Promise<void> {
    for (const client of [this.s3, this.#sns, this.#sqs]) client.destroy();
    await this.aws.close();
  }
}

/** Where a run of that name keeps what it writes. */
export const folder = (run: string): string => `reaudit/2026-11-21T020000.000Z_${run}/`;

/** Middy's type asks for the whole of Lambda's context. */
const asHandler = (handler: unknown): Handler => {
  if (typeof handler !== 'function') throw new Error('no handler');
  return async (event, context) => Reflect.apply(handler, undefined, [event, context]);
};
