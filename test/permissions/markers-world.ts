import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { BeforeRequest } from '../../local/aws.ts';
import { type InvokeResult, type LocalFunction, startFunction } from '../../local/lambda/function.ts';
import { sqsEvent } from '../path/bench.ts';
import { type Bundle, bundleHandler } from '../path/bundle.ts';
import { s3Record } from '../path/messages.ts';
import { Execution } from '../statemachine/execution.ts';
import { plain } from '../statemachine/expressions.ts';
import type { Json } from '../template/parse.ts';
import { FILES, MARKED_POLICY, MARKERS, OBJECTS, SEEN, SOURCE_ADDRESS } from './markers.ts';
import { ACCOUNT, CONFIG, KEYS, LAKE, REGION, REPORTS } from './names.ts';
import { ALL_PARAMETERS, functionOf } from './roles.ts';
import { type Deployment, Site } from './site.ts';

const HANDLERS = {
  AuditQueueFunction: 'audit-queue',
  AuditEventFunction: 'audit-event',
  ReauditBatchFunction: 'reaudit-batch',
  ReauditSummaryFunction: 'reaudit-summary',
  BatchOperationsFunction: 's3-batch-operations',
} as const;
/** Objects so old that nothing waits for the other of an object and its instruction file. */
const LONG_AGO_MS = 600_000;

type FunctionId = keyof typeof HANDLERS;

/** All five functions as they are shipped, under their roles, in an environment full of secrets. */
export class MarkersWorld {
  readonly site: Site;
  readonly deployment: Deployment;
  readonly #bundles = new Map<string, Bundle>();
  readonly #functions = new Map<string, LocalFunction>();
  readonly #answers: string[] = [];
  /** Everything that was published, as it went over the wire. */
  readonly #published: string[];
  #interference: BeforeRequest | undefined;

  private constructor(site: Site, deployment: Deployment, published: string[]) {
    this.site = site;
    this.deployment = deployment;
    this.#published = published;
  }

  static async start(): Promise<MarkersWorld> {
    const published: string[] = [];
    let world: MarkersWorld | undefined;
    const watch: BeforeRequest = (service, request) => {
      if (service === 'sns') published.push([...new URLSearchParams(request.body.toString())].join('\n'));
      return world?.answerInstead(service, request);
    };
    const site = await Site.start({ beforeRequest: [watch], clock: () => Date.now() - LONG_AGO_MS });
    const deployment = await site.deploy({ ...ALL_PARAMETERS, Policy: `s3://${CONFIG}/marked.yaml` });
    await writeMarked(site);
    published.length = 0;
    world = new MarkersWorld(site, deployment, published);
    for (const id of Object.keys(HANDLERS)) await world.#load(id);
    return world;
  }

  /** Answers in place of a service, until told otherwise. */
  interfere(how: BeforeRequest | undefined): void {
    this.#interference = how;
  }

  answerInstead: BeforeRequest = (service, request) => this.#interference?.(service, request);

  async invoke(id: FunctionId, event: unknown): Promise<InvokeResult> {
    const started = this.#functions.get(id);
    if (started === undefined) throw new Error(`there is no ${id}`);
    const result = await started.invoke(event);
    this.#answers.push(JSON.stringify(result.payload));
    return result;
  }

  /** Every object by every route: the queue, an event that came straight, a job, and a run of the state machine. */
  async auditAll(): Promise<void> {
    const objects = [...Object.keys(OBJECTS), ...Object.keys(FILES), 'customer/key'];
    const records = objects.map(markedRecord);
    const event = sqsEvent(...records.map((record) => JSON.stringify({ Records: [record] })));
    await this.invoke('AuditQueueFunction', withAttributes(event));
    await this.invoke('AuditEventFunction', { Records: records });
    const tasks = objects.map((s3Key) => ({ taskId: s3Key, s3Key, s3VersionId: null, s3Bucket: LAKE }));
    const job = { invocationSchemaVersion: '2.0', invocationId: 'i', job: { id: 'j' }, tasks };
    await this.invoke('BatchOperationsFunction', job);
    const invoke = async (arn: string, payload: Json): Promise<Json> => {
      const id = arn.endsWith(':ReauditBatchFunction') ? 'ReauditBatchFunction' : 'ReauditSummaryFunction';
      return plain((await this.invoke(id, payload)).payload);
    };
    const options = { s3: this.site.s3, invoke, name: 'markers', redriveNames: 'everything' } as const;
    this.#answers.push(JSON.stringify(await new Execution({ bucket: LAKE, prefix: '' }, options).run()));
  }

