import { number } from './report-format.ts';
import { type Html, html } from './report-html.ts';
import type { Tally } from './tally.ts';
import { LIMITS } from './tally-limits.ts';

/** How to read the page, and what it does not say. */
export function notesSection(tally: Tally): Html {
  const cut = [
    tally.prefixes.isCut
      ? `the prefix map keeps ${number(LIMITS.prefixes)} prefixes at each of ${LIMITS.prefixLevels} levels`
      : '',
    tally.causes.isCut ? `causes are kept apart up to ${number(LIMITS.causes)}` : '',
    tally.keys.isCut ? `the census keeps ${number(LIMITS.keys)} keys` : '',
    tally.pairs.isCut ? `the matrix keeps ${number(LIMITS.pairs)} pairs` : '',
    tally.compacted ? 'parts of the run handed on a shortened tally' : '',
  ].filter((text) => text !== '');
  return html`<section id="notes" aria-labelledby="notes-title"><h2 id="notes-title">How to read this</h2>
<dl class="terms">
<div><dt>violation</dt><dd>at least one requirement of the rule that governs the object fails</dd></div>
<div><dt>unknown</dt><dd>the auditor could not tell; never counted as a pass, nor as a violation</dd></div>
<div><dt>uncovered</dt><dd>no rule of the policy governs the object; it was not looked at</dd></div>
<div><dt>compliant</dt><dd>every requirement held when the object was looked at, or as of the time of the inventory or table that it was settled by</dd></div>
<div><dt>exempt</dt><dd>an exemption of the policy applies; it was not looked at</dd></div>
<div><dt>gone</dt><dd>it was listed, or told of, and was no longer there</dd></div>
</dl>
<ul>
<li>A compliance share is compliant ÷ (compliant + violation + unknown + uncovered). Exempt and gone objects are in neither part. Shares are rounded down.</li>
<li>Client-side encryption is judged by what the envelope claims: a HEAD cannot show that a body really is ciphertext, nor that the claim is true, unless the rule asks for proof.</li>
<li>In bars, few objects among many are drawn wider than their share so that they can be seen; the figures are exact.</li>
<li>Samples are the first keys in byte order, not a random choice. Sizes marked + leave out objects of which no size was told.</li>
${cut.length === 0 ? undefined : html`<li>Counts are exact, but not everything is split: ${cut.join('; ')}. The records hold the rest.</li>`}
</ul></section>`;
}
