// Prints the differences of one endpoint as a table, or with no name what is asked of none; docs/endpoints.md holds them.
import { DIFFERENCES, type Listed } from '../test/endpoints/differences.ts';
import { ENDPOINT_NAMES } from '../test/endpoints/endpoint.ts';
import { UNASKED, UNASKED_EVERYWHERE } from '../test/endpoints/unasked.ts';

/** As one cell of a Markdown table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/[<>_*]/g, (mark) => `\\${mark}`);

const ROUTES = /, by its event$|, by a re-audit$/;
const titles = (claims: readonly string[]): string =>
  [...new Set(claims.map((title) => title.replace(ROUTES, '')))].map(cell).join('; ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const differencesTable = (listed: readonly Listed[]): string =>
  table(
    ['Suite', 'Claim', 'There', 'What it means'],
    listed.map(({ suite, claims, instead, meaning }) => [suite, titles(claims), cell(instead), meaning]),
  );

const name = ENDPOINT_NAMES.find((known) => known === process.argv[2]);
if (name === undefined) {
  const everywhere = UNASKED_EVERYWHERE.map((one) => ({ ...one, where: 'any' }));
  const some = ENDPOINT_NAMES.flatMap((where) => UNASKED[where].map((one) => ({ ...one, where })));
  const rows = [...everywhere, ...some];
  console.log(
    table(
      ['Of', 'Suite', 'Claim', 'Why it is not asked'],
      rows.map(({ where, suite, claims, why }) => [where, suite, titles(claims), cell(why)]),
    ),
  );
} else {
  console.log(differencesTable(DIFFERENCES[name]));
}