  /** Everything that has left the functions, by where it went. */
  async sinks(): Promise<ReadonlyMap<string, string>> {
    const [alerts, mail] = await this.site.received();
    const sinks = new Map<string, string>([
      ['answers', this.#answers.join('\n')],
      ['alerts', alerts.join('\n')],
      ['mail', mail.join('\n')],
      ['publishes', this.#published.join('\n')],
    ]);
    for (const [id, name] of Object.entries(HANDLERS))
      sinks.set(`log of ${name}`, this.#functions.get(id)?.logs().join('\n') ?? '');
    for (const Key of await this.site.keys(REPORTS)) {
      const { Body } = await this.site.s3.send(new GetObjectCommand({ Bucket: REPORTS, Key }));
      const name = `report bucket: ${Key.replace(/^reaudit\/[^/]+\//, '').replace(/[0-9a-f]{32}/, 'PART')}`;
      sinks.set(name, (await Body?.transformToString()) ?? '');
    }
    return sinks;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#functions.values()].map((one) => one.stop()));
    await Promise.all([...this.#bundles.values()].map((one) => one.remove()));
    await this.site.close();
  }

  async #load(id: string): Promise<void> {
    const name = HANDLERS[id as FunctionId];
    const bundle = await bundleHandler(name);
    this.#bundles.set(id, bundle);
    const { role, environment } = functionOf(this.deployment.stack, id);
    const { accessKeyId } = this.deployment.credentials(role);
    const started = await startFunction({
      ...{ bundle: bundle.file, handler: 'handler', account: ACCOUNT, region: REGION, name },
      timeoutSeconds: 30,
      environment: {
        ...environment,
        POLICY_TTL_SECONDS: '0',
        AWS_ENDPOINT_URL: this.site.aws.endpoint,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: MARKERS['the secret access key'],
        AWS_SESSION_TOKEN: MARKERS['the session token'],
        DEPLOYMENT_TOKEN: MARKERS['a token in the environment'],
      },
    });
    this.#functions.set(id, started);
  }
}

async function writeMarked(site: Site): Promise<void> {
  await site.put(CONFIG, 'marked.yaml', MARKED_POLICY);
  const body = MARKERS['the body of an object'];
  for (const [key, metadata] of Object.entries(OBJECTS)) await site.put(LAKE, key, body, undefined, metadata);
  for (const [key, text] of Object.entries(FILES)) await site.put(LAKE, key, text, KEYS.files);
  const SSECustomerKey = Buffer.from(MARKERS['a key of SSE-C'], 'base64').toString('base64');
  const customer = { SSECustomerAlgorithm: 'AES256', SSECustomerKey };
  await site.s3.send(new PutObjectCommand({ Bucket: LAKE, Key: 'customer/key', Body: body, ...customer }));
}

/** A record of an S3 notification with more in it than the auditor reads. */
export function markedRecord(key: string): Record<string, unknown> {
  return {
    ...s3Record({ bucket: LAKE, key }),
    userIdentity: { principalId: `AWS:AROAEXAMPLE:${SEEN['the principal that wrote']}` },
    requestParameters: { sourceIPAddress: SOURCE_ADDRESS },
    responseElements: { 'x-amz-request-id': MARKERS['a request id of the event'] },
    futureMember: { token: MARKERS['a member of the event that nobody knows'] },
  };
}

function withAttributes(event: unknown): unknown {
  const StringValue = MARKERS['an attribute of the message'];
  return JSON.parse(JSON.stringify(event), (name, value: unknown) =>
    name === 'messageAttributes' ? { token: { dataType: 'String', stringValue: StringValue } } : value,
  );
}
