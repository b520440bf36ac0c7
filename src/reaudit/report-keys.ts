import { counted, number, percent, size, sizeText } from './report-format.ts';
import { type Html, html } from './report-html.ts';
import type { Tally } from './tally.ts';
import { counts } from './tally-digests.ts';
import { type Guard, isText, listOf } from './tally-guard.ts';
import type { KeyTally } from './tally-keys.ts';

/** Keys that the page lists; the others are summed up. */
export const MOST_KEYS_SHOWN = 100;

/** One row of the census. */
export interface Held {
  readonly layer: string;
  readonly type: string;
  readonly key?: string;
  readonly tally: KeyTally;
}

const isTexts: Guard<readonly string[]> = listOf(isText);

/** The census of keys, those in a state of their own first, then by objects. */
export function census(tally: Tally): readonly Held[] {
  return counts(tally.keys, isTexts)
    .map(([[layer = '', type = '', key], one]) => ({
      layer,
      type,
      tally: one,
      ...(key === undefined ? {} : { key }),
    }))
    .toSorted(
      (a, b) =>
        Number(b.tally.states.values.length > 0) - Number(a.tally.states.values.length > 0) ||
        Number(b.key !== undefined) - Number(a.key !== undefined) ||
        b.tally.all.objects - a.tally.all.objects,
    );
}

const KINDS: Readonly<Record<string, string>> = {
  none: 'not encrypted by S3',
  'sse-s3': 'keys that S3 holds (SSE-S3)',
  'sse-c': 'keys that the writers hold (SSE-C)',
  unrecognised: 'an encryption that the auditor does not know',
};

/** What stands under each key, and so what becomes unreadable if it goes. */
export function keysSection(tally: Tally): Html {
  const all = census(tally);
  const seen = all
    .filter(({ layer }) => layer === 'sse')
    .reduce((sum, one) => sum + one.tally.all.objects, 0);
  const title = html`<h2 id="keys-title">Keys, and what goes with them</h2>`;
  if (all.length === 0) {
    return html`<section id="keys" aria-labelledby="keys-title">${title}<p>Of no object was the encryption seen.</p></section>`;
  }
  const shown = all.slice(0, MOST_KEYS_SHOWN);
  const hidden = all.length - shown.length;
  return html`<section id="keys" aria-labelledby="keys-title">${title}
<p class="hint">If a key is disabled or deleted, the objects in its row cannot be decrypted. Of ${counted(seen, 'object')} the encryption was seen; an object that is also encrypted client-side stands under both its keys.</p>
${warnings(all)}
<div class="scroll" tabindex="0" role="region" aria-label="Census of keys"><table class="census"><caption>Objects and bytes under each key</caption><thead><tr><th scope="col">Key</th><th scope="col">Layer</th><th scope="col" class="n">Objects</th><th scope="col" class="n">Share</th><th scope="col" class="n">Bytes</th><th scope="col" class="n">In violation</th></tr></thead><tbody>${shown.map((one) => row(one, seen))}</tbody></table></div>
${hidden > 0 || tally.keys.isCut ? html`<p>${hidden > 0 ? counted(hidden, 'more key') : 'More keys'} with fewer objects ${hidden === 1 ? 'is' : 'are'} not shown.</p>` : undefined}
</section>`;
}

/** Keys that are on their way out, in words. */
function warnings(all: readonly Held[]): Html | undefined {
  const ill = all.filter(({ tally }) => tally.states.values.length > 0);
  if (ill.length === 0) return undefined;
  return html`<ul class="warn">${ill
    .slice(0, MOST_KEYS_SHOWN)
    .map(
      ({ key, tally }) =>
        html`<li><code>${key}</code> is <b>${tally.states.values.join(', ')}</b>: ${counted(tally.all.objects, 'object')} (${sizeText(tally.all)}) ${tally.all.objects === 1 ? 'cannot be decrypted while it is, and is lost if it goes' : 'cannot be decrypted while it is, and are lost if it goes'}.</li>`,
    )}</ul>`;
}

function row({ layer, type, key, tally }: Held, seen: number): Html {
  const { all, violating, states } = tally;
  const state = states.values.map((text) => html` <span class="state">${text}</span>`);
  const name =
    key === undefined
      ? html`<span class="kindless">${KINDS[type] ?? type}</span>`
      : html`<code>${key}</code>`;
  return html`<tr><th scope="row">${name}${state}</th><td>${layer === 'sse' ? 'server' : 'client'} <small>${type}</small></td><td class="n">${number(all.objects)}</td><td class="n">${percent(all.objects, seen)}</td><td class="n">${size(all)}</td><td class="n${violating.objects === 0 ? ' zero' : ' v'}">${number(violating.objects)}</td></tr>`;
}
