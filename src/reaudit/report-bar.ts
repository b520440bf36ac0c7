import type { Outcome } from '../verdict/verdict.ts';
import { type Html, html, trusted } from './report-html.ts';
import type { Ledger, Source } from './tally-ledger.ts';

/** Verdicts that rest on a table of an earlier time. */
export const AS_OF: readonly Source[] = ['inventory', 'metadata-table'];
/** Verdicts that rest on what is there now. */
export const NOW: readonly Source[] = ['head', 'listing'];

interface Segment {
  readonly name: string;
  readonly css: string;
  readonly outcomes: readonly Outcome[];
  readonly sources?: readonly Source[];
}

/** What bars are made of, from the left. */
export const SEGMENTS: readonly Segment[] = [
  { name: 'violation', css: 'v', outcomes: ['violation'] },
  { name: 'unknown', css: 'u', outcomes: ['unknown'] },
  { name: 'uncovered', css: 'n', outcomes: ['uncovered'] },
  { name: 'compliant', css: 'c', outcomes: ['compliant'], sources: NOW },
  { name: 'compliant as of an earlier time', css: 'a', outcomes: ['compliant'], sources: AS_OF },
  { name: 'exempt', css: 'e', outcomes: ['exempt'] },
  { name: 'gone', css: 'g', outcomes: ['gone'] },
];

const WIDTH = 1_000;
/** However few they are, objects that there are can be seen. */
const LEAST = 12;

/** Verdicts as one stacked bar; the figures stand beside it in text, so that readers of text miss nothing. */
export function bar(ledger: Ledger, css = 'bar'): Html {
  const parts = SEGMENTS.flatMap(({ css, outcomes, sources }) => {
    const { objects } = ledger.amount(outcomes, sources);
    return objects === 0 ? [] : [{ css, objects }];
  });
  const total = parts.reduce((sum, { objects }) => sum + objects, 0);
  const widths = parts.map(({ objects }) => Math.max(LEAST, (objects / total) * WIDTH));
  const scale = WIDTH / widths.reduce((sum, width) => sum + width, 0);
  let x = 0;
  const rects = parts.map(({ css }, i) => {
    const width = Math.round((widths[i] ?? 0) * scale);
    const rect = `<rect class="${css}" x="${x}" width="${width}" height="10"/>`;
    x += width;
    return rect;
  });
  return html`<svg class="${css}" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true">${trusted(rects.join(''))}</svg>`;
}

/** What the colours mean, of those that occur. */
export function legend(ledger: Ledger): Html {
  const items = SEGMENTS.filter(({ outcomes, sources }) => ledger.amount(outcomes, sources).objects > 0);
  return html`<ul class="legend">${items.map(({ css, name }) => html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${css}" width="10" height="10"/></svg>${name}</li>`)}</ul>`;
}
