import type { Digest } from '../alerts/digest.ts';
import { headline, objects } from '../alerts/subject.ts';
import {
  describeCaptures,
  describeDiagnosis,
  describeReason,
  describeViolation,
} from '../verdict/describe.ts';
import { isCaptures, isDiagnosis } from './fold-findings.ts';
import { counted, number, size, spanText, time } from './report-format.ts';
import { type Html, html, type Part } from './report-html.ts';
import { stepsList } from './report-steps.ts';
import { columns } from './report-timeline.ts';
import type { Tally } from './tally.ts';
import type { Amount } from './tally-amount.ts';
import { counts, type ToldCause } from './tally-digests.ts';

/** Causes shown whole; the others stand in a table of one line each. */
export const MOST_CAUSES_SHOWN = 40;
/** Values of a cause that are named before the rest is summed up. */
const MOST_VALUES = 12;
const MOST_FINDINGS = 4;
const MOST_SAMPLES = 5;
const MOST_GIST = 4;

/** The worst causes first, each with its diagnosis, what to do, and a few objects. */
export function causesSection(causes: readonly ToldCause[], tally: Tally): Html {
  const shown = causes.slice(0, MOST_CAUSES_SHOWN);
  const others = causes.slice(MOST_CAUSES_SHOWN);
  const told = causes.reduce((sum, { digest }) => sum + digest.count, 0);
  const untold = tally.total.count('violation', 'unknown', 'uncovered') - told;
  return html`<section id="causes" aria-labelledby="causes-title">
<h2 id="causes-title">What is wrong, worst first</h2>
${causes.length === 0 ? html`<p>Nothing needs attention.</p>` : html`<p class="hint">Objects of one bucket, rule and kind of finding are one cause. What stops a cause comes before what mends the objects.</p>`}
${shown.map((one, i) => causeCard(one, i === 0))}
${others.length === 0 ? undefined : otherCauses(others)}
${untold > 0 ? html`<p>${counted(untold, 'more object')} of causes that the tally does not keep apart.</p>` : undefined}
</section>`;
}

/** `12,345 objects under the wrong key`. */
const title = (digest: Digest): string =>
  `${counted(digest.count, 'object')}${headline(digest).slice(objects(digest.count).length)}`;

function causeCard({ digest, cause }: ToldCause, open: boolean): Html {
  const { next, severity } = digest;
  return html`<article class="cause o-${digest.outcome}"><details${open ? html` open` : undefined}><summary><span class="sev s-${severity}">${severity}</span><span class="what"><strong>${title(digest)}</strong><span class="where">${where(digest)}</span>${gist({ digest, cause })}</span><span class="when">${spanText(digest.written?.first, digest.written?.last)}</span></summary>
<div class="body">${why(digest, cause.diagnosis)}
${findings(digest)}
<dl class="rows">${factRows({ digest, cause })}</dl>
${stepsList(next.steps)}
${command('Look at one of the objects', next.check)}${command('Re-key it in place, once the cause is stopped', next.mend)}${command('Audit again', next.reaudit)}
${samples(digest)}</div></details></article>`;
}

const where = ({ rule, bucket, codes }: Digest): Html =>
  html`${rule === undefined ? undefined : html`rule <b>${rule}</b>, `}bucket <b>${bucket}</b> <code>${codes.join(' ')}</code>`;

/** Whom it meets and why, in the line that is there when the card is closed. */
function gist({ digest, cause }: ToldCause): Html | undefined {
  const captured = counts(cause.captures, isCaptures).toSorted(([, a], [, b]) => b.objects - a.objects);
  const told = captured
    .slice(0, MOST_GIST)
    .map(([one, { objects }]) => `${describeCaptures(one)} (${number(objects)})`)
    .join(', ');
  const more = captured.length > MOST_GIST || cause.captures.isCut ? ' and others' : '';
  const [diagnosis] = digest.diagnosis.items;
  const reason =
    diagnosis === undefined || digest.diagnosis.items.length > 1 ? '' : describeDiagnosis(diagnosis);
  const text = [told === '' ? '' : `${told}${more}`, reason].filter((part) => part !== '').join(': ');
  return text === '' ? undefined : html`<span class="where gist">${text}</span>`;
}

function why(digest: Digest, diagnosis: ToldCause['cause']['diagnosis']): Html | undefined {
  const all = counts(diagnosis, isDiagnosis).toSorted(([, a], [, b]) => b.objects - a.objects);
  if (all.length === 0) return undefined;
  const told = (amount: Amount): string =>
    amount.objects === digest.count ? '' : ` (${counted(amount.objects, 'object')})`;
  const sentences = all
    .slice(0, MOST_VALUES)
    .map(([one, amount]) => html`<li>${sentence(describeDiagnosis(one))}${told(amount)}</li>`);
  return html`<div class="why"><h4>Why, probably</h4><ul>${sentences}${all.length > MOST_VALUES || diagnosis.isCut ? html`<li>and others</li>` : undefined}</ul></div>`;
}

