import type { BucketDefault } from '../encryption/bucket-default.ts';
import type { KeyArn } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { BucketName, ObjectKey } from '../objects/object.ts';
import { quoted } from '../policy/problem-text.ts';
import type { ClientSettings } from './client-encryption.ts';
import { type EffectiveClient, effectiveClient } from './effective.ts';
import { currentName } from './effective-properties.ts';
import { placeText } from './place-text.ts';
import { type ClientGot, clientsOfSession } from './predict-cache.ts';
import { type HeadPrediction, type PredictedHead, predictHead } from './predict-head.ts';
import { type EmrProblem, emrProblem } from './problem.ts';
import { PROPERTY } from './properties.ts';
import type { Column, Connector, Setting, SettingPlace } from './setting.ts';
import { sampleKey, type WriteScheme, type WriteTarget, writeTarget } from './write-target.ts';

export type { HeadPrediction, PredictedHead, ServerSideKey, UndecidedCode } from './predict-head.ts';

/** One folder that a job writes. */
export interface PlannedWrite {
  /** `s3://bucket/prefix/`, or with `s3a` or `s3n`. */
  readonly uri: string;
  /** Set in the session just before this write, beyond the job's. */
  readonly settings: readonly Setting[];
  readonly user?: string;
  readonly place: SettingPlace;
}

export interface Job {
  readonly settings: readonly Setting[];
  /** What serves `s3://` and `s3n://`. */
  readonly s3Connector: Connector;
  /** In the order in which one session writes them. */
  readonly writes: readonly PlannedWrite[];
  /** By bucket, where known. */
  readonly defaults: ReadonlyMap<string, BucketDefault>;
}

/** What is known of one write before it happens. */
export type Prediction = {
  readonly write: PlannedWrite;
  readonly bucket: BucketName;
  /** Of a sample object just below the prefix. */
  readonly key: ObjectKey;
  readonly column: Column;
  /** The client that the write gets, which need not be the one that its settings ask for. */
  readonly client: ClientSettings;
  /** The client that the settings at the time of the write ask for. */
  readonly asked: ClientSettings;
  /** The earlier write whose client this one gets. */
  readonly cachedFrom?: PlannedWrite;
  readonly problems: readonly EmrProblem[];
} & HeadPrediction;

interface Placed {
  readonly write: PlannedWrite;
  readonly target: WriteTarget;
  readonly column: Column;
  readonly asked: EffectiveClient;
}

/**
 * Predicts what a HEAD will show of each write of a session, cached clients included. Gives one prediction for each
 * write, in order. Throws a RangeError for a URI that `writeTarget` does not read.
 */
export function predictWrites(job: Job): readonly Prediction[] {
  const placed = job.writes.map((write) => place(job, write));
  const clients = clientsOfSession(
    placed.map(({ write, target, column, asked }) => ({
      write,
      fileSystem: JSON.stringify([target.scheme, target.bucket.toLowerCase(), write.user ?? null]),
      asked,
      emrfs: column === 's3-emrfs',
    })),
  );
  return placed.flatMap((one, index) => {
    const got = clients[index];
    return got === undefined ? [] : [predict(job, one, got)];
  });
}

function place(job: Job, write: PlannedWrite): Placed {
  const target = writeTarget(write.uri);
  if (target === undefined)
    throw new RangeError(`${quoted(write.uri)} is no address like s3://bucket/prefix/`);
  const { scheme, bucket } = target;
  const column = columnOf(scheme, job.s3Connector);
  const asked = effectiveClient({
    settings: settingsAt(job.settings, write.settings),
    column,
    bucket,
    scheme,
    mapped: job.s3Connector === 's3a',
  });
  return { write, target, column, asked };
}

const columnOf = (scheme: WriteScheme, connector: Connector): Column =>
  scheme === 's3a' ? 's3a-s3a' : connector === 'emrfs' ? 's3-emrfs' : 's3-s3a';

/** What a session sets replaces the job's own setting of that property; of several, the last counts. */
function settingsAt(job: readonly Setting[], own: readonly Setting[]): readonly Setting[] {
  const latest = new Map(own.map((setting) => [currentName(setting.name), setting]));
  const kept = job.filter(({ layer, name }) => layer !== 'job' || !latest.has(currentName(name)));
  return [...kept, ...[...latest.values()].map((setting) => ({ ...setting, layer: 'job' as const }))];
}

function predict(
  job: Job,
  { write, target, column, asked }: Placed,
  got: ClientGot<PlannedWrite>,
): Prediction {
  const { bucket, prefix } = target;
  const base = { write, bucket, key: sampleKey(prefix), column, asked };
  const { problems } = asked;
  switch (got.kind) {
    case 'client': {
      const { client, cachedFrom } = got;
      const encryption = client.encryption;
      const head = predictHead({ encryption, column, bucketDefault: job.defaults.get(bucket) });
      const from = cachedFrom === undefined ? {} : { cachedFrom };
      return { ...base, client, ...from, problems: distinct([...problems, ...client.problems]), ...head };
    }
    case 'either': {
      const why =
        'whether the cache is switched off here cannot be told, and an earlier client encrypts differently';
      return { ...base, client: asked, problems, kind: 'undecided', code: 'CLIENT_UNDECIDED', why };
    }
    case 'committer': {
      const problem = committerProblem(write, got.earlier);
      const why = problem.message;
      const told = distinct([...problems, problem]);
      return {
        ...base,
        client: asked,
        problems: told,
        kind: 'undecided',
        code: 'COMMITTER_MAY_KEEP_CLIENT',
        why,
      };
    }
    default:
      return assertNever(got);
  }
}

/** https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-s3-optimized-committer.html */
function committerProblem(write: PlannedWrite, earlier: PlannedWrite): EmrProblem {
  const both = `${quoted(write.uri)} is encrypted otherwise than ${quoted(earlier.uri)} (${placeText(earlier.place)}) in one session`;
  const message = `${both}, and EMRFS's S3-optimized committer may keep the earlier client: set ${quoted(`${PROPERTY.optimizedCommitter}=false`)}`;
  return emrProblem('emr/committer', write.place, message);
}

const distinct = (problems: readonly EmrProblem[]): readonly EmrProblem[] => [
  ...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values(),
];

/** Takes a prediction and the ARN that its `serverSideKey` resolves to, and gives it with that key in the HEAD. */
export function withKey<P extends PredictedHead>(prediction: P, arn: KeyArn): P {
  if (prediction.serverSideKey === undefined) return prediction;
  return { ...prediction, head: { ...prediction.head, kmsKeyId: arn } };
}
