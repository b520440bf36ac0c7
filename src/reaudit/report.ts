import { createHash } from 'node:crypto';
import { causesSection } from './report-causes.ts';
import { coverageSection, exemptionsSection, rulesSection, unknownSection } from './report-coverage.ts';
import { type Html, html, trusted } from './report-html.ts';
import { keysSection } from './report-keys.ts';
import { matrixSection } from './report-matrix.ts';
import type { ReportMeta } from './report-meta.ts';
import { notesSection } from './report-notes.ts';
import { prefixesSection } from './report-prefixes.ts';
import { SCRIPT } from './report-script.ts';
import { STYLE } from './report-style.ts';
import { timelineSection } from './report-timeline.ts';
import { tilesSection, verdictSection, verdictSentence } from './report-verdict.ts';
import type { Tally } from './tally.ts';
import { toldCauses } from './tally-digests.ts';

export type { ReportMeta } from './report-meta.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing is loaded, and nothing runs but this very script and style. */
const POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const CONTENTS: readonly (readonly [string, string])[] = [
  ['causes', 'What is wrong'],
  ['matrix', 'Expected against found'],
  ['prefixes', 'Prefixes'],
  ['rules', 'Rules'],
  ['timeline', 'Timeline'],
  ['keys', 'Keys'],
  ['exemptions', 'Exemptions'],
  ['unknown', 'Not audited'],
  ['coverage', 'Coverage'],
  ['notes', 'How to read this'],
];

/**
 * The report: one HTML page that asks for no other file, opens from disk, and can be read without its script. Every
 * figure is in the tally; whatever came from a record is escaped.
 */
export function renderReport(tally: Tally, meta: ReportMeta): string {
  const causes = toldCauses(tally, {
    trigger: 'run',
    defaultSeverity: 'medium',
    at: tally.audited.last ?? meta.generatedAt,
    uncovered: 'alert',
    ...(meta.policySource === undefined ? {} : { policySource: meta.policySource }),
  });
  const rules = rulesSection(tally);
  return `${page(verdictSentence(tally), [
    verdictSection(tally, meta),
    contents(rules === undefined),
    html`<main>`,
    tilesSection(tally),
    causesSection(causes, tally),
    matrixSection(tally),
    prefixesSection(tally),
    ...(rules === undefined ? [] : [rules]),
    timelineSection(tally, causes),
    keysSection(tally),
    exemptionsSection(tally),
    unknownSection(tally),
    coverageSection(tally, meta),
    notesSection(tally),
    html`</main>`,
  ])}\n`;
}

const contents = (withoutRules: boolean): Html =>
  html`<nav aria-label="Sections"><ul>${CONTENTS.filter(([id]) => !(withoutRules && id === 'rules')).map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>`;

const page = (title: string, body: readonly Html[]): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
${body}
<script>${trusted(SCRIPT)}</script>
</body>
</html>`.text;
