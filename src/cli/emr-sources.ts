import { basename } from 'node:path';
import { importedConnector } from '../emr/import-release.ts';
import { placeText } from '../emr/place-text.ts';
import { type EmrProblem, emrProblem } from '../emr/problem.ts';
import { readConfFlag } from '../emr/read-conf-line.ts';
import { readConfiguration } from '../emr/read-configuration.ts';
import { readEmrfsShorthand } from '../emr/read-emrfs-shorthand.ts';
import type { EmrReading } from '../emr/reading.ts';
import type { Column, Connector, Setting } from '../emr/setting.ts';
import { quoted } from '../policy/problem-text.ts';
import { BadInput, type CliIo, checkFiles, placeName, readText } from './io.ts';

/** What `--config`, `--conf`, `--emrfs`, `--release` and `--connector` say. */
export interface EmrInputs {
  readonly configs: readonly string[];
  readonly confs: readonly string[];
  readonly emrfs: readonly string[];
  readonly release?: string;
  readonly connector?: Connector;
}

/** What was read of them, in the order of the command line, files first. */
export interface EmrSources {
  readonly readings: readonly EmrReading[];
  readonly settings: readonly Setting[];
  readonly problems: readonly EmrProblem[];
}

/** Refuses files that would both take standard input, and an output that would destroy an input. Throws `BadInput`. */
export function checkSources(
  { configs }: EmrInputs,
  others: Readonly<Record<string, string | undefined>>,
  output: string | undefined,
): void {
  const named = configs.map((path, index) => [index === 0 ? '--config' : `--config (${index + 1})`, path]);
  checkFiles({ ...Object.fromEntries(named), ...others }, { '--output': output });
}

/** Reads everything that was given. Throws `BadInput` where a file cannot be read. */
export async function readSources({ configs, confs, emrfs }: EmrInputs, io: CliIo): Promise<EmrSources> {
  const readings: EmrReading[] = [];
  for (const path of configs) readings.push(readConfiguration(await readText(path, io), placeName(path)));
  readings.push(...confs.map((text) => readConfFlag(text, '--conf')));
  readings.push(...emrfs.map((text) => readEmrfsShorthand(text, '--emrfs')));
  const settings = readings.flatMap((reading) => reading.settings);
  return {
    readings,
    settings,
    problems: readings
      .flatMap(({ problems }) => problems)
      .filter(toldWith(readings))
      .flatMap((problem) =>
        isGiven(problem, { configs, readings }) ? replaced(problem, settings) : [problem],
      ),
  };
}

/** True where what one source only names was given as another. Files go by their names: where they lie on a cluster differs. */
function isGiven(
  { unread }: EmrProblem,
  { configs, readings }: { readonly configs: readonly string[]; readonly readings: readonly EmrReading[] },
): boolean {
  switch (unread?.kind) {
    case 'file':
      return configs.some((path) => path !== '-' && basename(path) === lastName(unread.name));
    case 'security-configuration':
      return readings.some(({ securityConfiguration }) => securityConfiguration === true);
    case 'credentials':
    case 'words':
    case undefined:
      return false;
  }
}

/** Spark reads the file of `--properties-file` in place of spark-defaults.conf: https://spark.apache.org/docs/latest/configuration.html */
function replaced({ unread, place }: EmrProblem, settings: readonly Setting[]): readonly EmrProblem[] {
  if (unread?.kind !== 'file' || unread.instead === undefined) return [];
  const other = settings.find(
    (setting) =>
      setting.layer === 'spark-defaults' && lastName(setting.place.source) !== lastName(unread.name),
  );
  if (other === undefined) return [];
  const found = `Spark reads ${quoted(unread.name)} in place of ${unread.instead}, so ${quoted(other.name)} at ${placeText(other.place)} is not set for this job`;
  const message = `${found}: leave out the file that holds it, or give the job --load-spark-defaults`;
  return [emrProblem('emr/undecided-order', place, message)];
}

/** The problems as they count for these columns: a file of credentials leaves nothing unread where EMRFS writes alone. */
export const concerning = (
  problems: readonly EmrProblem[],
  columns: readonly Column[],
): readonly EmrProblem[] =>
  problems.map(({ unread, ...problem }) =>
    unread === undefined ||
    (unread.kind === 'credentials' && columns.every((column) => column === 's3-emrfs'))
      ? problem
      : { ...problem, unread },
  );

const lastName = (uri: string): string => uri.slice(uri.lastIndexOf('/') + 1);

const SILENT = 'emr/no-s3-encryption';

/** That one source is silent matters where all are. */
function toldWith(readings: readonly EmrReading[]): (problem: EmrProblem) => boolean {
  const silent = readings.every(({ problems }) => problems.some(({ id }) => id === SILENT));
  return ({ id }) => silent || id !== SILENT;
}

/** True where something was given and nothing of it could be read. */
export const isUnreadable = ({ readings }: EmrSources): boolean =>
  readings.length > 0 &&
  readings.every(
    ({ settings, problems }) => settings.length === 0 && problems.some(({ level }) => level === 'error'),
  );

/** What serves `s3://`, where anything says so, and what is wrong with what does. */
export interface S3Server {
  readonly connector?: Connector;
  readonly problems: readonly EmrProblem[];
}

/** What serves `s3://`: the flag, else what the settings or a release label say. */
export function connectorOf(
  { connector, release }: Pick<EmrInputs, 'connector' | 'release'>,
  { readings, settings }: Pick<EmrSources, 'readings' | 'settings'>,
): S3Server {
  if (connector !== undefined) return { connector, problems: [] };
  const released = release === undefined ? {} : { released: release };
  // The column that contradicts no connector: which one it is to be is what is asked here.
  return importedConnector({ readings, column: 's3a-s3a', ...released }, settings);
}

/** The column of a scheme. Throws `BadInput` where nothing says what serves `s3://`. */
export function columnOf(scheme: 's3' | 's3a', server: S3Server): Column {
  if (scheme === 's3a') return 's3a-s3a';
  const { connector } = server;
  if (connector === undefined) throw noConnector(server);
  return connector === 'emrfs' ? 's3-emrfs' : 's3-s3a';
}

/** What is set for EMRFS counts for S3A too where S3A serves `s3://`, so that has to be known. */
export const dependsOnServer = (settings: readonly Setting[]): boolean =>
  settings.some(({ name }) => name.startsWith('fs.s3.'));

/** Says how to tell what serves `s3://`, after what was wrong with what was told. */
export function noConnector({ problems }: S3Server): BadInput {
  const advice =
    'nothing says what serves s3:// paths: give the release by --release, such as emr-7.10.0, or --connector emrfs or s3a. EMRFS serves them below EMR 7.10.0, S3A from there on';
  return new BadInput([...problems.map(({ message }) => message), advice].join('\n'));
}
