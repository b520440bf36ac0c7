import { composeLambda } from '../../src/compose.ts';
import {
  composeBatchOperations,
  composeReauditBatch,
  composeReauditSummary,
} from '../../src/compose-reaudit.ts';
import { readBatchOperations } from '../../src/intake/read-batch-operations.ts';
import { readMapBatch, readSummaryRequest } from '../../src/intake/read-map-batch.ts';
import type { QueueDeps, QueueReport } from '../../src/queue/deps.ts';
import { runEvent } from '../../src/queue/run-event.ts';
import { runSqsBatch } from '../../src/queue/run-sqs-batch.ts';
import { type JobResult, runBatchOperations } from '../../src/reaudit/batch-operations.ts';
import type { BatchResult } from '../../src/reaudit/batch-result.ts';
import { runBatch } from '../../src/reaudit/batch-run.ts';
import { type RunSummary, summariseRun } from '../../src/reaudit/summary-run.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { sqsEvent } from '../path/bench.ts';
import { s3Notification } from '../path/messages.ts';
import { LAKE, REGION } from './names.ts';
import { functionOf } from './roles.ts';
import type { Deployment, Site, Written } from './site.ts';

const REMAINING_MS = 60_000;

/** The functions of a deployment in this process, each wired by its environment in the template and its role's credentials. */
export class Functions {
  readonly #site: Site;
  readonly #deployment: Deployment;
  /** What the environment holds beside that. */
  readonly #more: Readonly<Record<string, string>>;
  /** Every verdict that was come to, as one line. */
  readonly verdicts: string[] = [];
  readonly records: AuditRecord[] = [];
  readonly failures: string[] = [];

  constructor(site: Site, deployment: Deployment, more: Readonly<Record<string, string>> = {}) {
    this.#site = site;
    this.#deployment = deployment;
    this.#more = more;
  }

  /** What the queue hands to `audit-queue` for these objects; answers the messages that go back, first come `m1`. */
  async queue(...objects: readonly Written[]): Promise<readonly string[]> {
    const bodies = objects.map((object) => s3Notification({ bucket: LAKE, ...object }));
    return this.queueEvent(sqsEvent(...bodies));
  }

  async queueEvent(event: unknown): Promise<readonly string[]> {
    const deps = composeLambda(this.#environment('AuditQueueFunction'));
    const answer = await runSqsBatch(event, this.#watched({ ...deps, report: this.#report }), REMAINING_MS);
    return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }

  async event(event: unknown): Promise<void> {
    const deps = composeLambda(this.#environment('AuditEventFunction'));
    await runEvent(event, this.#watched<QueueDeps>({ ...deps, report: this.#report }), REMAINING_MS);
  }

  async batch(payload: unknown): Promise<BatchResult> {
    const deps = composeReauditBatch(this.#environment('ReauditBatchFunction'));
    return runBatch(readMapBatch(payload), this.#watched(deps), REMAINING_MS);
  }

  async summary(payload: unknown): Promise<RunSummary> {
    const deps = composeReauditSummary(this.#environment('ReauditSummaryFunction'));
    return summariseRun(readSummaryRequest(payload), deps, REMAINING_MS);
  }

  async job(event: unknown): Promise<JobResult> {
    const deps = composeBatchOperations(this.#environment('BatchOperationsFunction'));
    return runBatchOperations(
      readBatchOperations(event),
      this.#watched({ ...deps, record: () => {} }),
      REMAINING_MS,
    );
  }

  /** The SDK reads its credentials and endpoints from the process, so they are put there. */
  #environment(id: string): Readonly<Record<string, string>> {
    const { role, environment } = functionOf(this.#deployment.stack, id);
    const { accessKeyId, secretAccessKey } = this.#deployment.credentials(role);
    const whole = {
      ...environment,
      AWS_REGION: REGION,
      AWS_ENDPOINT_URL: this.#site.aws.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...this.#more,
    };
    Object.assign(process.env, whole);
    return whole;
  }

  readonly #report: QueueReport = {
    record: () => {},
    failure: (_source, why) => this.failures.push(why),
    metrics: () => {},
  };

  #watched<Deps extends Pick<QueueDeps, 'audit'>>(deps: Deps): Deps {
    const audit: QueueDeps['audit'] = async (object, policy) => {
      const audited = await deps.audit(object, policy);
      this.records.push(...audited.records);
      this.verdicts.push(...audited.records.map(verdictText));
      return audited;
    };
    return { ...deps, audit };
  }
}

/** A verdict in a line: the key, the outcome, its codes with what tells them apart, and the diagnosis. */
export function verdictText({ object, outcome, ...record }: AuditRecord): string {
  const codes = [...(record.violations ?? []), ...(record.reasons ?? []), ...(record.diagnosis ?? [])];
  const texts = codes.map(({ code, args }) => {
    const told = ['permission', 'cause', 'answers', 'why'].flatMap((name) =>
      Object.hasOwn(args, name) ? [JSON.stringify(Reflect.get(args, name))] : [],
    );
    return [code, ...told].join(' ');
  });
  return [`${object.key}: ${outcome}`, ...texts].join(', ');
}
