import { describeReason } from '../verdict/describe.ts';
import { remediesFor } from '../verdict/remedy.ts';
import { OUTCOMES } from './fold-record.ts';
import { counted, number, percent, size, spanText } from './report-format.ts';
import { type Html, html } from './report-html.ts';
import { accounted, type ReportMeta } from './report-meta.ts';
import type { Tally } from './tally.ts';
import { Amount } from './tally-amount.ts';
import { type Ledger, SOURCES, type Source } from './tally-ledger.ts';
import type { ReasonTally } from './tally-reason.ts';

const MOST_RULES_SHOWN = 200;
const MOST_EXEMPTIONS_SHOWN = 200;
const MOST_REASONS_SHOWN = 60;

/** Rules by outcome. */
export function rulesSection(tally: Tally): Html | undefined {
  const rules = tally.rules
    .entries()
    .toSorted(([, a], [, b]) => b.count('violation') - a.count('violation') || b.count() - a.count());
  if (rules.length === 0) return undefined;
  const rows = rules
    .slice(0, MOST_RULES_SHOWN)
    .map(([rule, ledger]) => html`<tr><th scope="row">${rule}</th>${outcomeCells(ledger)}</tr>`);
  const rest = rules.length - rows.length;
  return html`<section id="rules" aria-labelledby="rules-title"><h2 id="rules-title">Rules</h2><div class="scroll" tabindex="0" role="region" aria-label="Objects by rule and outcome"><table><caption>Objects by rule and outcome</caption><thead><tr><th scope="col">Rule</th>${outcomeHeads()}</tr></thead><tbody>${rows}</tbody></table></div>${rest > 0 || tally.rules.isCut ? html`<p>${rest > 0 ? counted(rest, 'more rule') : 'More rules'} not shown.</p>` : undefined}</section>`;
}

const outcomeHeads = (): readonly Html[] => [
  ...OUTCOMES.map((outcome) => html`<th scope="col" class="n">${outcome}</th>`),
  html`<th scope="col" class="n">All</th>`,
];

const CSS: Readonly<Record<string, string>> = { violation: ' v', unknown: ' u', uncovered: ' x' };

const outcomeCells = (ledger: Ledger, sources: readonly Source[] = SOURCES): readonly Html[] => [
  ...OUTCOMES.map((outcome) => {
    const { objects } = ledger.amount([outcome], sources);
    return html`<td class="n${objects === 0 ? ' zero' : CSS[outcome]}">${number(objects)}</td>`;
  }),
  html`<td class="n">${number(ledger.amount(OUTCOMES, sources).objects)}</td>`,
];

/** What the policy exempts, with how much hides behind each glob. */
export function exemptionsSection(tally: Tally): Html {
  const all = tally.exemptions.entries().toSorted(([, a], [, b]) => b.objects - a.objects);
  const title = html`<h2 id="exemptions-title">Exemptions</h2>`;
  const total = tally.total.amount(['exempt']);
  if (total.objects === 0) {
    return html`<section id="exemptions" aria-labelledby="exemptions-title">${title}<p>No object was exempt.</p></section>`;
  }
  const shown = all.slice(0, MOST_EXEMPTIONS_SHOWN);
  const rest = total.without(Amount.sum(shown.map(([, amount]) => amount)));
  const rows = shown.map(
    ([glob, amount]) =>
      html`<tr><th scope="row"><code>${glob}</code></th><td class="n">${number(amount.objects)}</td><td class="n">${size(amount)}</td></tr>`,
  );
  const others =
    rest.objects === 0
      ? undefined
      : html`<tr><th scope="row">all others</th><td class="n">${number(rest.objects)}</td><td class="n">${size(rest)}</td></tr>`;
  return html`<section id="exemptions" aria-labelledby="exemptions-title">${title}<p class="hint">Exempt objects were not looked at and are in no compliance share.</p><div class="scroll"><table><caption>Objects and bytes behind each exemption</caption><thead><tr><th scope="col">Exemption</th><th scope="col" class="n">Objects</th><th scope="col" class="n">Bytes</th></tr></thead><tbody>${rows}${others}</tbody><tfoot><tr><th scope="row">All</th><td class="n">${number(total.objects)}</td><td class="n">${size(total)}</td></tr></tfoot></table></div></section>`;
}

