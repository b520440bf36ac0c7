import { counted, number, spanText, time } from './report-format.ts';
import { type Html, html, trusted } from './report-html.ts';
import type { Tally } from './tally.ts';
import type { ToldCause } from './tally-digests.ts';
import type { Timeline } from './tally-timeline.ts';

const HEIGHT = 100;
const WIDTH = 1_000;
/** Causes that get a line of their own below the chart. */
const MOST_LINES = 15;

const HOURS = 3_600;
const iso = (seconds: number): string =>
  `${new Date(seconds * 1_000).toISOString().slice(0, 16)}`.replace('T', ' ');

/** What one column stands for: `1 hour`, `6 hours`, `1 day`, `28 days`. */
export function widthText(seconds: number): string {
  const hours = seconds / HOURS;
  return hours < 24 ? counted(hours, 'hour') : counted(hours / 24, 'day');
}

interface Frame {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

/** The columns that a chart shows, empty ones included. */
function frameOf(timeline: Timeline): Frame | undefined {
  const all = timeline.columns();
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return { from: first.start, to: last.start + timeline.width, width: timeline.width };
}

function rects(timeline: Timeline, { from, to }: Frame, height: number): Html {
  const all = timeline.columns();
  const most = Math.max(...all.map(({ objects }) => objects));
  const scale = WIDTH / (to - from);
  const drawn = all.map(({ start, objects }) => {
    const x = ((start - from) * scale).toFixed(1);
    const width = Math.max(3, timeline.width * scale - 1).toFixed(1);
    const tall = Math.max(height * 0.04, (objects / most) * height);
    return `<rect class="v" x="${x}" y="${(height - tall).toFixed(1)}" width="${width}" height="${tall.toFixed(1)}"><title>${iso(start)} UTC: ${number(objects)}</title></rect>`;
  });
  return trusted(drawn.join(''));
}

/** A small chart without axes, for a cause; its span stands beside it in words. */
export function columns(timeline: Timeline): Html | undefined {
  const frame = frameOf(timeline);
  if (frame === undefined || timeline.columns().length < 2) return undefined;
  return html`<svg class="spark" viewBox="0 0 ${WIDTH} 40" preserveAspectRatio="none" role="img" aria-label="Objects by last-modified, a column for ${widthText(timeline.width)}">${rects(timeline, frame, 40)}</svg>`;
}

/** When the wrong writes began and ended. */
export function timelineSection(tally: Tally, causes: readonly ToldCause[]): Html {
  const { written } = tally;
  const frame = frameOf(written);
  const title = html`<h2 id="timeline-title">When the wrong writes began and ended</h2>`;
  if (frame === undefined) {
    return html`<section id="timeline" aria-labelledby="timeline-title">${title}<p>${tally.total.count('violation') === 0 ? 'There are no violations.' : 'Of no violation is it known when it was written.'}</p></section>`;
  }
  const undated =
    written.undated === 0
      ? ''
      : ` ${counted(written.undated, 'violation')} without a time ${written.undated === 1 ? 'is' : 'are'} not shown.`;
  return html`<section id="timeline" aria-labelledby="timeline-title">${title}
<p>Violations by last-modified: ${spanText(written.span?.first, written.span?.last)}. One column is ${widthText(written.width)}.${undated} Re-keying in place keeps the last-modified time.</p>
${chart(written, frame)}
${lines(causes, frame)}
${figures(written)}
</section>`;
}

function chart(timeline: Timeline, frame: Frame): Html {
  const most = Math.max(...timeline.columns().map(({ objects }) => objects));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => frame.from + (frame.to - frame.from) * share);
  return html`<figure class="chart"><span class="most">${number(most)}</span><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Violations by last-modified; the figures are in the table below"><line x1="0" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"/>${rects(timeline, frame, HEIGHT)}</svg><figcaption class="ticks">${ticks.map((tick) => html`<span>${iso(tick)}</span>`)}</figcaption></figure>`;
}

/** Each cause on the axis of the chart above. */
function lines(causes: readonly ToldCause[], frame: Frame): Html | undefined {
  const dated = causes.filter(({ digest }) => digest.outcome === 'violation' && digest.written !== undefined);
  if (dated.length === 0) return undefined;
  const rows = dated.slice(0, MOST_LINES).map(({ digest, cause }) => {
    return html`<tr><th scope="row">${digest.rule ?? digest.bucket} <code>${digest.codes.join(' ')}</code></th><td class="lane"><svg viewBox="0 0 ${WIDTH} 20" preserveAspectRatio="none" aria-hidden="true">${rects(cause.written, frame, 20)}</svg></td><td>${time(digest.written?.first ?? '')}</td><td>${time(digest.written?.last ?? '')}</td><td class="n">${number(cause.amount.objects)}</td></tr>`;
  });
  const rest = dated.length - rows.length;
  return html`<div class="scroll"><table class="lanes"><caption>The same for each cause, on the axis above and each at its own height</caption><thead><tr><th scope="col">Cause</th><th scope="col">When</th><th scope="col">First</th><th scope="col">Last</th><th scope="col" class="n">Objects</th></tr></thead><tbody>${rows}</tbody></table></div>${rest > 0 ? html`<p>${counted(rest, 'more cause')} above.</p>` : undefined}`;
}

function figures(timeline: Timeline): Html {
  const rows = timeline
    .columns()
    .map(
      ({ start, objects }) =>
        html`<tr><th scope="row">${iso(start)}</th><td class="n">${number(objects)}</td></tr>`,
    );
  return html`<details class="more"><summary>The figures of the chart</summary><table class="narrow"><caption>Violations by last-modified, ${widthText(timeline.width)} from each time on (UTC)</caption><thead><tr><th scope="col">From</th><th scope="col" class="n">Objects</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}
