import { quoted } from '../policy/problem-text.ts';
import { decideByLayer } from './effective-layers.ts';
import { type EmrProblem, type EmrProblemId, emrProblem } from './problem.ts';
import { PROPERTY } from './properties.ts';
import type { Setting } from './setting.ts';

/** What one property is set to for one bucket. Values are trimmed, as S3A and Hadoop's readers of words do. */
export type Property =
  | { readonly kind: 'unset' }
  | {
      readonly kind: 'set';
      readonly value: string;
      readonly setting: Setting;
      readonly scope: 'bucket' | 'all';
    }
  | { readonly kind: 'undecided'; readonly why: string };

export type Switch =
  | { readonly kind: 'unset' }
  | { readonly kind: 'on' | 'off'; readonly setting: Setting; readonly scope: 'bucket' | 'all' }
  | { readonly kind: 'undecided'; readonly why: string };

/** Hadoop maps the deprecated names on to the new ones when it loads them, so both are one property. */
const FORMER_NAMES: ReadonlyMap<string, string> = new Map([
  [PROPERTY.s3aAlgorithm, PROPERTY.s3aOldAlgorithm],
  [PROPERTY.s3aKey, PROPERTY.s3aOldKey],
]);

const UNSET = { kind: 'unset' } as const;

/** `fs.s3a.bucket.NAME.encryption.key` for `fs.s3a.encryption.key`. */
const nameForBucket = (name: string, bucket: string): string =>
  name.replace(/^fs\.s3a?\./, (family) => `${family}bucket.${bucket}.`);

/** The name under which a property is the same to Hadoop: the new one for a deprecated one. */
export const currentName = (name: string): string =>
  [...FORMER_NAMES].find(([, former]) => former === name)?.[0] ?? name;

/** Reads the properties of one bucket, and remembers what decided and what there is to say. */
export class ClientProperties {
  readonly #byName = new Map<string, [Setting, ...Setting[]]>();
  readonly #bucket: string;
  readonly #used = new Set<Setting>();
  readonly #problems = new Map<string, EmrProblem>();

  constructor(settings: readonly Setting[], bucket: string) {
    this.#bucket = bucket;
    for (const setting of governing(settings, bucket)) {
      const known = this.#byName.get(setting.name);
      if (known === undefined) this.#byName.set(setting.name, [setting]);
      else known.push(setting);
    }
  }

  /** A property of a connector, by its name for all buckets: the bucket's own comes before that. */
  read(name: string): Property {
    const own = this.#bucket === '' ? UNSET : this.#ofBucket(name);
    return own.kind === 'unset' ? this.readForAll(name) : own;
  }

  /** A property as it is set for all buckets. */
  readForAll(name: string): Property {
    const former = FORMER_NAMES.get(name);
    return this.#decide(former === undefined ? [name] : [name, former], 'all');
  }

  /** The same for a key: a blank one is none, and takes away that of a weaker setting. */
  readKey(name: string): Property {
    const property = this.read(name);
    return property.kind === 'set' && property.value === '' ? UNSET : property;
  }

  /** The same as a boolean of Hadoop's: `true` or `false` in either case. Anything else is reported and decides nothing. */
  toSwitch(property: Property): Switch {
    if (property.kind !== 'set') return property;
    const { setting, scope } = property;
    const word = property.value.toLowerCase();
    if (word === 'true') return { kind: 'on', setting, scope };
    if (word === 'false') return { kind: 'off', setting, scope };
    return this.refuse(setting, 'expected "true" or "false"');
  }

  /** Reports a value that says nothing, and gives what follows from that. */
  refuse(setting: Setting, expected: string): { readonly kind: 'undecided'; readonly why: string } {
    const why = `${quoted(setting.name)} is ${quoted(setting.value)}`;
    this.report('emr/bad-value', setting, `${why}: ${expected}`);
    return { kind: 'undecided', why };
  }

  report(id: EmrProblemId, { place }: Pick<Setting, 'place'>, message: string): void {
    const problem = emrProblem(id, place, message);
    this.#problems.set(JSON.stringify(problem), problem);
  }

  /** The settings that are there of these properties and not blank, the bucket's own first, without deciding between them. */
  present(names: readonly string[]): readonly Setting[] {
    return names.flatMap((name) => {
      const all = [name, FORMER_NAMES.get(name)].filter((one) => one !== undefined);
      const own = this.#bucket === '' ? [] : all.map((one) => nameForBucket(one, this.#bucket));
      const there = [...own, ...all].flatMap((one) => this.#byName.get(one) ?? []);
      return there.filter(({ value }) => value.trim() !== '');
    });
  }

  get used(): readonly Setting[] {
    return [...this.#used];
  }

  get problems(): readonly EmrProblem[] {
    return [...this.#problems.values()];
  }

  /** Of a bucket's own names Hadoop renames none: S3A looks up the new one first, then the former. */
  #ofBucket(name: string): Property {
    const former = FORMER_NAMES.get(name);
    const current = this.#decide([nameForBucket(name, this.#bucket)], 'bucket');
    if (former === undefined) return current;
    const formerName = nameForBucket(former, this.#bucket);
    if (current.kind === 'unset') return this.#decide([formerName], 'bucket');
    for (const setting of this.#byName.get(formerName) ?? []) {
      const message = `${quoted(setting.name)} is not read: ${quoted(nameForBucket(name, this.#bucket))} is set too, and S3A looks that up first`;
      this.report('emr/ignored-property', setting, message);
    }
    return current;
  }

  #decide(names: readonly string[], scope: 'bucket' | 'all'): Property {
    const [first, ...rest] = names.flatMap((name) => this.#byName.get(name) ?? []);
    if (first === undefined) return UNSET;
    const decision = decideByLayer([first, ...rest]);
    for (const problem of decision.problems) this.#problems.set(JSON.stringify(problem), problem);
    if (decision.kind === 'undecided') return { kind: 'undecided', why: decision.why };
    const { setting } = decision;
    this.#used.add(setting);
    return { kind: 'set', value: setting.value.trim(), setting, scope };
  }
}

/** An override in a security configuration replaces all that the security configuration says of encryption for a bucket. */
function governing(settings: readonly Setting[], bucket: string): readonly Setting[] {
  const secured = ({ layer }: Setting): boolean => layer === 'security-configuration';
  const isOwn = ({ name }: Setting): boolean =>
    bucket !== '' &&
    (name.startsWith(`fs.s3.bucket.${bucket}.`) || name.startsWith(`fs.s3a.bucket.${bucket}.`));
  if (!settings.some((setting) => secured(setting) && isOwn(setting))) return settings;
  return settings.filter((setting) => !secured(setting) || isOwn(setting));
}
