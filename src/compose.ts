import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AlertSink } from './alerts/alert-sink.ts';
import type { Digest } from './alerts/digest.ts';
import { mailMessage, perProtocolMessage, programMessage } from './alerts/messages.ts';
import { auditWritten } from './audit/audit-written.ts';
import { CachingKeyDirectory, type CachingOptions } from './audit/caching-key-directory.ts';
import { PolicyUnusable } from './audit/failures.ts';
import { once } from './audit/once.ts';
import { PolicyHolder } from './audit/policy-holder.ts';
import type { InstructionFiles, KeyDirectory, ObjectHeads } from './audit/ports.ts';
import { type PreparedPolicy, preparePolicy } from './audit/prepared-policy.ts';
import { awsClients, type Clients, type ConnectionOptions } from './aws/clients.ts';
import { headsFor, listerFor } from './aws/heads-for.ts';
import { policyInS3 } from './aws/policy-in-s3.ts';
import type { BucketSettings } from './emr/bucket-settings.ts';
import { parseJsonPolicy } from './policy/parse-json.ts';
import type { QueueDeps, QueueReport } from './queue/deps.ts';
import {
  type Environment,
  type LambdaConfig,
  locationText,
  type PolicyLocation,
  readLambdaConfig,
} from './queue/lambda-config.ts';
import { counterMetric } from './queue/metrics.ts';
import type { ObjectLister } from './reaudit/ports.ts';
import type { ByteReader } from './reaudit/source-bytes.ts';
import { utcDay } from './verdict/judge-key.ts';

export const sha256 = (text: string): string => `sha256:${hash('sha256', text, 'hex')}`;

/** Wires a Lambda function from its environment. Throws `BadConfiguration` that names every bad variable at once. */
export function composeLambda(env: Environment): QueueDeps {
  const config = readLambdaConfig(env);
  const clients = awsClients({});
  const report = standardOutputReport();
  const holder = new PolicyHolder({
    load: () => loadPolicy(config.policy, clients, env),
    ttlMs: config.policyTtlMs,
    now: Date.now,
    onRefused: (error) => {
      report.failure('policy', error.message);
      report.metrics([counterMetric('PolicyRefused', 1, Date.now(), config.metricNamespace)]);
    },
  });
  const heads = s3Heads(clients, env);
  return queueDeps({
    policy: () => holder.current(),
    heads,
    instructionFiles: s3InstructionFiles(clients, heads, config.instructionFiles),
    keys: kmsKeys(clients, 'minutes'),
    alert: snsAlert(config, clients),
    policySource: locationText(config.policy),
    concurrency: config.concurrency,
    metricNamespace: config.metricNamespace,
    ...(config.maxReceives === undefined ? {} : { maxReceives: config.maxReceives }),
    report,
  });
}

export interface QueueParts {
  readonly policy: () => Promise<PreparedPolicy>;
  readonly heads: ObjectHeads;
  readonly instructionFiles: InstructionFiles;
  readonly keys: KeyDirectory;
  readonly alert: (digest: Digest) => Promise<void>;
  readonly policySource?: string;
  readonly maxReceives?: number;
  readonly concurrency: number;
  readonly metricNamespace?: string;
  readonly report: QueueReport;
}

/** What the queue needs, from the parts that a Lambda function and `handle` choose differently. */
export function queueDeps({ heads, instructionFiles, keys, ...parts }: QueueParts): QueueDeps {
  return {
    ...parts,
    audit: (object, policy) =>
      auditWritten(object, { heads, instructionFiles, keys, policy, now: Date.now, hash: sha256 }),
    now: Date.now,
    abortAfter: (ms) => AbortSignal.timeout(Math.floor(ms)),
  };
}

/** HEADs over pooled connections, or through the SDK where those do not apply. */
export const s3Heads = (clients: Clients, env?: Environment): ObjectHeads =>
  headsFor(clients, env === undefined ? {} : { env });

/** Listings by the same choice. */
export const s3Lister = (clients: Clients): ObjectLister => listerFor(clients);

/** A bucket's own configuration; the client is loaded with the first question. */
export function s3BucketSettings(clients: Clients): BucketSettings {
  const inner = once(async () => {
    const { S3BucketSettings } = await import('./aws/s3-bucket-settings.ts');
    return new S3BucketSettings(await clients.s3());
  });
  return {
    defaultEncryption: async (bucket) => (await inner()).defaultEncryption(bucket),
    notifications: async (bucket) => (await inner()).notifications(bucket),
  };
}

/** Whole objects piece by piece, for the files of an inventory; the client is loaded with the first one. */
export function s3Bytes(clients: Clients): ByteReader {
  const inner = once(async () => {
    const { S3ByteReader } = await import('./aws/read-stream.ts');
    return new S3ByteReader({ client: () => clients.s3(), pause: (attempt) => pause(200 * 2 ** attempt) });
  });
  return {
    async *read(place) {
      yield* (await inner()).read(place);
    },
  };
}

