import { printable } from '../objects/printable.ts';
import type { Disagreement, Said, SourceCheck } from './sample-check.ts';

const SOURCES = { inventory: 'inventory', 'metadata-table': 'metadata table' } as const;

const count = (number: number, one: string, more = `${one}s`): string =>
  `${number.toLocaleString('en-US')} ${number === 1 ? one : more}`;

/** What the check came to, for the report and for a terminal; one sentence an item, nothing in it steers a terminal. */
export function checkSentences(check: SourceCheck): readonly string[] {
  const source = SOURCES[check.source];
  if (check.settled === 0) return [`No verdict rests on the ${source} alone.`];
  const drawn = `${count(check.settled, 'verdict rests', 'verdicts rest')} on the ${source}; ${count(check.sampled, 'object')} of these, drawn at random, ${check.sampled === 1 ? 'was' : 'were'} HEADed at the end.`;
  const others = [
    `${check.agreed.toLocaleString('en-US')} agreed`,
    ...(check.replaced > 0 ? [`${check.replaced.toLocaleString('en-US')} written again since`] : []),
    ...(check.gone > 0 ? [`${check.gone.toLocaleString('en-US')} gone since`] : []),
    ...(check.unanswered > 0 ? [`${check.unanswered.toLocaleString('en-US')} without an answer`] : []),
    ...(check.disagreements > 0 ? [`${check.disagreements.toLocaleString('en-US')} disagreed`] : []),
  ];
  return [drawn, `Of these: ${others.join(', ')}.`, ...conclusion(check, source)];
}

function conclusion(check: SourceCheck, source: string): readonly string[] {
  if (check.disagreements === 0) {
    return [
      `What the ${source} settled is told as of its time, never as of now: a re-key in place since then shows in a HEAD alone.`,
    ];
  }
  const more = check.disagreements - check.named.length;
  return [
    `The ${source} cannot be relied on: ETag and Last-Modified are the row's, and what encrypts the object is not. It was re-keyed in place since, or the ${source} is wrong.`,
    'So no object without a HEAD is called compliant. Audit again without this source, or with a newer one.',
    ...check.named.map(disagreementText),
    ...(more > 0 ? [`And ${more.toLocaleString('en-US')} more.`] : []),
  ];
}

/** For example `s3://b/k: sse-s3, compliant in the table as of ...; HEAD shows sse-kms ..., violation (...)`. */
export function disagreementText({ object, row, head, asOf }: Disagreement): string {
  const version = object.versionId === undefined ? '' : ` (version ${object.versionId})`;
  return printable(
    `s3://${object.bucket}/${object.key}${version}: as of ${asOf} ${saidText(row)}; HEAD shows ${saidText(head)}.`,
  );
}

function saidText({ outcome, codes, sse, key }: Said): string {
  const what = sse === undefined ? '' : `${sse}${key === undefined ? '' : ` under ${key}`}, `;
  return `${what}${outcome}${codes.length === 0 ? '' : ` (${codes.join(', ')})`}`;
}
