import { quoted } from '../policy/problem-text.ts';
import type { ClientEncryption, ClientSettings } from './client-encryption.ts';
import { emrfsEncryption } from './effective-emrfs.ts';
import { ClientProperties } from './effective-properties.ts';
import { s3aEncryption } from './effective-s3a.ts';
import type { EmrProblem } from './problem.ts';
import { PROPERTIES, PROPERTY } from './properties.ts';
import { connectorOfSettings, nameOf } from './release.ts';
import type { Column, Connector, Setting } from './setting.ts';

export interface ClientQuery {
  readonly settings: readonly Setting[];
  readonly column: Column;
  /** Empty for any bucket that the settings do not name. */
  readonly bucket: string;
  /** The URI's scheme, whose cache property counts. Default: that of the column. */
  readonly scheme?: 's3' | 's3n' | 's3a';
  /**
   * Whether EMR hands EMRFS's properties on to S3A, as it does where S3A serves `s3://`. Default: true in column
   * `s3-s3a`; in `s3a-s3a` only where `fs.s3.impl` says that S3A serves `s3://`.
   */
  readonly mapped?: boolean;
}

/** Whether the first client of a scheme, authority and user serves the whole session; `undecided` where settings disagree. */
export type ClientCache = 'kept' | 'disabled' | 'undecided';

/** A client with what the shared type has no room for. */
export interface EffectiveClient extends ClientSettings {
  readonly cache: ClientCache;
}

const connectorOfColumn = (column: Column): Connector => (column === 's3-emrfs' ? 'emrfs' : 's3a');
const schemeOfColumn = (column: Column): 's3' | 's3a' => (column === 's3a-s3a' ? 's3a' : 's3');

/** What EMR hands on to S3A, or is easily taken to. */
const EMRFS_PROPERTIES = [...PROPERTIES].flatMap(([name, { decides }]) =>
  decides === 'encryption' && name.startsWith('fs.s3.') ? [name] : [],
);
const SWITCHES = [PROPERTY.emrfsSse, PROPERTY.emrfsCse];

/**
 * What the client of one column does to what it writes into one bucket. Never throws; what contradicts itself or is not
 * documented is `undecided`, with an error that names the places.
 */
export function effectiveClient(query: ClientQuery): EffectiveClient {
  const properties = new ClientProperties(query.settings, query.bucket);
  const scheme = query.scheme ?? schemeOfColumn(query.column);
  const encryption = encryptionOf(properties, query);
  const disabled = properties.toSwitch(properties.readForAll(`fs.${scheme}.impl.disable.cache`));
  const committer = properties.toSwitch(properties.readForAll(PROPERTY.optimizedCommitter));
  const cache = disabled.kind === 'undecided' ? 'undecided' : disabled.kind === 'on' ? 'disabled' : 'kept';
  return {
    encryption,
    cache,
    cacheDisabled: cache === 'disabled',
    optimizedCommitter: committer.kind !== 'off',
    from: properties.used,
    problems: [...properties.problems, ...otherConnector(query, scheme)],
  };
}

function encryptionOf(properties: ClientProperties, query: ClientQuery): ClientEncryption {
  if (query.column === 's3-emrfs') return emrfsEncryption(properties);
  const mapped = isMapped(properties, query);
  if (mapped === 'undecided') {
    return { type: 'undecided', why: `${quoted(PROPERTY.s3aCompatibility)} says neither "true" nor "false"` };
  }
  const encryption = s3aEncryption(properties, mapped === 'yes');
  if (mapped === 'no') reportNotHandedOn(properties);
  return encryption;
}

function isMapped(properties: ClientProperties, query: ClientQuery): 'yes' | 'no' | 'undecided' {
  const { column, settings } = query;
  const mapped = query.mapped ?? (column === 's3-s3a' || connectorOfSettings(settings).connector === 's3a');
  if (!mapped || properties.present(EMRFS_PROPERTIES).length === 0) return 'no';
  const handedOn = properties.toSwitch(properties.readForAll(PROPERTY.s3aCompatibility));
  if (handedOn.kind === 'undecided') return 'undecided';
  return handedOn.kind === 'off' ? 'no' : 'yes';
}

/** Settings of EMRFS that somebody may believe to count for S3A. */
function reportNotHandedOn(properties: ClientProperties): void {
  for (const setting of properties.present(SWITCHES)) {
    const message = `${quoted(setting.name)} is not handed on to S3A here, which follows "fs.s3a.*" alone: EMR hands it on where S3A serves s3:// (from 7.10.0 on), unless ${quoted(PROPERTY.s3aCompatibility)} is false`;
    properties.report('emr/ignored-property', setting, message);
  }
}

/** A class in the settings that makes another connector serve the scheme than the column assumes. */
function otherConnector(query: ClientQuery, scheme: 's3' | 's3n' | 's3a'): readonly EmrProblem[] {
  const { connector, setting, problems } = connectorOfSettings(query.settings, scheme);
  const assumed = connectorOfColumn(query.column);
  if (connector === undefined || setting === undefined || connector === assumed) return problems;
  const properties = new ClientProperties([], '');
  const message = `${quoted(setting.name)} makes ${nameOf(connector)} serve ${scheme}://, but this is read for ${nameOf(assumed)}`;
  properties.report('emr/conflict', setting, message);
  return [...problems, ...properties.problems];
}
