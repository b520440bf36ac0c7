import { counted, number, shortKey } from './report-format.ts';
import { type Html, html } from './report-html.ts';
import type { Tally } from './tally.ts';
import { Amount } from './tally-amount.ts';
import { counts } from './tally-digests.ts';
import { type Guard, isText, listOf, oneOf } from './tally-guard.ts';

const MOST_ROWS = 12;
const MOST_COLUMNS = 8;
/** Shades of a cell, by its share of the fullest one. */
const SHADES = 5;

const isLayer = oneOf(['sse', 'cse']);
const isTexts: Guard<readonly string[]> = listOf(isText);

interface Pair {
  readonly layer: 'sse' | 'cse';
  readonly expected: readonly string[];
  readonly found: string;
  readonly objects: number;
}

/** The pairs of what was wanted and what was found that a tally kept, the most frequent first. */
export function pairsOf(tally: Tally): readonly Pair[] {
  return counts(tally.pairs, isTexts)
    .flatMap(([[layer, found, ...expected], { objects }]) =>
      isLayer(layer) && found !== undefined ? [{ layer, expected, found, objects }] : [],
    )
    .toSorted((a, b) => b.objects - a.objects);
}

/** Which key was found where it should not be: what the policy wants down the side, what was found across the top. */
export function matrixSection(tally: Tally): Html {
  const pairs = pairsOf(tally);
  const title = html`<h2 id="matrix-title">Which key was found where it should not be</h2>`;
  if (pairs.length === 0) {
    return html`<section id="matrix" aria-labelledby="matrix-title">${title}<p>No key or kind of encryption was found in the place of another.</p></section>`;
  }
  const outer = pairs.filter(({ layer }) => layer === 'sse');
  const inner = pairs.filter(({ layer }) => layer === 'cse');
  return html`<section id="matrix" aria-labelledby="matrix-title">${title}
${outer.length === 0 ? undefined : matrix(outer, 'Server-side encryption: what the policy wants (rows) and what was found (columns), in objects')}
${inner.length === 0 ? undefined : matrix(inner, 'Client-side encryption: what the policy wants (rows) and what the envelope claims (columns), in objects')}
${tally.pairs.isCut ? html`<p>There are more pairs than the tally keeps; the causes above count every object.</p>` : undefined}
</section>`;
}

const rowName = (expected: readonly string[]): string => JSON.stringify(expected);

function matrix(pairs: readonly Pair[], caption: string): Html {
  const rows = heaviest(pairs, ({ expected }) => rowName(expected), MOST_ROWS);
  const heads = heaviest(pairs, ({ found }) => found, MOST_COLUMNS);
  const most = Math.max(...pairs.map(({ objects }) => objects));
  const cells = new Map(
    pairs.map((pair) => [JSON.stringify([rowName(pair.expected), pair.found]), pair.objects]),
  );
  const expectedOf = new Map(pairs.map(({ expected }) => [rowName(expected), expected]));
  const shown = new Set(heads.kept);
  const hidden = (row: string): number =>
    pairs
      .filter(({ expected, found }) => rowName(expected) === row && !shown.has(found))
      .reduce((sum, { objects }) => sum + objects, 0);
  const body = rows.kept.map((row) => {
    const found = heads.kept.map((head) => cell(cells.get(JSON.stringify([row, head])) ?? 0, most));
    return html`<tr><th scope="row">${wanted(expectedOf.get(row) ?? [])}</th>${found}${heads.rest === 0 ? undefined : cell(hidden(row), most)}</tr>`;
  });
  const head = heads.kept.map((found) => html`<th scope="col">${shortKey(found)}</th>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="matrix"><caption>${caption}</caption><thead><tr><td class="corner">wanted ↓ found →</td>${head}${heads.rest === 0 ? undefined : html`<th scope="col">${counted(heads.rest, 'other')}</th>`}</tr></thead><tbody>${body}</tbody></table></div>${rows.rest === 0 ? undefined : html`<p>${counted(rows.rest, 'more row')} with fewer objects.</p>`}`;
}

function cell(objects: number, most: number): Html {
  if (objects === 0) return html`<td class="n none">·</td>`;
  const shade = Math.max(1, Math.ceil((objects / most) * SHADES));
  return html`<td class="n h${shade}">${number(objects)}</td>`;
}

function wanted(expected: readonly string[]): Html {
  const [first, ...others] = expected;
  if (first === undefined) return html`nothing`;
  if (others.length === 0) return shortKey(first);
  return html`<span title="${expected.join(' or ')}">${shortKey(first)} <small>or ${others.length === 1 ? shortKey(others[0] ?? '') : counted(others.length, 'other')}</small></span>`;
}

/** The names with the most objects, and how many names are left. */
function heaviest(
  pairs: readonly Pair[],
  nameOf: (pair: Pair) => string,
  most: number,
): { readonly kept: readonly string[]; readonly rest: number } {
  const sums = new Map<string, Amount>();
  for (const pair of pairs) {
    const sum = sums.get(nameOf(pair)) ?? new Amount();
    sum.objects += pair.objects;
    sums.set(nameOf(pair), sum);
  }
  const sorted = [...sums].sort(([, a], [, b]) => b.objects - a.objects).map(([name]) => name);
  return { kept: sorted.slice(0, most), rest: Math.max(0, sorted.length - most) };
}
