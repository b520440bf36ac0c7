import { compareKeys } from '../objects/byte-order.ts';
import { AS_OF, bar, NOW } from './report-bar.ts';
import { counted, number, percent } from './report-format.ts';
import { type Html, html } from './report-html.ts';
import type { Tally } from './tally.ts';
import { JUDGED, type Ledger } from './tally-ledger.ts';

/** Prefixes that the map shows at most, and below one prefix. */
export const MOST_PREFIXES_SHOWN = 1_500;
const MOST_CHILDREN_SHOWN = 100;

interface Node {
  readonly path: string;
  readonly ledger: Ledger;
  /** Whether only what needs attention is known of it: the map of all objects had to leave it out. */
  readonly partial: boolean;
}

type Below = ReadonlyMap<string, readonly Node[]>;

/** A map of prefixes by compliance that opens downwards: nested details, so that it opens without a script too. */
export function prefixesSection(tally: Tally): Html {
  const { roots, below } = nodesOf(tally);
  const shown = chosen(roots, below);
  const asOf = tally.total.amount(JUDGED, AS_OF).objects > 0;
  const page: Page = { below, shown, isCut: tally.prefixes.isCut, asOf };
  const heads = ['Objects', 'Violations', 'Unknown', 'No rule', 'Compliant', ...(asOf ? ['Earlier'] : [])];
  return html`<section id="prefixes" aria-labelledby="prefixes-title">
<h2 id="prefixes-title">Prefixes by compliance</h2>
<p class="hint">Open a prefix to see what lies below it; those with the most violations come first. “Compliant” is the share of the objects that were looked at now${asOf ? '; “Earlier” is the share of those settled by an inventory or metadata table of an earlier time' : ''}. Exempt and gone objects are in no share.</p>
<p class="paper hint">On paper, prefixes without findings are left out below the second level.</p>
<p class="tools" hidden><label>Find a prefix <input type="search" id="find" autocomplete="off" spellcheck="false"></label> <button type="button" id="only">Only with findings</button> <button type="button" id="open">Open all</button> <button type="button" id="close">Close all</button> <output id="matches"></output></p>
<div class="tree${asOf ? ' asof' : ''}" id="tree"><div class="row head" aria-hidden="true"><span class="p">Prefix</span><span class="b"></span>${heads.map((text) => html`<span class="n">${text}</span>`)}</div>
<ul>${roots.filter(({ path }) => shown.has(path)).map((node) => item(node, '', 0, page))}</ul></div>
</section>`;
}

function nodesOf(tally: Tally): { readonly roots: readonly Node[]; readonly below: Below } {
  const whole = (entries: readonly (readonly [string, Ledger])[]): Node[] =>
    entries.map(([path, ledger]) => ({ path, ledger, partial: false }));
  const more = (known: readonly Node[], entries: readonly (readonly [string, Ledger])[]): Node[] => {
    const paths = new Set(known.map(({ path }) => path));
    return entries
      .filter(([path]) => !paths.has(path))
      .map(([path, ledger]) => ({ path, ledger, partial: true }));
  };
  const roots = whole(tally.prefixes.roots());
  const below = new Map<string, Node[]>();
  for (const [parent, entries] of tally.prefixes.children()) below.set(parent, whole(entries));
  for (const [parent, entries] of tally.wrong.children()) {
    const known = below.get(parent) ?? [];
    below.set(parent, [...known, ...more(known, entries)]);
  }
  const all = [...roots, ...more(roots, tally.wrong.roots())];
  for (const nodes of below.values()) nodes.sort(worstFirst);
  return { roots: all.sort(worstFirst), below };
}

const ATTENTION = ['violation', 'unknown', 'uncovered'] as const;

function worstFirst(a: Node, b: Node): number {
  for (const outcome of ATTENTION) {
    const difference = b.ledger.count(outcome) - a.ledger.count(outcome);
    if (difference !== 0) return difference;
  }
  return compareKeys(a.path, b.path);
}

