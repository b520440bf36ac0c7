import { quoted } from '../policy/problem-text.ts';
import { placeText } from './place-text.ts';
import { type EmrProblem, emrProblem } from './problem.ts';
import { LAYERS, type Layer, type Setting } from './setting.ts';

/** Which of the settings of one property counts. */
export type LayerDecision =
  | { readonly kind: 'set'; readonly setting: Setting; readonly problems: readonly EmrProblem[] }
  | { readonly kind: 'undecided'; readonly why: string; readonly problems: readonly EmrProblem[] };

/** Why a layer stands above those below it; where two of these apply, the stronger layer's is told. */
const REASONS: Readonly<Record<Layer, string>> = {
  job: "a job's own properties stand above every file",
  'spark-defaults': 'Spark lays its spark.hadoop properties over what Hadoop reads from its files',
  'security-configuration': "a security configuration overrides the cluster's configuration",
  'emrfs-site': 'emrfs-site stands above core-site',
  'core-site': 'Hadoop takes the last of one file',
};

/**
 * Takes every setting of one property, at least one, and decides by layer. Settings of equal value never disagree. Where
 * nothing documented says which of two values counts, neither does: `undecided`, with the two places in an error.
 */
export function decideByLayer(settings: readonly [Setting, ...Setting[]]): LayerDecision {
  const ranked = settings.toSorted((one, other) => rank(one) - rank(other));
  const strongest = ranked[0] ?? settings[0];
  const { same: top, other: below } = split(ranked, ({ layer }) => layer === strongest.layer);
  const winner = top.at(-1) ?? strongest;
  const rival = top.find((one) => differ(one, winner) && isUnordered(one, winner));
  if (rival !== undefined) return undecided(winner, rival, 'nothing says which of the two is read last');
  const secured = below.find((one) => one.layer === 'security-configuration' && differ(one, winner));
  if (secured !== undefined) {
    const what = winner.layer === 'job' ? 'a job' : winner.layer;
    return undecided(winner, secured, `whether a security configuration overrides ${what} is not documented`);
  }
  const beaten = [...top, ...below].filter((one) => differ(one, winner));
  return { kind: 'set', setting: winner, problems: beaten.map((one) => conflict(winner, one)) };
}

const rank = ({ layer }: Setting): number => LAYERS.indexOf(layer);

function split(settings: readonly Setting[], belongs: (setting: Setting) => boolean) {
  return { same: settings.filter(belongs), other: settings.filter((setting) => !belongs(setting)) };
}

/** Of a deprecated name and the new one Hadoop keeps whichever it loads last, in an order that Spark does not keep. */
const isUnordered = (one: Setting, other: Setting): boolean =>
  one.name !== other.name || documentOf(one) !== documentOf(other);

/** Of one command line, and of one file's section, the last setting counts. */
const documentOf = ({ layer, place }: Setting): string =>
  JSON.stringify(layer === 'job' ? [place.source] : [place.source, place.path ?? '']);

const differ = (one: Setting, other: Setting): boolean => comparable(one.value) !== comparable(other.value);

/** Hadoop trims what it reads as a word, and reads booleans in either case. */
function comparable(value: string): string {
  const word = value.trim();
  return /^(?:true|false)$/i.test(word) ? word.toLowerCase() : word;
}

const told = ({ name, value, place }: Setting): string =>
  `${quoted(name)} is ${quoted(value)} at ${placeText(place)}`;

function undecided(winner: Setting, rival: Setting, reason: string): LayerDecision {
  const why = `${told(winner)}, and ${told(rival)}: ${reason}`;
  const message = `${why}. give both the same value, or remove one`;
  return { kind: 'undecided', why, problems: [emrProblem('emr/undecided-order', rival.place, message)] };
}

function conflict(winner: Setting, beaten: Setting): EmrProblem {
  const reason = winner.layer === beaten.layer ? 'of one document the last counts' : REASONS[winner.layer];
  const message = `${told(beaten)}, but ${told(winner)}, which wins: ${reason}`;
  return emrProblem('emr/conflict', beaten.place, message);
}
