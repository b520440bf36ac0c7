import { lineOf } from './read-place.ts';
import { grouped, type ReadProperty, type Unit } from './read-property.ts';
import { resolveProperties } from './read-resolve.ts';
import type { SettingPlace } from './setting.ts';

const NAMES: Readonly<Record<Unit['kind'], string>> = {
  job: 'jobs',
  cluster: 'clusters',
  'security configuration': 'security configurations',
};

/** The units of one kind that do not set the same: together they are no configuration of anything. */
export interface DifferingUnits {
  readonly kind: Unit['kind'];
  readonly place: SettingPlace;
  readonly message: string;
}

function settingsOf(properties: readonly ReadProperty[] = []): string {
  const { settings } = resolveProperties(properties);
  return JSON.stringify(settings.map(({ name, value, layer }) => `${layer} ${name}=${value}`).sort());
}

/** Takes the units of a text and all of its properties, and gives one answer for each kind that holds two that differ. */
export function differingUnits(
  units: readonly Unit[],
  properties: readonly ReadProperty[],
): readonly DifferingUnits[] {
  const byUnit = grouped(properties, ({ unit }) => unit);
  return [...grouped(units, ({ kind }) => kind)].flatMap(([kind, same]) => {
    const [first] = same;
    if (first === undefined) return [];
    const wanted = settingsOf(byUnit.get(first));
    const other = same.find((unit) => settingsOf(byUnit.get(unit)) !== wanted);
    if (other === undefined) return [];
    const found = `${same.length} ${NAMES[kind]} with different S3 settings (the first in ${lineOf(first.place)})`;
    const message = `${found}: none of them is taken, put each into a file of its own`;
    return [{ kind, place: other.place, message }];
  });
}