/** Which prefixes are shown: level by level, at each the worst first, until there are enough. */
function chosen(roots: readonly Node[], below: Below): ReadonlySet<string> {
  const shown = new Set<string>();
  let level: readonly Node[] = roots;
  while (level.length > 0 && shown.size < MOST_PREFIXES_SHOWN) {
    const taken = level.slice(0, MOST_PREFIXES_SHOWN - shown.size);
    for (const { path } of taken) shown.add(path);
    level = taken
      .flatMap(({ path }) => (below.get(path) ?? []).slice(0, MOST_CHILDREN_SHOWN))
      .sort(worstFirst);
  }
  return shown;
}

interface Page {
  readonly below: Below;
  readonly shown: ReadonlySet<string>;
  readonly isCut: boolean;
  readonly asOf: boolean;
}

/** Levels that stand open at first where they hold violations. */
const OPEN_LEVELS = 2;

function item(top: Node, parent: string, depth: number, page: Page): Html {
  const node = collapsed(top, page);
  const children = page.below.get(node.path) ?? [];
  const visible = children.filter(({ path }) => page.shown.has(path));
  const name = depth === 0 ? `s3://${node.path}` : node.path.slice(parent.length);
  const bad = node.ledger.count(...ATTENTION) > 0;
  const mark = bad ? html` class="bad"` : undefined;
  if (visible.length === 0) return html`<li${mark}>${row(node, name, 'div', page)}</li>`;
  const rest = node.partial ? NO_REST : remainder(node, visible, children.length - visible.length, page);
  const open = depth < OPEN_LEVELS && bad ? html` open` : undefined;
  return html`<li${mark}><details${open}>${row(node, name, 'summary', page)}<ul>${visible.map((child) => item(child, node.path, depth + 1, page))}${rest}</ul></details></li>`;
}

const NO_REST = undefined;

/** A prefix all of whose objects lie below one further prefix is shown as one line with it. */
function collapsed(node: Node, page: Page): Node {
  const [only, ...others] = page.below.get(node.path) ?? [];
  const isAll =
    only !== undefined && others.length === 0 && page.shown.has(only.path) && only.partial === node.partial;
  return isAll && only.ledger.count() === node.ledger.count() ? collapsed(only, page) : node;
}

/** What lies in a prefix and in none of the prefixes shown below it. */
function remainder(node: Node, visible: readonly Node[], hidden: number, page: Page): Html | undefined {
  const ledger = node.ledger.without(visible.filter(({ partial }) => !partial).map((one) => one.ledger));
  if (ledger.count() === 0) return undefined;
  const name =
    hidden > 0
      ? `${counted(hidden, 'more prefix', 'more prefixes')}, and objects directly here`
      : page.isCut
        ? 'directly here, and in prefixes that the tally left out'
        : 'directly here';
  return html`<li class="rest">${row({ path: '', ledger, partial: false }, name, 'div', page)}</li>`;
}

function row({ ledger, partial }: Node, name: string, tag: 'div' | 'summary', page: Page): Html {
  const [violations, unknown, uncovered] = ATTENTION.map((outcome) => ledger.count(outcome));
  const [now, judged] = [ledger.amount(['compliant'], NOW).objects, ledger.amount(JUDGED, NOW).objects];
  const [then, judgedThen] = [
    ledger.amount(['compliant'], AS_OF).objects,
    ledger.amount(JUDGED, AS_OF).objects,
  ];
  const figure = (value: number | undefined, label: string, css = ''): Html =>
    html`<span class="n${value === 0 ? ' zero' : css}"><span class="sr">${label} </span>${number(value ?? 0)}</span>`;
  const cells = html`<span class="p">${name}</span><span class="b">${partial ? undefined : bar(ledger)}</span>${
    partial
      ? html`<span class="n" title="not kept: there are too many prefixes">–</span>`
      : figure(ledger.count(), 'objects')
  }${figure(violations, 'violations', ' v')}${figure(unknown, 'unknown', ' u')}${figure(uncovered, 'no rule', ' x')}<span class="n"><span class="sr">compliant </span>${partial ? '–' : percent(now, judged)}</span>${
    page.asOf
      ? html`<span class="n"><span class="sr">compliant earlier </span>${partial ? '–' : percent(then, judgedThen)}</span>`
      : undefined
  }`;
  return tag === 'summary'
    ? html`<summary class="row">${cells}</summary>`
    : html`<div class="row leaf">${cells}</div>`;
}