function findings({ samples }: Digest): Html | undefined {
  const all = new Set(
    samples.items.flatMap(({ violations = [], reasons = [] }) => [
      ...violations.map(describeViolation),
      ...reasons.map(describeReason),
    ]),
  );
  if (all.size === 0) return undefined;
  const shown = [...all].slice(0, MOST_FINDINGS).map((text) => html`<li>${sentence(text)}</li>`);
  return html`<h4>What was found</h4><ul class="found">${shown}${all.size > MOST_FINDINGS ? html`<li>and the like</li>` : undefined}</ul>`;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function factRows({ digest, cause }: ToldCause): Part {
  const captured = counts(cause.captures, isCaptures).map(
    ([one, amount]) => [describeCaptures(one), amount] as const,
  );
  const row = (name: string, value: Part): Html => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  const { written, amount } = cause;
  return [
    row('Objects', html`${number(digest.count)}, ${size(amount)}`),
    values(row, 'Captured', captured, cause.captures.isCut),
    digest.written === undefined
      ? undefined
      : row('Written', html`${spanText(digest.written.first, digest.written.last)}${columns(written)}`),
    values(row, 'Keys found', cause.keys.entries(), cause.keys.isCut, true),
    values(row, 'Written by', cause.principals.entries(), cause.principals.isCut),
    values(row, 'Owner', cause.owners.entries(), cause.owners.isCut),
    row('First key', html`<code>${digest.firstKey}</code>`),
    digest.count === 1 ? undefined : row('Last key', html`<code>${digest.lastKey}</code>`),
  ];
}

type Named = readonly (readonly [string, Amount])[];

function values(
  row: (name: string, value: Part) => Html,
  name: string,
  all: Named,
  isCut: boolean,
  code = false,
): Html | undefined {
  if (all.length === 0) return undefined;
  const sorted = all.toSorted(([, a], [, b]) => b.objects - a.objects);
  const shown = sorted
    .slice(0, MOST_VALUES)
    .map(
      ([text, { objects }]) =>
        html`<li>${code ? html`<code>${text}</code>` : text} <span class="of">${number(objects)}</span></li>`,
    );
  const more = sorted.length > MOST_VALUES || isCut ? html`<li>and others</li>` : undefined;
  return row(name, html`<ul class="values">${shown}${more}</ul>`);
}

const command = (purpose: string, text: string | undefined): Html | undefined =>
  text === undefined
    ? undefined
    : html`<div class="cmd"><p>${purpose}</p><pre tabindex="0"><code>${text}</code></pre></div>`;

function samples({ samples, count }: Digest): Html | undefined {
  const shown = samples.items.slice(0, MOST_SAMPLES);
  if (shown.length === 0) return undefined;
  const told = shown.some(({ writer }) => writer?.principal !== undefined);
  const rows = shown.map(
    ({ object, lastModified, writer, observed }) =>
      html`<tr><td><code>${object.key}</code>${object.versionId === undefined ? undefined : html` <small>version ${object.versionId}</small>`}</td><td>${lastModified === undefined ? '' : time(lastModified)}</td><td>${observed?.sse.type}</td>${told ? html`<td>${writer?.principal}</td>` : undefined}</tr>`,
  );
  const which =
    shown.length === count
      ? count === 1
        ? 'The object'
        : 'The objects'
      : `The first ${number(shown.length)} of ${counted(count, 'object')}, in byte order`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${which}"><table class="samples"><caption>${which}</caption><thead><tr><th scope="col">Key</th><th scope="col">Written</th><th scope="col">Encryption</th>${told ? html`<th scope="col">By</th>` : undefined}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function otherCauses(causes: readonly ToldCause[]): Html {
  const rows = causes.map(
    ({ digest }) =>
      html`<tr><td><span class="sev s-${digest.severity}">${digest.severity}</span></td><th scope="row">${title(digest)}</th><td>${where(digest)}</td><td>${spanText(digest.written?.first, digest.written?.last)}</td></tr>`,
  );
  return html`<details class="more"><summary>${counted(causes.length, 'more cause')}</summary><div class="scroll"><table><caption>The other causes</caption><thead><tr><th scope="col">Severity</th><th scope="col">What</th><th scope="col">Where</th><th scope="col">Written</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
