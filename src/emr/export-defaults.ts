import type { BucketName } from '../objects/object.ts';
import { rulesThatCanGovern } from '../policy/explain.ts';
import type { ClientEncryption } from './client-encryption.ts';
import {
  chooseOuterLayer,
  chooseWholeBucket,
  type DefaultChoice,
  type ExportedBucketDefault,
} from './export-bucket.ts';
import type { KeyScope } from './export-key.ts';
import type { PlannedWrite } from './export-planned.ts';
import type { ReadWrite } from './export-writes.ts';
import { type EmrProblem, emrProblem } from './problem.ts';

export interface Defaults {
  readonly defaults: readonly ExportedBucketDefault[];
  readonly problems: readonly EmrProblem[];
  /** True for a bucket whose default serves all its rules. */
  readonly serves: (bucket: string) => boolean;
}

const NO_HEADERS =
  'an application that writes here asks for no encryption of its own: what it asked for would win over this default';

/** The defaults of the buckets that are written. */
export function wholeBuckets(read: readonly ReadWrite[], keys: KeyScope): Defaults {
  const written = read.flatMap(({ write }) => (write.bucket === undefined ? [] : [write.bucket]));
  const choices = [...new Set(written)].map((bucket) => ({
    bucket,
    choice: chooseWholeBucket(bucket, keys),
  }));
  const defaults = choices.flatMap(({ bucket, choice }): readonly ExportedBucketDefault[] => {
    if (choice.kind === 'none') return [];
    const here = read.filter((one) => one.kind === 'governed' && one.write.bucket === bucket);
    const rules = rulesThatCanGovern(keys.policy.rules, bucket, '').map(({ id }) => id);
    return [
      {
        bucket,
        serves: 'whole-bucket',
        encryption: choice.encryption,
        prefixes: here.map(({ write }) => write.text),
        rules,
        notes: [NO_HEADERS, ...choice.notes],
      },
    ];
  });
  const served = new Set<string>(defaults.map(({ bucket }) => bucket));
  return { defaults, problems: choices.flatMap(problemOf), serves: (bucket) => served.has(bucket) };
}

function problemOf({ bucket, choice }: { readonly bucket: BucketName; readonly choice: DefaultChoice }) {
  if (choice.kind === 'chosen' || choice.remark === undefined) return [];
  const { id, message } = choice.remark;
  return [emrProblem(id, { source: `s3://${bucket}/` }, message)];
}

export interface OuterLayers extends Omit<Defaults, 'serves'> {
  /** The writes that have what they need of their bucket, and those that have not. */
  readonly writes: readonly PlannedWrite[];
  readonly without: readonly PlannedWrite[];
  /** By bucket, as a writer would have to ask for it. */
  readonly byBucket: ReadonlyMap<string, ClientEncryption>;
}

/** The defaults that give the outer layer of what is encrypted before it is sent. */
export function outerLayers(writes: readonly PlannedWrite[], keys: KeyScope): OuterLayers {
  const layered = writes.filter(({ outer }) => outer);
  const buckets = [...new Set(layered.map(({ write }) => write.bucket))];
  const choices = buckets.map((bucket) => {
    const here = layered.filter(({ write }) => write.bucket === bucket);
    const rules = [...new Set(here.map(({ write }) => write.governed.rule))];
    const besides = writes
      .filter(({ write, outer }) => !outer && write.bucket === bucket)
      .map(({ write }) => write.governed.rule);
    return { bucket, here, rules, choice: chooseOuterLayer({ rules, besides }, bucket, keys) };
  });
  const defaults = choices.flatMap(({ bucket, here, rules, choice }): readonly ExportedBucketDefault[] =>
    choice.kind === 'none'
      ? []
      : [
          {
            bucket,
            serves: 'outer-layer',
            encryption: choice.encryption,
            prefixes: here.map(({ write }) => write.text),
            rules: rules.map(({ id }) => id),
            notes: [OUTER, ...choice.notes],
          },
        ],
  );
  const lacking = new Set(choices.flatMap(({ here, choice }) => (choice.kind === 'none' ? here : [])));
  return {
    defaults,
    problems: choices.flatMap(problemOf),
    writes: writes.filter((write) => !lacking.has(write)),
    without: [...lacking],
    byBucket: new Map(
      choices.flatMap(({ bucket, choice }) =>
        choice.kind === 'none' ? [] : [[bucket as string, choice.planned] as const],
      ),
    ),
  };
}

const OUTER =
  'the client that encrypts before it sends asks S3 for nothing, so the outer layer that these rules want comes from the bucket';
