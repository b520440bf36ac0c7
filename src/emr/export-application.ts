import type { NonEmpty } from '../objects/non-empty.ts';
import type { PlannedWrite } from './export-planned.ts';
import type { Assignment } from './export-settings.ts';
import type { Column } from './setting.ts';

/** One Spark application, all of whose writes are encrypted alike. */
export interface ExportedApplication {
  /** The first rule's id with the captured values, made distinct. Letters, digits, `.`, `_` and `-` alone. */
  readonly name: string;
  /** `s3://bucket/prefix` texts as they are: untrusted text. */
  readonly prefixes: readonly string[];
  readonly rules: readonly string[];
  /** Without `spark.hadoop.`; empty where nothing is to be set. */
  readonly settings: readonly Assignment[];
  readonly notes: readonly string[];
}

/** Writes that need the same settings make one application: one set of settings has one key for each client. */
export function exportApplications(
  writes: readonly PlannedWrite[],
  { column, flavour }: { readonly column: Column; readonly flavour: 'ec2' | 'eks' },
): readonly ExportedApplication[] {
  const names = new Set<string>();
  return groupWrites(writes).map((group) => {
    const [first] = group;
    const { settings } = first;
    const name = distinctName(nameOf(first), names);
    names.add(name);
    return {
      name,
      prefixes: group.map(({ write }) => write.text),
      rules: unique(group.map(({ write }) => write.governed.rule.id)),
      settings,
      notes: unique([
        ...group.flatMap(({ notes }) => notes),
        ...(settings.length === 0 ? [] : [EVERY_BUCKET, SCOPE[flavour], ...columnNotes(settings, column)]),
      ]),
    };
  });
}

const EVERY_BUCKET =
  'these settings hold for every bucket that the application writes to, event logs and staging folders included';

const SCOPE: Readonly<Record<'ec2' | 'eks', string>> = {
  ec2: 'given to spark-submit they hold for one application; as Configurations for the whole cluster, which then serves this one encryption alone',
  eks: 'given to start-job-run they hold for this job alone',
};

function columnNotes(settings: readonly Assignment[], column: Column): readonly string[] {
  if (column === 's3-emrfs') return [];
  const old =
    'an S3A of before these names knows fs.s3a.server-side-encryption-algorithm and fs.s3a.server-side-encryption.key';
  const doubled = settings.some(([, value]) => value === 'DSSE-KMS');
  return doubled ? [old, 'DSSE-KMS needs a release whose S3A knows it'] : [old];
}

/** The writes by what their clients are set to, in the order of the first of each. */
export function groupWrites(writes: readonly PlannedWrite[]): readonly NonEmpty<PlannedWrite>[] {
  const groups = new Map<string, [PlannedWrite, ...PlannedWrite[]]>();
  for (const write of writes) {
    const key = JSON.stringify(write.settings);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [write]);
    else group.push(write);
  }
  return [...groups.values()];
}

export const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

const PLAIN = /^[A-Za-z0-9_-]{1,40}$/;

/** Values come from a path; one that is not plain is left out of the name. */
function nameOf({ write }: PlannedWrite): string {
  const { rule, captures } = write.governed;
  return [rule.id, ...Object.values(captures).filter((value) => PLAIN.test(value))].join('-');
}

function distinctName(name: string, taken: ReadonlySet<string>): string {
  let distinct = name;
  for (let count = 2; taken.has(distinct); count++) distinct = `${name}-${count}`;
  return distinct;
}
