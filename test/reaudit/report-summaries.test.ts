import { describe, expect, it } from 'vitest';
import { csvCell, summaryCsv } from '../../src/reaudit/summary-csv.ts';
import { summaryJson } from '../../src/reaudit/summary-json.ts';
import { Tally } from '../../src/reaudit/tally.ts';
import { at, bare, wrongKey } from '../alerts/records.ts';
import { world } from '../fixtures/report/world.ts';

const META = { generatedAt: '2026-11-21T04:00:00.000Z', version: '0.0.0' };
const tallyOf = (records: Parameters<Tally['add']>[0][]): Tally => {
  const tally = new Tally();
  for (const record of records) tally.add(record);
  return tally;
};

/** Reads RFC 4180, as a spreadsheet would. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.matchAll(
    /((?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\r\n]*))*)\r\n/g,
  )) {
    const cells = [...(line[1] ?? '').matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)];
    rows.push(cells.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ''));
  }
  return rows;
}

describe('the CSV summary', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\n=1', '\uff1d1+1'])(
    'guards %j, which a spreadsheet would run',
    (text) => {
      expect(csvCell(text).replace(/^"/, '').startsWith("'")).toBe(true);
    },
  );

  it('quotes what RFC 4180 wants quoted and leaves numbers alone', () => {
    expect([csvCell('a,b'), csvCell('a"b'), csvCell('a\nb'), csvCell(-5), csvCell(undefined)]).toEqual([
      '"a,b"',
      '"a""b"',
      'a\\u{A}b',
      '-5',
      '',
    ]);
  });

  it('holds the same number of cells in every row, whatever the names', () => {
    const rows = readCsv(
      summaryCsv(tallyOf([wrongKey(0, { ...at('k', 'b,"\r\n='), rule: '=cmd|x,\n"' }), ...world(200)]), META),
    );
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([9]));
    expect(rows.some((row) => row.some((cell) => /^[=+@-]\D/.test(cell)))).toBe(false);
  });

  it('holds every outcome with its objects and bytes', () => {
    const rows = readCsv(summaryCsv(tallyOf([wrongKey(0, { size: 5 }), wrongKey(1, { size: 6 })]), META));
    expect(rows).toContainEqual(['outcome', 'violation', '', 'violation', '', '2', '11', '', '']);
    expect(rows).toContainEqual(['outcome', 'unknown', '', 'unknown', '', '0', '0', '', '']);
  });
});

describe('the JSON summary', () => {
  it('holds compliance now and as of an earlier time apart, without what is exempt', () => {
    const asOf = { source: 'inventory', asOf: '2026-11-20T00:00:00Z' } as const;
    const summary = JSON.parse(
      summaryJson(
        tallyOf([
          bare({ outcome: 'compliant' }),
          bare({ outcome: 'compliant', ...asOf }),
          bare({ outcome: 'exempt', exemption: 'g' }),
          wrongKey(0),
        ]),
        META,
      ),
    );
    expect(summary.compliance).toEqual({
      now: { compliant: 1, of: 2 },
      asOfEarlier: { compliant: 1, of: 1 },
    });
    expect(summary.outcomes.exempt.objects).toBe(1);
    expect(summary.causes[0]).toMatchObject({ codes: ['KMS_KEY_NOT_ALLOWED'], objects: 1 });
  });

  it('says why it is incomplete', () => {
    const tally = tallyOf([wrongKey(0)]);
    tally.addUnreadable(2);
    expect(JSON.parse(summaryJson(tally, META)).incomplete).toEqual([
      '2 lines of the records could not be read and are not in any figure below.',
    ]);
  });
});
