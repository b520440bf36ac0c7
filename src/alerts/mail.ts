import { assertNever } from '../objects/assert-never.ts';
import { printable } from '../objects/printable.ts';
import {
  describeCaptures,
  describeDiagnosis,
  describeReason,
  describeViolation,
} from '../verdict/describe.ts';
import {
  type ColumnSettings,
  NO_SETTING,
  SETTING_COLUMNS,
  settingsNote,
} from '../verdict/remedy-settings.ts';
import type { Digest, NextSteps, Sample } from './digest.ts';
import { cutText } from './json-form.ts';
import { type Listed, MOST_LISTED } from './listed.ts';
import { headline, objects } from './subject.ts';

const WIDTH = 78;

/** A digest as a text for people. Whatever came from outside is shown printable, on a line of its own or within quotes of ours. */
export function mailText(digest: Digest): string {
  const { samples } = digest;
  const sections = [
    `${headline(digest)}\n\n${wrap(opening(digest), '')}`,
    facts(digest),
    section('What was found, and what the policy wants', findings(samples.items)),
    section('What could not be told', undecided(digest)),
    section('Keys found', lines(digest.keys)),
    section('Who wrote', lines(digest.principals)),
    section('Whom to tell', lines(digest.owners)),
    section('Why, probably', bullets(digest.diagnosis.items.map(describeDiagnosis), digest.diagnosis.more)),
    section('What to do next', nextLines(digest.next)),
    section(samplesTitle(digest), samples.items.map(sampleLines)),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function opening({ outcome, count, bucket, rule }: Digest): string {
  const some = `${objects(count)} in bucket ${printable(bucket)}`;
  const one = count === 1;
  switch (outcome) {
    case 'violation':
      return `${some} ${one ? 'does' : 'do'} not keep to rule ${printable(rule ?? '-')} of the encryption policy.`;
    case 'unknown':
      return `The auditor could not tell whether ${some} ${one ? 'keeps' : 'keep'} to the encryption policy. This is no pass.`;
    case 'uncovered':
      return `${some} ${one ? 'is' : 'are'} governed by no rule of the encryption policy.`;
    default:
      return assertNever(outcome);
  }
}

function facts(digest: Digest): string {
  const { captures, written } = digest;
  const captured = captures.items.map(describeCaptures).join('; ') + (captures.more ? '; and others' : '');
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Severity', digest.severity],
    ['Outcome', `${digest.outcome} (${digest.codes.join(', ')})`],
    ['Bucket', digest.bucket],
    ['Rule', digest.rule],
    ['Captured', captures.items.length === 0 ? undefined : captured],
    ['Objects', String(digest.count)],
    ['First key', digest.firstKey],
    ['Last key', digest.count === 1 ? undefined : digest.lastKey],
    ['Written', written && span(written)],
    ['Audited', `${digest.at}, ${digest.trigger === 'event' ? 'after a write' : 'by a run'}`],
  ];
  return rows
    .flatMap(([name, text]) => (text === undefined ? [] : [`${name.padEnd(10)} ${printable(text)}`]))
    .join('\n');
}

const span = ({ first, last }: { readonly first: string; readonly last: string }): string =>
  first === last ? first : `${first} to ${last}`;

const section = (title: string, content: readonly string[]): string =>
  content.length === 0 ? '' : `${title}\n${'-'.repeat(title.length)}\n${content.join('\n')}`;

/** What fails, or for an unknown outcome what could not be told: each sentence once. */
function findings(samples: readonly Sample[]): readonly string[] {
  return sentences(
    samples.flatMap((sample) =>
      (sample.violations ?? []).map((one) => `${describeViolation(one)} [${one.code}]`),
    ),
  );
}

function undecided({ samples }: Digest): readonly string[] {
  return sentences(
    samples.items.flatMap((sample) =>
      (sample.reasons ?? []).map((one) => `${describeReason(one)} [${one.code}]`),
    ),
  );
}

function sentences(all: readonly string[]): readonly string[] {
  const distinct = [...new Set(all)];
  return bullets(distinct.slice(0, MOST_LISTED), distinct.length > MOST_LISTED);
}

const bullets = (texts: readonly string[], more: boolean | undefined): readonly string[] => [
  ...texts.map((text) => wrap(cutText(text), '- ')),
  ...(more ? ['- and others'] : []),
];

/** One to a line and never wrapped, so that each can be copied. */
const lines = ({ items, more }: Listed<string>): readonly string[] => [
  ...items.map((item) => `- ${printable(item)}`),
  ...(more ? ['- and others'] : []),
];

function nextLines({ steps, check, mend, reaudit }: NextSteps): readonly string[] {
  const command = (purpose: string, text: string | undefined): readonly string[] =>
    text === undefined ? [] : ['', `${purpose}:`, `    ${printable(text)}`];
  return [
    ...steps.flatMap(({ text, settings }, i) => [
      ...(steps[i - 1]?.settings === undefined ? [] : ['']),
      wrap(printable(text), `${i + 1}. `),
      ...(settings === undefined ? [] : settingsLines(settings)),
    ]),
    ...settingsNoteLines(steps),
    ...command('To look at one of the objects', check),
    ...command('To re-key it in place, once the cause is found', mend),
    ...command('To audit again', reaudit),
  ];
}

/** One property to a line and never wrapped, so that each can be copied, under the paths and releases that obey it. */
const settingsLines = (settings: readonly ColumnSettings[]): readonly string[] => [
  '',
  ...settings.flatMap(({ column, properties }) => {
    const { paths, releases } = SETTING_COLUMNS[column];
    const told = properties.map(({ name, value }) => printable(`${name}=${value}`));
    return [`   ${paths} (${releases})`, ...(told.length === 0 ? [`(${NO_SETTING})`] : told).map(indented)];
  }),
];

const indented = (line: string): string => `       ${line}`;

function settingsNoteLines(steps: NextSteps['steps']): readonly string[] {
  const settings = steps.flatMap((step) => step.settings ?? []);
  return settings.length === 0 ? [] : ['', wrap(settingsNote(settings), '')];
}

function samplesTitle({ samples, count }: Digest): string {
  const shown = samples.items.length;
  return shown === count ? 'The objects' : `${shown} of the ${count} objects`;
}

function sampleLines(sample: Sample): string {
  const { object, writer, lastModified, size, observed, superseded, asOf } = sample;
  const written = [
    lastModified === undefined ? '' : `written ${lastModified}`,
    writer?.principal === undefined ? '' : `by ${writer.principal} (${writer.event})`,
  ];
  const details = [
    object.versionId === undefined ? '' : `version ${object.versionId}`,
    written.filter((text) => text !== '').join(' '),
    size === undefined ? '' : `${size} bytes`,
    superseded === true ? 'written again since the event' : '',
    asOf === undefined ? '' : `as of ${asOf}`,
  ].filter((text) => text !== '');
  return [
    object.key,
    ...(details.length === 0 ? [] : [`    ${details.join(', ')}`]),
    ...(observed === undefined ? [] : [`    ${observedText(observed)}`]),
  ]
    .map(printable)
    .join('\n');
}

function observedText({ sse, cse }: NonNullable<Sample['observed']>): string {
  const bucketKey = sse.bucketKey === true ? ' with an S3 Bucket Key' : '';
  const outer = [sse.type, sse.key ?? sse.raw].filter((text) => text !== undefined).join(' ') + bucketKey;
  const inner =
    cse === undefined
      ? 'not visible'
      : [cse.type, cse.format, cse.wrap, cse.claimedKey].filter((text) => text !== undefined).join(' ');
  return `server side: ${outer}; client side: ${inner}`;
}

/** Breaks prose between words; a word that is longer than a line, such as an ARN, stays whole. */
function wrap(text: string, bullet: string): string {
  const indent = ' '.repeat(bullet.length);
  const wrapped: string[] = [];
  let line = bullet;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      wrapped.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...wrapped, line].join('\n');
}
