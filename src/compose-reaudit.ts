import { setTimeout as pause } from 'node:timers/promises';
import product from '../package.json' with { type: 'json' };
import { giveUp } from './audit/audit-object.ts';
import { auditWritten } from './audit/audit-written.ts';
import { PolicyHolder } from './audit/policy-holder.ts';
import type { PreparedPolicy } from './audit/prepared-policy.ts';
import { awsClients, type Clients } from './aws/clients.ts';
import { kmsKeys, loadPolicy, s3Heads, s3InstructionFiles, sha256, snsAlert } from './compose.ts';
import { readMapBatch } from './intake/read-map-batch.ts';
import {
  BadConfiguration,
  type Environment,
  type LambdaConfig,
  locationText,
  readLambdaConfig,
} from './queue/lambda-config.ts';
import { counterMetric } from './queue/metrics.ts';
import type { JobDeps } from './reaudit/batch-operations.ts';
import type { ObjectAudits, PolicyInS3, ReportStore, StoredObject } from './reaudit/batch-ports.ts';
import type { BatchDeps } from './reaudit/batch-run.ts';
import { renderReport } from './reaudit/report.ts';
import { summaryJson } from './reaudit/summary-json.ts';
import type { SummaryDeps } from './reaudit/summary-run.ts';

/** Wires `reaudit-batch` from its environment. Throws `BadConfiguration` that names every bad variable at once. */
export function composeReauditBatch(env: Environment): BatchDeps {
  const { config, reportBucket } = readReauditConfig(env);
  const clients = awsClients({});
  return {
    ...objectAudits(config, clients, env),
    store: reportStore(clients, reportBucket),
    pause: (ms) => pause(ms),
    random: Math.random,
  };
}

/** Wires `reaudit-summary` from its environment. Throws `BadConfiguration`. */
export function composeReauditSummary(env: Environment): SummaryDeps {
  const { config, reportBucket } = readReauditConfig(env);
  const clients = awsClients({});
  return {
    ...objectAudits(config, clients, env),
    // By S3's client, which the results of the run need in any case.
    policy: policies(config, clients),
    store: reportStore(clients, reportBucket),
    readBatch: readMapBatch,
    report: renderReport,
    summary: summaryJson,
    alert: snsAlert(config, clients),
    policySource: (named) => locationText(named ?? config.policy),
    version: product.version,
    now: Date.now,
  };
}

/** Wires `s3-batch-operations` from its environment. Throws `BadConfiguration`. */
export function composeBatchOperations(env: Environment): JobDeps {
  const config = readLambdaConfig(env);
  return {
    ...objectAudits(config, awsClients({}), env),
    record: (record) => line({ level: 'INFO', message: 'verdict', record }),
  };
}

interface ReauditConfig {
  readonly config: LambdaConfig;
  readonly reportBucket: string;
}

/** The functions that write need a place to write to; it is told with all that is wrong besides. */
function readReauditConfig(env: Environment): ReauditConfig {
  const missing = env.REPORT_BUCKET ? [] : ['REPORT_BUCKET is missing: expected the name of a bucket'];
  try {
    const config = readLambdaConfig(env);
    if (config.reportBucket !== undefined) return { config, reportBucket: config.reportBucket };
  } catch (error) {
    if (error instanceof BadConfiguration) throw new BadConfiguration([...error.problems, ...missing]);
    throw error;
  }
  throw new BadConfiguration(missing);
}

/** How many policies that runs name are held beside the function's own; the one held longest goes first. */
const MOST_POLICIES = 8;

function objectAudits(config: LambdaConfig, clients: Clients, env: Environment): ObjectAudits {
  const heads = s3Heads(clients, env);
  const instructionFiles = s3InstructionFiles(clients, heads, config.instructionFiles);
  // Not a run's first answers: an instance serves one run after another, and outlives all of them.
  const keys = kmsKeys(clients, 'minutes');
  const depsFor = (policy: PreparedPolicy) => ({
    ...{ heads, instructionFiles, keys, policy, hash: sha256 },
    now: Date.now,
  });
  return {
    audit: (object, policy) => auditWritten(object, depsFor(policy)),
    giveUp: (object, failure, policy) => giveUp(object, failure, depsFor(policy)),
    policy: policies(config, clients, env),
    concurrency: config.concurrency,
    abortAfter: (ms) => AbortSignal.timeout(Math.max(0, Math.floor(ms))),
  };
}

function policies(config: LambdaConfig, clients: Clients, env?: Environment): ObjectAudits['policy'] {
  const holders = new Map<string, PolicyHolder>();
  return (named?: PolicyInS3) => {
    const location = named ?? config.policy;
    const name = locationText(location);
    const holder = holders.get(name) ?? newHolder(() => loadPolicy(location, clients, env), config);
    holders.set(name, holder);
    const [oldest] = holders.keys();
    if (holders.size > MOST_POLICIES && oldest !== undefined) holders.delete(oldest);
    return holder.current();
  };
}

const newHolder = (
  load: () => Promise<PreparedPolicy>,
  { policyTtlMs, metricNamespace }: LambdaConfig,
): PolicyHolder =>
  new PolicyHolder({
    load,
    ttlMs: policyTtlMs,
    now: Date.now,
    onRefused: (error) => {
      line({ level: 'ERROR', message: 'not done', source: 'policy', why: error.message });
      process.stdout.write(`${counterMetric('PolicyRefused', 1, Date.now(), metricNamespace)}\n`);
    },
  });

/** The report bucket; S3's client is loaded when it is first needed. */
export function reportStore(clients: Clients, bucket: string): ReportStore {
  let made: Promise<ReportStore> | undefined;
  const inner = (): Promise<ReportStore> => {
    made ??= import('./aws/report-store.ts').then(
      ({ S3ReportStore }) => new S3ReportStore(() => clients.s3(), bucket),
    );
    return made;
  };
  return {
    bucket,
    put: async (...what) => (await inner()).put(...what),
    list: async function* (prefix): AsyncGenerator<StoredObject> {
      yield* (await inner()).list(prefix);
    },
    read: async function* (key): AsyncGenerator<Uint8Array> {
      yield* (await inner()).read(key);
    },
  };
}

const line = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};
