import type { KeyDirectory } from '../audit/ports.ts';
import { connect, kmsKeys, s3BucketSettings } from '../compose.ts';
import { refusalText } from '../emr/bucket-check-text.ts';
import { type PlannedWrite, predictWrites } from '../emr/predict.ts';
import { type EmrProblem, leavesUnread } from '../emr/problem.ts';
import type { Connector } from '../emr/setting.ts';
import { writeTarget } from '../emr/write-target.ts';
import type { BucketDefault } from '../encryption/bucket-default.ts';
import { jsonText } from '../objects/json-text.ts';
import type { BucketName } from '../objects/object.ts';
import { printable } from '../objects/printable.ts';
import type { Outcome } from '../verdict/verdict.ts';
import type { AwsOptions } from './aws-options.ts';
import type { JudgeScope } from './emr-preflight-judge.ts';
import { type JudgedWrite, judgeWrite } from './emr-preflight-write.ts';
import {
  checkSources,
  concerning,
  connectorOf,
  dependsOnServer,
  type EmrInputs,
  type EmrSources,
  isUnreadable,
  noConnector,
  readSources,
  type S3Server,
} from './emr-sources.ts';
import { type PlannedWrites, readWrites, writesOfFlags } from './emr-writes.ts';
import { EXIT, type ExitStatus, exitStatus } from './exit-status.ts';
import { BadInput, type CliIo, placeName, readText, tell } from './io.ts';
import { preparedPolicy } from './load-policy.ts';
import { OfflineKeys, readKeysFile } from './offline-keys.ts';
import { tellEmrProblems } from './render-emr-problems.ts';
import { type Preflight, preflightJson, preflightJunit, renderPreflight } from './render-preflight.ts';
import { openSink } from './sink.ts';

/** `emr preflight` as the command line asks for it. */
export interface EmrPreflight {
  readonly command: 'emr preflight';
  readonly policy: string;
  readonly inputs: EmrInputs;
  readonly writes: readonly string[];
  /** `--writes` */
  readonly writesFile?: string;
  readonly keys?: string;
  readonly live: boolean;
  readonly format: 'text' | 'json' | 'junit';
  readonly output?: string;
  readonly aws: AwsOptions;
}

/** Says of each write of a job, before it runs, what the audit would say of its objects. Throws `BadInput` and `PolicyUnusable`. */
export async function emrPreflight(invocation: EmrPreflight, io: CliIo): Promise<ExitStatus> {
  const { inputs, policy: policyPath, writesFile, keys, output, aws, live } = invocation;
  checkSources(inputs, { '--policy': policyPath, '--writes': writesFile, '--keys': keys }, output);
  const planned = await plannedWrites(invocation, io);
  const policy = await preparedPolicy(policyPath, aws, io);
  const sources = await readSources(inputs, io);
  if (isUnreadable(sources)) {
    tellEmrProblems(sources.problems, io);
    return EXIT.badUsage;
  }
  const server = connectorOf(inputs, sources);
  const s3Connector = neededConnector(server, planned.writes, sources);
  const defaults = live ? await liveDefaults(planned.writes, aws, io) : new Map<string, BucketDefault>();
  const predictions = predictWrites({
    settings: sources.settings,
    s3Connector,
    writes: planned.writes,
    defaults,
  });
  const scope: JudgeScope = {
    policy,
    keys: unproven(await keysOf(invocation, io)),
    now: io.now,
    asks: { keys: keys === undefined ? (live ? 'kms' : 'nothing') : 'file', buckets: live },
    ...(aws.region === undefined ? {} : { region: aws.region }),
  };
  const judged: JudgedWrite[] = [];
  for (const prediction of predictions) judged.push(await judgeWrite(prediction, scope));
  const columns = predictions.map(({ column }) => column);
  const told = [...sources.problems, ...planned.problems, ...server.problems];
  const problems = concerning(told, columns);
  const { uncovered } = policy.policy.defaults;
  const preflight: Preflight = { policy: placeName(policyPath), judged, problems, uncovered };
  await write(preflight, invocation, io);
  return statusOf(preflight);
}

