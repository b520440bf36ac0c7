import type { NextSteps } from '../alerts/digest.ts';
import {
  type ColumnSettings,
  NO_SETTING,
  SETTING_COLUMNS,
  settingsNote,
} from '../verdict/remedy-settings.ts';
import { type Html, html } from './report-html.ts';

/** What to do, most useful first; where properties of EMRFS and S3A do it, a table of them with a column for each connector. */
export function stepsList(steps: NextSteps['steps']): Html | undefined {
  if (steps.length === 0) return undefined;
  const all = steps.flatMap(({ settings }) => settings ?? []);
  const items = steps.map(
    ({ text, settings }) =>
      html`<li>${text}${settings === undefined ? undefined : settingsTable(settings)}</li>`,
  );
  return html`<h4>What to do</h4><ol>${items}</ol>${all.length === 0 ? undefined : html`<p class="hint">${settingsNote(all)}</p>`}`;
}

function settingsTable(settings: readonly ColumnSettings[]): Html {
  const head = settings.map(({ column }) => {
    const { paths, releases } = SETTING_COLUMNS[column];
    return html`<th scope="col">${paths} <small>${releases}</small></th>`;
  });
  const cells = settings.map(({ properties }) => html`<td>${propertyLines(properties)}</td>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Settings of the writer"><table class="settings"><caption>Settings of the writer</caption><thead><tr>${head}</tr></thead><tbody><tr>${cells}</tr></tbody></table></div>`;
}

const propertyLines = (properties: ColumnSettings['properties']): Html | readonly Html[] =>
  properties.length === 0
    ? html`<span class="none">${NO_SETTING}</span>`
    : properties.map(({ name, value }) => html`<code>${name}=<wbr>${value}</code>`);