/** Instruction files by S3's client, loaded with the first one that is there. */
export function s3InstructionFiles(
  clients: Clients,
  heads: ObjectHeads,
  mayDecrypt: boolean,
): InstructionFiles {
  const inner = once(async () => {
    const { S3InstructionFiles } = await import('./aws/s3-instruction-files.ts');
    return new S3InstructionFiles({ client: () => clients.s3(), heads, mayDecrypt });
  });
  return { read: async (object, mostBytes) => (await inner()).read(object, mostBytes) };
}

/** KMS behind a cache; the client is loaded with the first question. */
export function kmsKeys(clients: Clients, keep: CachingOptions['keep']): KeyDirectory {
  const inner = once(async () => {
    const { KmsKeyDirectory } = await import('./aws/kms-key-directory.ts');
    return new KmsKeyDirectory((region) => clients.kms(region));
  });
  const directory: KeyDirectory = {
    alias: async (...question) => (await inner()).alias(question[0], question[1]),
    key: async (arn) => (await inner()).key(arn),
    aliasNames: async (arn) => (await inner()).aliasNames(arn),
    prove: async (request, region) => (await inner()).prove(request, region),
  };
  return new CachingKeyDirectory(directory, { now: Date.now, keep });
}

export type AlertTopics = Pick<LambdaConfig, 'topicArn' | 'mailTopicArn' | 'alertFormat'>;

/** Publishes a digest to every topic there is; resolves when all have accepted it. */
export function snsAlert(topics: AlertTopics, clients: Clients): (digest: Digest) => Promise<void> {
  const sink = (topicArn: string, structure?: 'json'): (() => Promise<AlertSink>) =>
    once(async () => {
      const { SnsAlertSink } = await import('./aws/sns-alert-sink.ts');
      const region = topicArn.split(':')[3];
      return new SnsAlertSink({
        client: () => clients.sns(region),
        topicArn,
        ...(structure === undefined ? {} : { structure }),
      });
    });
  const { topicArn, mailTopicArn } = topics;
  if (topics.alertFormat === 'per-protocol') {
    const both = sink(topicArn, 'json');
    return async (digest) => (await both()).publish(perProtocolMessage(digest));
  }
  const programs = sink(topicArn);
  const mail = mailTopicArn === undefined ? undefined : sink(mailTopicArn);
  return async (digest) => {
    // Both are waited for: a Publish that went on after the answer would alert in a later invocation.
    const published = await Promise.allSettled([
      programs().then((to) => to.publish(programMessage(digest))),
      mail?.().then((to) => to.publish(mailMessage(digest))),
    ]);
    for (const one of published) if (one.status === 'rejected') throw one.reason;
  };
}

/** Reads, parses and prepares the policy. Throws `PolicyUnusable` with every problem and its place. */
export async function loadPolicy(
  location: PolicyLocation,
  clients: Clients,
  env?: Environment,
): Promise<PreparedPolicy> {
  return loadPolicyText(await readPolicyText(location, clients, env), locationText(location));
}

/** Parses and prepares a policy's text; `file` is how its problems name it. Throws `PolicyUnusable`. */
export async function loadPolicyText(text: string, file: string): Promise<PreparedPolicy> {
  const options = { today: utcDay(Date.now()) };
  // YAML's parser is loaded with the first policy that is no JSON.
  const { policy, problems } =
    parseJsonPolicy(text, options) ?? (await import('./policy/parse.ts')).parsePolicy(text, options);
  if (policy !== undefined) return preparePolicy(policy, sha256(text));
  const { renderProblems } = await import('./policy/render-problems.ts');
  const errors = problems.filter(({ level }) => level === 'error');
  throw new PolicyUnusable(`${file} has errors:\n${renderProblems(errors, { file, text, color: false })}`);
}

/** The policy's text. Throws `PolicyUnusable` where it cannot be read. */
export async function readPolicyText(
  location: PolicyLocation,
  clients: Clients,
  env?: Environment,
): Promise<string> {
  switch (location.kind) {
    case 's3':
      return policyInS3(location, clients, env);
    case 'ssm': {
      const { readPolicyFromSsm } = await import('./aws/read-policy.ts');
      return readPolicyFromSsm(await clients.ssm(), location.name);
    }
    case 'file':
      return readPolicyFile(location.path);
  }
}

/** The bundled policy, within the bounds of one in S3; what is not UTF-8 is refused, since a character replaced would make another prefix. */
async function readPolicyFile(path: string): Promise<string> {
  const { boundedPolicyText } = await import('./aws/read-policy.ts');
  try {
    return await boundedPolicyText(path, createReadStream(path));
  } catch (error) {
    if (error instanceof PolicyUnusable) throw error;
    throw new PolicyUnusable(`${path} could not be read: ${String(error)}`, { cause: error });
  }
}

/** Clients for the way of reaching AWS that the command line names. */
export const connect = (options: ConnectionOptions): Clients => awsClients(options);

function standardOutputReport(): QueueReport {
  const line = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  return {
    record: (record) => line(JSON.stringify({ level: 'INFO', message: 'verdict', record })),
    failure: (source, why) => line(JSON.stringify({ level: 'ERROR', message: 'not done', source, why })),
    metrics: (lines) => lines.forEach(line),
  };
}
