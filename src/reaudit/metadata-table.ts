import { printable } from '../objects/printable.ts';
import { type Cells, findTableColumns, jsonCells, readTableRow } from './metadata-table-columns.ts';
import type { RowItem, RowPlace } from './row.ts';
import { beginsAsGzip, decodeUtf8, gunzip, NotGzip, peek } from './row-bytes.ts';
import { readCsvRow } from './row-csv.ts';
import { type Line, LineCutter } from './row-lines.ts';
import { type RowSource, type RowWanted, unwanted } from './source.ts';
import { SourceDamaged, SourceUnusable } from './source-failures.ts';

/** Of when a query result is. `asked`: by `--as-of`; else the file's time of writing, which is not before the query's. */
export interface TableTime {
  readonly at: string;
  readonly by: 'asked' | 'file-time';
}

export interface TableFile {
  /** As the command line names it. */
  readonly name: string;
  /** The whole file from its start, each time anew. */
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly time: TableTime;
}

/**
 * Opens the result of a query over S3 Metadata tables: CSV with a first row that names the columns, or NDJSON; either
 * may be gzip. Reads no more than the beginning. Throws `SourceUnusable` where needed columns are missing.
 */
export async function openMetadataTable(file: TableFile, wanted: RowWanted): Promise<RowSource> {
  const first = await firstLine(file);
  if (first === undefined)
    throw unusable(file, 'it is empty: expected rows of a query over S3 Metadata tables');
  const format = formatOf(file.name, first);
  const columns = format === 'csv' ? readHeader(first, file) : undefined;
  return {
    source: 'metadata-table',
    name: file.name,
    asOf: file.time.at,
    notes: [
      timeNote(file.time),
      'Objects written since are not in it, and the table itself lags by up to an hour.',
    ],
    rows: (behind) => tableRows(file, { wanted, columns }, behind),
  };
}

const timeNote = ({ at, by }: TableTime): string =>
  by === 'asked'
    ? `The rows are taken as of ${at}, as --as-of says.`
    : `The rows are taken as of their record_timestamp or, without one, of the file's own time, ${at}: the query may have run earlier; --as-of says when.`;

const unusable = ({ name }: TableFile, why: string): SourceUnusable =>
  new SourceUnusable(printable(`${name}: ${why}`));

type Columns = { readonly at: ReadonlyMap<string, number>; readonly count: number };

interface TableReader {
  readonly wanted: RowWanted;
  /** Of CSV; NDJSON names them in each row. */
  readonly columns: Columns | undefined;
}

/** By the file's name, `.gz` apart; else a row that begins with a brace is JSON. */
function formatOf(name: string, first: string): 'csv' | 'ndjson' {
  const [, ending] = /\.(csv|ndjson|jsonl|json)(?:\.gz)?$/i.exec(name) ?? [];
  if (ending !== undefined) return ending.toLowerCase() === 'csv' ? 'csv' : 'ndjson';
  return first.trimStart().startsWith('{') ? 'ndjson' : 'csv';
}

function readHeader(first: string, file: TableFile): Columns {
  const read = readCsvRow(first);
  if (read.kind === 'malformed') throw unusable(file, `its first row is no CSV: ${read.why}`);
  const found = findTableColumns(read.fields);
  if ('why' in found) throw unusable(file, found.why);
  return found;
}

async function firstLine(file: TableFile): Promise<string | undefined> {
  const cutter = new LineCutter({ quotes: false });
  const first = (lines: readonly Line[]): string | undefined => {
    const [line] = lines;
    if (line === undefined) return undefined;
    const text = line.kind === 'line' ? decodeUtf8(line.bytes) : undefined;
    if (text === undefined) throw unusable(file, 'expected text in UTF-8 as its first row');
    return text;
  };
  try {
    for await (const piece of unpacked(file)) {
      const line = first(cutter.push(piece));
      if (line !== undefined) return line;
    }
  } catch (error) {
    if (error instanceof NotGzip) throw unusable(file, `it begins as gzip and is none: ${error.message}`);
    throw error;
  }
  return first(cutter.end());
}

async function* unpacked({ open }: TableFile): AsyncGenerator<Uint8Array> {
  const { start, all } = await peek(open(), 2);
  yield* beginsAsGzip(start) ? gunzip(all) : all;
}

async function* tableRows(
  file: TableFile,
  reader: TableReader,
  behind: RowPlace | undefined,
): AsyncGenerator<readonly RowItem[]> {
  const cutter = new LineCutter({ quotes: reader.columns !== undefined });
  let header = reader.columns !== undefined;
  const read = (lines: readonly Line[]): readonly RowItem[] => {
    const rows = header ? lines.slice(1) : lines;
    if (lines.length > 0) header = false;
    const wanted = rows.filter(({ number }) => number > (behind?.line ?? 0));
    return wanted.map((line) => readLine(line, file, reader));
  };
  try {
    for await (const piece of unpacked(file)) yield read(cutter.push(piece));
    yield read(cutter.end());
  } catch (error) {
    if (!(error instanceof NotGzip)) throw error;
    throw new SourceDamaged(printable(`${file.name}: it is no complete gzip file: ${error.message}`));
  }
}

function readLine(line: Line, file: TableFile, { wanted, columns }: TableReader): RowItem {
  const at = { file: 0, line: line.number };
  const malformed = (why: string): RowItem => ({
    kind: 'malformed',
    at,
    where: `${file.name}:${line.number}`,
    why,
  });
  if (line.kind === 'too-long') return malformed('the row is too long');
  if (line.kind === 'broken') return malformed(`${line.why}; the rest of the file is not read`);
  const text = decodeUtf8(line.bytes);
  if (text === undefined) return malformed('expected UTF-8');
  if (text.trim() === '') return { kind: 'skipped', at, why: 'elsewhere' };
  const cells = columns === undefined ? jsonCells(text) : csvCells(text, columns);
  if (typeof cells === 'string') return malformed(cells);
  const read = readTableRow(cells);
  switch (read.kind) {
    case 'malformed':
      return malformed(read.why);
    case 'deleted': {
      const here = read.bucket === wanted.bucket && read.key.startsWith(wanted.prefix);
      return { kind: 'skipped', at, why: here ? 'delete-marker' : 'elsewhere' };
    }
    case 'row': {
      // What the person said of the whole file outweighs what its rows say.
      const row = file.time.by === 'asked' ? { ...read.row, asOf: undefined } : read.row;
      const why = unwanted(row, wanted);
      return why === undefined ? { kind: 'row', at, row } : { kind: 'skipped', at, why };
    }
  }
}

function csvCells(text: string, { at, count }: Columns): Cells | string {
  const read = readCsvRow(text);
  if (read.kind === 'malformed') return read.why;
  const { fields } = read;
  if (fields.length !== count) return `expected ${count} fields, found ${fields.length}`;
  return (column) => fields[at.get(column) ?? -1] || undefined;
}
