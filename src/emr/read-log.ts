import { type EmrProblem, type EmrProblemId, emrProblem, type Unread } from './problem.ts';
import { knownProperty } from './properties.ts';
import { meantProperty } from './read-near-miss.ts';
import { inOrder } from './read-place.ts';
import type { ReadProperty, Unit } from './read-property.ts';
import { resolveProperties } from './read-resolve.ts';
import { differingUnits } from './read-units.ts';
import type { EmrReading } from './reading.ts';
import type { SettingPlace } from './setting.ts';

/** Comparing a name with the table costs time; no configuration has this many properties of S3. */
const MOST_COMPARED = 250;
/** In UTF-16 units. A configuration that somebody wrote has a few hundred lines. */
export const LONGEST_CONFIGURATION = 2 * 1024 * 1024;
const LABEL = /^emr-\d+\.\d+\.\d+(?:-[a-z0-9.-]+)?$/;

/** Collects what one configuration says and what is wrong with it, and settles at the end which of several values wins. */
export class ReadingLog {
  readonly source: string;
  readonly #problems: EmrProblem[] = [];
  readonly #properties: ReadProperty[] = [];
  readonly #units: Unit[] = [];
  readonly #labels: { readonly label: string; readonly place: SettingPlace }[] = [];
  #unit: Unit | undefined;
  #compared = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** False, and a problem, for a text that is too long to be a configuration. */
  fits(text: string): boolean {
    if (text.length <= LONGEST_CONFIGURATION) return true;
    const message = `longer than ${LONGEST_CONFIGURATION / 1024 / 1024} Mi characters, which is no configuration: not read`;
    this.problem('emr/too-large', { source: this.source }, message);
    return false;
  }

  problem(id: EmrProblemId, place: SettingPlace, message: string, unread?: Unread): undefined {
    this.#problems.push(emrProblem(id, place, message, unread));
    return undefined;
  }

  property(property: Omit<ReadProperty, 'unit'>): void {
    this.#properties.push({ ...property, unit: this.#unit });
  }

  /** Reads one job, cluster or security configuration: what is read meanwhile belongs to it, a job of a job too. */
  within(unit: Unit, read: () => void): void {
    if (this.#unit?.kind === unit.kind) {
      read();
      return;
    }
    const outer = this.#unit;
    this.#unit = unit;
    this.#units.push(unit);
    read();
    this.#unit = outer;
  }

  /** The property that a name was probably meant to be. */
  nearMiss(name: string, place: SettingPlace): string | undefined {
    this.#compared++;
    if (this.#compared === MOST_COMPARED + 1) {
      const message = `more than ${MOST_COMPARED} unknown properties of S3: this one and those after it are not compared`;
      this.problem('emr/too-large', place, message);
    }
    return this.#compared <= MOST_COMPARED ? meantProperty(name) : undefined;
  }

  releaseLabel(text: string, place: SettingPlace): void {
    const label = text.trim();
    if (LABEL.test(label)) this.#labels.push({ label, place });
    else {
      const message =
        'this is no release label such as emr-7.10.0, so it does not say which client serves s3://';
      this.problem('emr/not-followed', place, `${message}: give the release by its flag`);
    }
  }

  /** The reading: settings in the order of the text, problems too. */
  finish(): EmrReading {
    const several = differingUnits(this.#units, this.#properties);
    for (const { place, message } of several) this.problem('emr/several-jobs', place, message);
    const dropped = new Set(several.map(({ kind }) => kind));
    const kept = this.#properties.filter(({ unit }) => unit === undefined || !dropped.has(unit.kind));
    const { settings, problems } = resolveProperties(kept);
    this.#problems.push(...problems);
    const label = this.#label();
    const silent = settings.every(({ name }) => knownProperty(name)?.decides !== 'encryption');
    if (silent && this.#problems.every(({ level }) => level !== 'error')) {
      const message =
        'nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does';
      this.problem('emr/no-s3-encryption', { source: this.source }, message);
    }
    const sorted = this.#problems.toSorted((a, b) => inOrder(a.place, b.place));
    const secured = this.#units.some(({ kind }) => kind === 'security configuration');
    return {
      settings,
      problems: sorted,
      ...(label === undefined ? {} : { releaseLabel: label }),
      ...(secured ? { securityConfiguration: true } : {}),
    };
  }

  #label(): string | undefined {
    const [first] = this.#labels;
    const other = this.#labels.find(({ label }) => label !== first?.label);
    if (first === undefined || other === undefined) return first?.label;
    const message = `two release labels, ${first.label} and ${other.label}: neither is taken, give the release by its flag`;
    return this.problem('emr/not-followed', other.place, message);
  }
}
