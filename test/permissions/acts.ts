import { gzipSync } from 'node:zlib';
import { Functions } from './functions.ts';
import { LambdaService } from './lambda-service.ts';
import { Machine } from './machine.ts';
import { ACCOUNT, INVENTORY, LAKE, POLICY } from './names.ts';
import { startParameterStore } from './parameter-store.ts';
import type { Deployment, Site } from './site.ts';

/** Something that a deployment does, and what can be seen of it, a line each. */
export type Act = (site: Site, deployment: Deployment) => Promise<readonly string[]>;

export type Auditor = 'audit-queue' | 'reaudit-batch';

/** Audits objects by one of the two ways. `current` leaves out the versions that were written, as a listing does. */
export const auditing =
  (auditor: Auditor, keys: readonly string[], { current = [] as readonly string[] } = {}): Act =>
  (site, deployment) =>
    audited(new Functions(site, deployment), site, auditor, keys, current);

async function audited(
  functions: Functions,
  site: Site,
  auditor: Auditor,
  keys: readonly string[],
  current: readonly string[],
): Promise<readonly string[]> {
  const objects = keys.map((key) => (current.includes(key) ? { key } : site.written(key)));
  const told: string[] = [];
  try {
    if (auditor === 'audit-queue') {
      const back = await functions.queue(...objects);
      told.push(...back.map((message) => `goes back: ${message}`));
    } else {
      const Items = objects.map(({ key, versionId = '' }) => ({ Key: key, VersionId: versionId }));
      await functions.batch({ BatchInput: { runId: 'acts', bucket: LAKE, keyEncoding: 'raw' }, Items });
    }
  } catch (error) {
    told.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
  return [...functions.verdicts.sort(), ...functions.failures, ...told];
}

/** Audits an object that violates the policy, and tells who got the alert. */
export const alerting: Act = async (site, deployment) => {
  const told = await auditing('audit-queue', ['plain/wrong'])(site, deployment);
  return [...told.slice(1), ...(await alerted(site))];
};

async function alerted(site: Site): Promise<readonly string[]> {
  const [alerts, mail] = await site.received();
  return [`alerts: ${alerts.length}, mail: ${mail.length}`];
}

/** Audits with a policy of the Parameter Store. */
export const parameterPolicy =
  (auditor: Auditor): Act =>
  async (site, deployment) => {
    const store = await startParameterStore(site, ACCOUNT, 'auditor-policy', POLICY);
    try {
      return await audited(
        new Functions(site, deployment, { AWS_ENDPOINT_URL_SSM: store.endpoint }),
        site,
        auditor,
        ['plain/right'],
        [],
      );
    } finally {
      await store.close();
    }
  };

const lambda = (site: Site, deployment: Deployment): LambdaService =>
  new LambdaService(site, deployment, new Functions(site, deployment));

export const polling: Act = async (site, deployment) => {
  const queue = site.queue('AuditQueue');
  site.aws.sqs.deliver(
    queue.arn,
    JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: LAKE }),
  );
  const told = await lambda(site, deployment).poll();
  const left = await queue.receive(10, 0);
  for (const { receiptHandle } of left) queue.delete(receiptHandle);
  return [...told, `left in the queue: ${left.length}`];
};

export const failing: Act = (site, deployment) =>
  lambda(site, deployment).invokeAsynchronously({ Records: 'not a list' });

export const logging: Act = async (site, deployment) => lambda(site, deployment).logs();

let runs = 0;

/** Runs the state machine over a listing. */
export const running: Act = async (site, deployment) => {
  runs += 1;
  const name = `run-${runs}`;
  const told = await new Machine(site, deployment, new Functions(site, deployment)).run(name);
  return [...told.map((line) => line.replaceAll(/\/?[^/ ]*_run-\d+/g, '/RUN')), ...(await alerted(site))];
};

/** Runs it over an inventory of one object. */
export const runningOverInventory: Act = async (site, deployment) => {
  runs += 1;
  await site.put(INVENTORY, 'data.csv.gz', gzipSync(`"${LAKE}","plain/right"\n`));
  const manifest = { fileFormat: 'CSV', fileSchema: 'Bucket, Key', files: [{ key: 'data.csv.gz' }] };
  await site.put(INVENTORY, 'manifest.json', JSON.stringify({ sourceBucket: LAKE, ...manifest }));
  const inventory = { bucket: INVENTORY, key: 'manifest.json' };
  const machine = new Machine(site, deployment, new Functions(site, deployment));
  return machine.run(`run-${runs}`, { inventory, keyEncoding: 'url' });
};
