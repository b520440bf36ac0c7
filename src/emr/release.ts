import { quoted } from '../policy/problem-text.ts';
import { ClientProperties } from './effective-properties.ts';
import { type EmrProblem, emrProblem } from './problem.ts';
import type { Connector, Setting, SettingPlace } from './setting.ts';

const LABEL = /^emr-(\d{1,4})\.(\d{1,4})(?:\.\d{1,4})?(?:-[a-z0-9.-]+)?$/;
/** EMR 7.10.0 made S3A the connector of `s3://`. */
const FIRST_WITH_S3A = { major: 7, minor: 10 } as const;

/** The classes that serve `s3://`. https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-s3a-migrate.html */
const CONNECTOR_CLASSES: ReadonlyMap<string, Connector> = new Map([
  ['com.amazon.ws.emr.hadoop.fs.EmrFileSystem', 'emrfs'],
  ['org.apache.hadoop.fs.s3a.S3AFileSystem', 's3a'],
]);

/**
 * The connector that serves `s3://` under a release label such as `emr-7.10.0` or `emr-6.15.0-latest`: EMRFS below
 * 7.10.0, S3A from there on; `undefined` where the label is not understood.
 * https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-s3a-migrate.html
 */
export function connectorOfRelease(label: string): Connector | undefined {
  const [, majorText, minorText] = LABEL.exec(label.trim()) ?? [];
  if (majorText === undefined || minorText === undefined) return undefined;
  const [major, minor] = [Number(majorText), Number(minorText)];
  const isNewer = major > FIRST_WITH_S3A.major;
  return isNewer || (major === FIRST_WITH_S3A.major && minor >= FIRST_WITH_S3A.minor) ? 's3a' : 'emrfs';
}

/** What serves a scheme by the settings themselves, where they say so. */
export interface ConfiguredConnector {
  readonly connector?: Connector;
  /** The setting that says so, or that says something which is not understood. */
  readonly setting?: Setting;
  readonly problems: readonly EmrProblem[];
}

/** Takes settings and gives what `fs.s3.impl` (or that of another scheme) makes of it, whatever the release. */
export function connectorOfSettings(
  settings: readonly Setting[],
  scheme: 's3' | 's3n' | 's3a' = 's3',
): ConfiguredConnector {
  const properties = new ClientProperties(settings, '');
  const property = properties.readForAll(`fs.${scheme}.impl`);
  if (property.kind !== 'set') return { problems: properties.problems };
  const connector = CONNECTOR_CLASSES.get(property.value);
  const { setting } = property;
  if (connector === undefined) {
    properties.refuse(setting, `expected one of ${[...CONNECTOR_CLASSES.keys()].map(quoted).join(' or ')}`);
  }
  return { ...(connector ? { connector } : {}), setting, problems: properties.problems };
}

export interface ConnectorQuery {
  readonly settings: readonly Setting[];
  /** The release label of a document or a flag, where there is one, and where it stands. */
  readonly release?: { readonly label: string; readonly place: SettingPlace };
}

/** What serves `s3://`: the settings where they say so, else the release label. A contradiction is told. */
export function connectorOfS3({ settings, release }: ConnectorQuery): ConfiguredConnector {
  const configured = connectorOfSettings(settings);
  if (release === undefined) return configured;
  const released = connectorOfRelease(release.label);
  if (released === undefined) {
    const message = `${quoted(release.label)} is no release label that is understood: expected one like "emr-7.10.0"`;
    const problem = emrProblem('emr/bad-value', release.place, message);
    return { ...configured, problems: [...configured.problems, problem] };
  }
  const { connector, setting } = configured;
  if (setting === undefined) return { connector: released, problems: configured.problems };
  if (connector === undefined || connector === released) return configured;
  const why = `${quoted(setting.name)} makes ${nameOf(connector)} serve s3://, whatever the release`;
  const message = `${why}: ${quoted(release.label)} would have ${nameOf(released)} serve it`;
  const problem = emrProblem('emr/conflict', setting.place, message);
  return { ...configured, problems: [...configured.problems, problem] };
}

/** A connector as people write it. */
export const nameOf = (connector: Connector): string => (connector === 'emrfs' ? 'EMRFS' : 'S3A');
