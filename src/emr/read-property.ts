import type { Layer, SettingPlace } from './setting.ts';

/** Which of two values for one property wins where it is written: known, or not documented. */
export type Repetition = 'spark-submit' | 'spark-defaults' | 'hadoop' | 'undocumented';

/** One property that was read, its name without `spark.hadoop.`. */
export interface ReadProperty {
  readonly name: string;
  readonly value: string;
  readonly layer: Layer;
  readonly place: SettingPlace;
  readonly repetition: Repetition;
  /** `<final>true</final>`: a later value does not replace it. */
  readonly final: boolean;
  /** A provider's own argument, or a name that is near none of the table. Whether it is either is known at the end. */
  readonly argument: boolean;
  readonly unit?: Unit | undefined;
}

/** What several of may stand in one text, each with settings of its own. */
export interface Unit {
  readonly kind: 'job' | 'cluster' | 'security configuration';
  readonly place: SettingPlace;
}

/** Takes a list and gives its members by what `by` says of them, both in their order. */
export function grouped<T, K>(list: readonly T[], by: (member: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const member of list) {
    const key = by(member);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [member]);
    else group.push(member);
  }
  return groups;
}
