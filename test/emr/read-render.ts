import type { EmrReading } from '../../src/emr/reading.ts';
import type { SettingPlace } from '../../src/emr/setting.ts';

const at = ({ line, column, path }: SettingPlace): string =>
  `${line === undefined ? '-' : `${line}:${column}`}${path === undefined ? '' : ` ${path}`}`;

/** A reading as lines: the release, then settings and problems, each with its place. */
export function renderReading({ settings, problems, releaseLabel }: EmrReading): string {
  const lines = [
    ...(releaseLabel === undefined ? [] : [`release ${releaseLabel}`]),
    ...settings.map(({ name, value, layer, place }) => `${layer}  ${name} = ${value}  @ ${at(place)}`),
    ...problems.map(({ id, level, message, place }) => `${level} [${id}] ${message}  @ ${at(place)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
