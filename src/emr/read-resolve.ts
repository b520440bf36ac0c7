import { parseKeyReference } from '../keys/reference.ts';
import { quoted } from '../policy/problem-text.ts';
import { isPlaceholder } from './placeholder.ts';
import { type EmrProblem, emrProblem } from './problem.ts';
import { bucketProperty, KMS_MATERIALS_PROVIDER, PROPERTY } from './properties.ts';
import { lineOf } from './read-place.ts';
import { grouped, type ReadProperty, type Repetition } from './read-property.ts';
import type { Setting } from './setting.ts';

/** What stands in place of a key's bytes or of a provider's argument, which may be a secret. */
export const NOT_SHOWN = '(not shown)';

const REASONS: Readonly<Record<Exclude<Repetition, 'undocumented'>, string>> = {
  'spark-submit': 'spark-submit takes the last',
  'spark-defaults': 'Spark takes the last line',
  hadoop: 'Hadoop takes the last',
};
/** An AES key of 256 bits in Base64, as SSE-C wants it. */
const RAW_KEY = /^[A-Za-z0-9+/]{43}=$/;
const ALGORITHMS: readonly string[] = [PROPERTY.s3aAlgorithm, PROPERTY.s3aOldAlgorithm];
const KEYS: readonly string[] = [PROPERTY.s3aKey, PROPERTY.s3aOldKey];

const baseOf = (name: string): string => bucketProperty(name)?.base ?? name;

/** With SSE-C the key property holds the key itself, which must not travel into a policy, a message or a log. */
function withoutSecret(property: ReadProperty, customerKeys: boolean): ReadProperty {
  if (property.argument) return { ...property, value: NOT_SHOWN };
  if (!KEYS.includes(baseOf(property.name)) || property.value === '') return property;
  const isNoSecret = parseKeyReference(property.value) !== undefined || isPlaceholder(property.value);
  const secret = RAW_KEY.test(property.value) || (customerKeys && !isNoSecret);
  return secret ? { ...property, value: NOT_SHOWN } : property;
}

const isCustomProvider = ({ name, value }: ReadProperty): boolean =>
  baseOf(name) === PROPERTY.emrfsCseProvider && value !== '' && value !== KMS_MATERIALS_PROVIDER;

const isCustomerKeyAlgorithm = ({ name, value }: ReadProperty): boolean =>
  ALGORITHMS.includes(baseOf(name)) && value.toUpperCase() === 'SSE-C';

function unknownProperty({ name, place }: ReadProperty): EmrProblem {
  const message = `${quoted(name)} looks like S3 encryption, but neither EMRFS nor S3A reads it: docs/emr.md lists what they read`;
  return emrProblem('emr/unknown-property', place, message);
}

function repeated(
  winner: ReadProperty,
  loser: ReadProperty,
  { values }: { readonly values: string },
): EmrProblem {
  const both = `${quoted(winner.name)} is set to ${values}`;
  if (winner.final) {
    const message = `${both}: the one in ${lineOf(winner.place)} wins, because it is final. keep one`;
    return emrProblem('emr/duplicate', loser.place, message);
  }
  if (winner.repetition === 'undocumented') {
    const message = `${both} (the other in ${lineOf(loser.place)}), and which one wins is not documented: keep one`;
    return emrProblem('emr/undecided-order', winner.place, message);
  }
  const why = `the one in ${lineOf(winner.place)} wins, because ${REASONS[winner.repetition]}`;
  return emrProblem(
    'emr/duplicate',
    winner.place,
    `${both} (first in ${lineOf(loser.place)}): ${why}. keep one`,
  );
}

/** Of the properties with one name in one layer the one that holds, and what to say where another differs. */
function winnerOf(same: readonly ReadProperty[], show: (property: ReadProperty) => ReadProperty) {
  const winner = same.find(({ final }) => final) ?? same.at(-1);
  if (winner === undefined) return undefined;
  const loser = same.findLast(({ value }) => value !== winner.value);
  if (loser === undefined) return { winner, problems: [] };
  const [before, after] = [show(loser).value, show(winner).value];
  const hidden = before === NOT_SHOWN || after === NOT_SHOWN;
  const values = hidden ? 'two different values' : `${quoted(before)} and to ${quoted(after)}`;
  return { winner, problems: [repeated(winner, loser, { values })] };
}

/**
 * Takes all properties of a text in their order and gives the settings: one for each layer and name, credentials and
 * keys left out, and what was set twice. A name that no client reads is a setting only beside a custom provider.
 */
export function resolveProperties(properties: readonly ReadProperty[]): {
  readonly settings: readonly Setting[];
  readonly problems: readonly EmrProblem[];
} {
  const custom = properties.some(isCustomProvider);
  const customerKeys = properties.some(isCustomerKeyAlgorithm);
  const show = (property: ReadProperty): ReadProperty => withoutSecret(property, customerKeys);
  const used = properties.filter(({ argument }) => custom || !argument);
  const unused = properties.filter(({ argument, name }) => argument && !custom && name.startsWith('fs.'));
  const problems = unused.map(unknownProperty);
  const winners = new Set<ReadProperty>();
  for (const same of grouped(used, ({ layer, name }) => `${layer} ${name}`).values()) {
    const found = winnerOf(same, show);
    if (found === undefined) continue;
    winners.add(found.winner);
    problems.push(...found.problems);
  }
  const settings = used
    .filter((property) => winners.has(property))
    .map((property) => show(property))
    .map(({ name, value, layer, place }) => ({ name, value, layer, place }));
  return { settings, problems };
}
