import { quoted } from '../policy/problem-text.ts';
import { type EmrProblem, emrProblem } from './problem.ts';
import type { EmrReading } from './reading.ts';
import { type ConfiguredConnector, connectorOfRelease, connectorOfS3, nameOf } from './release.ts';
import type { Column, Setting, SettingPlace } from './setting.ts';

interface Released {
  readonly label: string;
  readonly place: SettingPlace;
}

export interface ReleaseRequest {
  readonly readings: readonly EmrReading[];
  readonly column: Column;
  readonly released?: string;
}

/**
 * What serves `s3://` by all that was read: a class in the settings, then the flag's release label, then the first that a
 * document holds. Labels that differ in this, and a column for the other connector, are told.
 */
export function importedConnector(
  request: ReleaseRequest,
  settings: readonly Setting[],
): ConfiguredConnector {
  const [release, ...others] = labelsOf(request);
  const server = connectorOfS3({ settings, ...(release === undefined ? {} : { release }) });
  const contradicted = release === undefined ? [] : others.flatMap((other) => otherLabel(release, other));
  const column = server.setting === undefined ? otherColumn(request.column, server, release) : [];
  return { ...server, problems: [...server.problems, ...contradicted, ...column] };
}

function labelsOf({ readings, released }: ReleaseRequest): readonly Released[] {
  const flag = released === undefined ? [] : [{ label: released, place: { source: '--release' } }];
  const read = readings.flatMap(({ releaseLabel, settings }) => {
    const source = settings[0]?.place.source ?? 'the release label of a document';
    return releaseLabel === undefined ? [] : [{ label: releaseLabel, place: { source } }];
  });
  return [...flag, ...read];
}

function otherLabel(taken: Released, { label, place }: Released): readonly EmrProblem[] {
  const [one, other] = [connectorOfRelease(taken.label), connectorOfRelease(label)];
  if (one === undefined || other === undefined || one === other) return [];
  const message = `${quoted(label)} would have ${nameOf(other)} serve s3://, but ${quoted(taken.label)} is taken, under which ${nameOf(one)} does`;
  return [emrProblem('emr/conflict', place, message)];
}

function otherColumn(
  column: Column,
  { connector }: ConfiguredConnector,
  release: Released | undefined,
): readonly EmrProblem[] {
  if (column === 's3a-s3a' || connector === undefined || release === undefined) return [];
  const assumed = column === 's3-emrfs' ? 'emrfs' : 's3a';
  if (assumed === connector) return [];
  const message = `under ${quoted(release.label)} it is ${nameOf(connector)} that serves s3://, but this is read for ${nameOf(assumed)}`;
  return [emrProblem('emr/conflict', release.place, message)];
}