/** What could not be audited, and what would mend it. */
export function unknownSection(tally: Tally): Html {
  const all = tally.reasons
    .entries()
    .map(([, reason]) => reason)
    .toSorted((a, b) => b.unknown.objects - a.unknown.objects || b.violating.objects - a.violating.objects);
  const title = html`<h2 id="unknown-title">What could not be audited</h2>`;
  const unknown = tally.total.count('unknown');
  if (all.length === 0) {
    return html`<section id="unknown" aria-labelledby="unknown-title">${title}<p>${unknown === 0 ? 'Everything that was looked at could be told.' : `The reasons of ${counted(unknown, 'unknown verdict')} were not kept.`}</p></section>`;
  }
  return html`<section id="unknown" aria-labelledby="unknown-title">${title}<p class="hint">${counted(unknown, 'object')} ${unknown === 1 ? 'is' : 'are'} unknown: neither a pass nor a violation. An object with several reasons stands under each.</p>${all.slice(0, MOST_REASONS_SHOWN).map(reasonCard)}${all.length > MOST_REASONS_SHOWN || tally.reasons.isCut ? html`<p>There are further reasons; the records name them all.</p>` : undefined}</section>`;
}

function reasonCard({ unknown, violating, resources, objects, examples }: ReasonTally): Html {
  const [example] = examples.values;
  const said = example === undefined ? 'It could not be told' : describeReason(example);
  const steps = remediesFor({ outcome: 'unknown', reasons: examples.values });
  const named = (
    name: string,
    { values, more }: { readonly values: readonly string[]; readonly more: boolean },
  ): Html | undefined =>
    values.length === 0
      ? undefined
      : html`<div><dt>${name}</dt><dd><ul class="values">${values.map((text) => html`<li><code>${text}</code></li>`)}${more ? html`<li>and others</li>` : undefined}</ul></dd></div>`;
  const beside =
    violating.objects === 0
      ? undefined
      : html` ${counted(violating.objects, 'violation')} ${violating.objects === 1 ? 'has' : 'have'} this undecided beside.`;
  return html`<article class="reason"><h3><span class="big">${number(unknown.objects)}</span> ${said.charAt(0).toUpperCase()}${said.slice(1)} <code>${example?.code}</code></h3>${beside === undefined ? undefined : html`<p>${beside}</p>`}${steps.length === 0 ? undefined : html`<ol>${steps.map(({ text }) => html`<li>${text}</li>`)}</ol>`}<dl class="rows">${named('About', resources)}${named('First objects', objects)}</dl></article>`;
}

const SOURCE_NAMES: Readonly<Record<Source, string>> = {
  head: 'a HEAD of the object, now',
  inventory: 'S3 Inventory, as of its time',
  'metadata-table': 'an S3 Metadata table, as of its time',
  listing: 'its key alone, no look needed',
};

/** What was listed, what has a verdict, and what each verdict rests on. */
export function coverageSection(tally: Tally, meta: ReportMeta): Html {
  const { total, asOf } = tally;
  const rows = SOURCES.filter((source) => total.amount(OUTCOMES, [source]).objects > 0).map((source) => {
    const span = source === 'inventory' || source === 'metadata-table' ? asOf[source] : undefined;
    const at = span === undefined ? undefined : spanText(span.first, span.last);
    return html`<tr><th scope="row">${SOURCE_NAMES[source]}${at === undefined ? undefined : html`<br><small>as of ${at}</small>`}</th>${outcomeCells(total, [source])}</tr>`;
  });
  const fact = (name: string, value: Html | string): Html =>
    html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  const all = total.amount();
  return html`<section id="coverage" aria-labelledby="coverage-title"><h2 id="coverage-title">Coverage</h2><dl class="facts">
${tally.listed === 0 ? fact('Listed', 'the records do not tell') : fact('Listed', counted(tally.listed, 'object'))}
${fact('With a verdict', html`${counted(all.objects, 'object')}, ${size(all)}`)}
${tally.listed === 0 ? undefined : fact('Without', number(Math.max(0, tally.listed - accounted(tally))))}
${fact('Gone when looked at', html`${number(total.count('gone'))} (${percent(total.count('gone'), all.objects)})`)}
${tally.ignored === 0 ? undefined : fact('No rule, counted alone', `${number(tally.ignored)}: the policy says “uncovered: ignore”`)}
${tally.versioned === 0 ? undefined : fact('Named by version', number(tally.versioned))}
${tally.superseded === 0 ? undefined : fact('Written again meanwhile', number(tally.superseded))}
${tally.unreadable === 0 ? undefined : fact('Unreadable lines', number(tally.unreadable))}
</dl><div class="scroll" tabindex="0" role="region" aria-label="What verdicts rest on"><table><caption>What the verdicts rest on</caption><thead><tr><th scope="col">Settled by</th>${outcomeHeads()}</tr></thead><tbody>${rows}</tbody><tfoot><tr><th scope="row">All</th>${outcomeCells(total)}</tr></tfoot></table></div>${meta.records === undefined ? undefined : html`<p>Every verdict is a line of <code>${meta.records}</code>.</p>`}</section>`;
}
