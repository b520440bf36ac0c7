import type { Outcome } from '../verdict/verdict.ts';
import { AS_OF, bar, legend, NOW } from './report-bar.ts';
import { counted, number, percent, size, spanText, time } from './report-format.ts';
import { type Html, html } from './report-html.ts';
import { gaps, type ReportMeta } from './report-meta.ts';
import type { Tally } from './tally.ts';
import { JUDGED } from './tally-ledger.ts';

/** The top of the page: what is missing, what was found, what was covered. */
export function verdictSection(tally: Tally, meta: ReportMeta): Html {
  return html`<header>
<p class="kind">S3 encryption audit</p>
${incompleteBanner(tally, meta)}
<h1>${verdictSentence(tally)}</h1>
<p class="lead">${furtherSentences(tally).map((text) => html`<span>${text}</span> `)}</p>
${facts(tally, meta)}
</header>`;
}

function incompleteBanner(tally: Tally, meta: ReportMeta): Html | undefined {
  const all = gaps(tally, meta);
  if (all.length === 0) return undefined;
  const resume =
    meta.resume === undefined
      ? undefined
      : html`<p>To go on with it:</p><pre><code>${meta.resume}</code></pre>`;
  return html`<div class="banner" role="alert"><h2>This audit is incomplete</h2><ul>${all.map((text) => html`<li>${text}</li>`)}</ul>${resume}</div>`;
}

/** The verdict on the whole in one sentence, which never says more than was seen. */
export function verdictSentence({ total }: Tally): string {
  const all = total.count();
  if (all === 0) return 'There was nothing to audit';
  const violations = total.count('violation');
  const judged = total.count('compliant', 'violation', 'unknown');
  if (violations > 0) {
    return `${number(violations)} of ${counted(judged, 'object')} ${violations === 1 ? 'violates' : 'violate'} the encryption policy`;
  }
  const unknown = total.count('unknown');
  if (unknown > 0) return `No violation was found, but ${counted(unknown, 'object')} could not be told`;
  return judged === 0
    ? 'No object was judged by a rule'
    : `No violation was found in ${counted(judged, 'object')}`;
}

function furtherSentences({ total, ignored }: Tally): readonly string[] {
  const [unknown, uncovered] = [total.count('unknown'), total.count('uncovered') + ignored];
  const asOf = total.amount(JUDGED, AS_OF).objects;
  const be = (count: number): string => (count === 1 ? 'is' : 'are');
  return [
    unknown > 0 && total.count('violation') > 0
      ? `Of ${counted(unknown, 'more object')} the auditor could not tell: that is no pass.`
      : '',
    uncovered > 0 ? `${counted(uncovered, 'object')} ${be(uncovered)} governed by no rule.` : '',
    asOf > 0
      ? `${counted(asOf, 'verdict')} ${asOf === 1 ? 'rests' : 'rest'} on an inventory or metadata table of an earlier time and ${asOf === 1 ? 'says' : 'say'} nothing of now.`
      : '',
  ].filter((text) => text !== '');
}

function facts(tally: Tally, meta: ReportMeta): Html {
  const policies = tally.policies.entries().map(([hash]) => hash);
  const several = policies.length > 1 || tally.policies.isCut;
  const rows: readonly (readonly [string, Html | string | undefined])[] = [
    ['Covers', meta.scope === undefined ? undefined : html`<code>${meta.scope}</code>`],
    ['Audited', spanText(tally.audited.first, tally.audited.last)],
    [
      several ? 'Policies' : 'Policy',
      policies.length === 0
        ? undefined
        : html`${policies.map((hash) => html`<code>${hash}</code> `)}${several ? html`<strong>The policy changed while the audit ran.</strong>` : undefined}`,
    ],
    ['Records', meta.records === undefined ? undefined : html`<code>${meta.records}</code>`],
    ['Report made', html`${time(meta.generatedAt)} by s3-encryption-auditor ${meta.version}`],
  ];
  return html`<dl class="facts">${rows.map(([name, value]) => (value === undefined ? undefined : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}</dl>`;
}

const TILES: readonly (readonly [Outcome, string, string])[] = [
  ['violation', 'break a requirement', '#causes'],
  ['unknown', 'could not be told', '#unknown'],
  ['uncovered', 'governed by no rule', '#causes'],
  ['compliant', 'hold every requirement', '#prefixes'],
  ['exempt', 'exempted by the policy', '#exemptions'],
  ['gone', 'no longer there', '#coverage'],
];

/** Verdicts at a glance: a tile for each outcome and one bar for all. */
export function tilesSection(tally: Tally): Html {
  const { total } = tally;
  const all = total.count();
  return html`<section id="verdicts" aria-labelledby="verdicts-title">
<h2 id="verdicts-title">Verdicts</h2>
${complianceSentences(tally)}
${all === 0 ? undefined : html`${bar(total, 'bar wide')}${legend(total)}`}
<ul class="tiles">${TILES.map(([outcome, meaning, target]) => tile(tally, outcome, meaning, target))}</ul>
</section>`;
}

function tile({ total }: Tally, outcome: Outcome, meaning: string, target: string): Html {
  const amount = total.amount([outcome]);
  const asOf = total.amount([outcome], AS_OF).objects;
  const note = asOf === 0 ? undefined : html`<span class="note">${number(asOf)} as of an earlier time</span>`;
  return html`<li class="tile t-${outcome}${amount.objects === 0 ? ' zero' : ''}"><a href="${target}"><span class="label">${outcome}</span><span class="big">${number(amount.objects)}</span><span class="note">${meaning}</span><span class="note">${percent(amount.objects, total.count())} of all${amount.objects === 0 ? undefined : html`, ${size(amount)}`}</span>${note}</a></li>`;
}

/** Compliance in words: by HEAD, and apart from it by tables; exempt and gone objects are in neither. */
function complianceSentences({ total, claimed }: Tally): Html {
  const now = total.amount(['compliant'], NOW).objects;
  const judgedNow = total.amount(JUDGED, NOW).objects;
  const then = total.amount(['compliant'], AS_OF).objects;
  const judgedThen = total.amount(JUDGED, AS_OF).objects;
  return html`<p class="share">${judgedNow === 0 ? undefined : html`<strong>${percent(now, judgedNow)}</strong> compliant when looked at: ${number(now)} of ${counted(judgedNow, 'object')}. `}${judgedThen === 0 ? undefined : html`<strong>${percent(then, judgedThen)}</strong> compliant as of an earlier time, by inventory or metadata table: ${number(then)} of ${counted(judgedThen, 'object')}. `}${claimed.objects === 0 ? undefined : html`${counted(claimed.objects, 'pass', 'passes')} ${claimed.objects === 1 ? 'rests' : 'rest'} on what the envelope claims.`}</p>`;
}