async function plannedWrites({ writes, writesFile }: EmrPreflight, io: CliIo): Promise<PlannedWrites> {
  const flags = writesOfFlags(writes);
  const file =
    writesFile === undefined
      ? { writes: [], problems: [] }
      : readWrites(await readText(writesFile, io), placeName(writesFile));
  const all = [...flags, ...file.writes];
  if (all.length === 0) {
    throw new BadInput('no write is named: give --write s3://BUCKET/PREFIX/ or --writes FILE');
  }
  return { writes: all, problems: file.problems };
}

/** Where S3A alone is written to and nothing is set for EMRFS, what serves `s3://` changes nothing. */
function neededConnector(
  server: S3Server,
  writes: readonly PlannedWrite[],
  { settings }: EmrSources,
): Connector {
  if (server.connector !== undefined) return server.connector;
  const needed =
    writes.some(({ uri }) => writeTarget(uri)?.scheme !== 's3a') ||
    dependsOnServer([...settings, ...writes.flatMap((write) => write.settings)]);
  if (needed) throw noConnector(server);
  return 's3a';
}

async function keysOf({ keys, live, aws }: EmrPreflight, io: CliIo): Promise<KeyDirectory> {
  if (keys !== undefined) return readKeysFile(keys, io);
  return live ? kmsKeys(connect(aws), 'minutes') : new OfflineKeys(new Map());
}

/** Nothing is written yet, so that there is no wrapped key to prove anything of: KMS is not asked to decrypt one. */
const unproven = (keys: KeyDirectory): KeyDirectory => ({
  alias: (...question) => keys.alias(...question),
  key: (arn) => keys.key(arn),
  aliasNames: (arn) => keys.aliasNames(arn),
  prove: async () => ({ kind: 'unproven', answer: 'nothing is written yet' }),
});

/** The default encryption of every bucket that is written to; of those that do not tell, one line each. */
async function liveDefaults(
  writes: readonly PlannedWrite[],
  aws: AwsOptions,
  io: CliIo,
): Promise<ReadonlyMap<string, BucketDefault>> {
  const settings = s3BucketSettings(connect(aws));
  const buckets = new Set<BucketName>();
  for (const { uri } of writes) {
    const bucket = writeTarget(uri)?.bucket;
    if (bucket !== undefined) buckets.add(bucket);
  }
  const defaults = new Map<string, BucketDefault>();
  for (const bucket of buckets) {
    const answer = await settings.defaultEncryption(bucket);
    if (answer.kind === 'found') defaults.set(bucket, answer.value);
    else {
      const why = answer.kind === 'none' ? 'the server has none' : refusalText(answer);
      tell(io, printable(`s3://${bucket}: the default encryption is not known: ${why}`));
    }
  }
  return defaults;
}

async function write(preflight: Preflight, { format, output }: EmrPreflight, io: CliIo): Promise<void> {
  const sink = await openSink(output, io);
  await sink.write(textOf(preflight, format, io.color && output === undefined).trimEnd());
  await sink.close();
  // In the other forms they stand beside the writes.
  const beside = preflight.judged.flatMap(({ prediction }) => prediction.problems);
  const told: readonly EmrProblem[] = [...preflight.problems, ...beside];
  tellEmrProblems(told, io);
}

function textOf(preflight: Preflight, format: EmrPreflight['format'], color: boolean): string {
  switch (format) {
    case 'text':
      return renderPreflight(preflight, { color });
    case 'json':
      return jsonText(preflightJson(preflight), 2);
    case 'junit':
      return preflightJunit(preflight);
  }
}

function statusOf({ judged, problems, uncovered }: Preflight): ExitStatus {
  const counts: Record<Outcome, number> = {
    ...{ compliant: 0, violation: 0, uncovered: 0 },
    ...{ exempt: 0, unknown: 0, gone: 0 },
  };
  for (const { outcome } of judged) counts[outcome] += 1;
  const unreadable = problems.filter(leavesUnread).length;
  return exitStatus({ counts, uncovered, unreadable, read: judged.length });
}
