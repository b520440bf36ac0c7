import { createHash } from 'node:crypto';
import { printable } from '../objects/printable.ts';
import type { InventoryColumns } from './inventory-columns.ts';
import { findColumns, readInventoryRow } from './inventory-columns.ts';
import { type InventoryFile, type InventoryManifest, readManifest } from './inventory-manifest.ts';
import type { RowItem, RowPlace } from './row.ts';
import { decodeUtf8, gunzip, NotGzip, readSmallText } from './row-bytes.ts';
import { type Line, LineCutter } from './row-lines.ts';
import { type RowSource, type RowWanted, unwanted } from './source.ts';
import { type ByteReader, placeText, type S3Place } from './source-bytes.ts';
import { SourceDamaged, SourceUnusable } from './source-failures.ts';

/** A manifest names at most some thousand files; one of this size would name half a million. */
export const MOST_MANIFEST_BYTES = 64 * 1024 * 1024;

/**
 * Opens an S3 Inventory by its `manifest.json`, which is all that is read here. Throws `SourceUnusable` that says what
 * is wrong and what would mend it: another format, missing columns, an inventory of another bucket.
 */
export async function openInventory(
  manifestPlace: S3Place,
  wanted: RowWanted,
  bytes: ByteReader,
): Promise<RowSource> {
  const name = placeText(manifestPlace);
  const text = await readSmallText(bytes.read(manifestPlace), MOST_MANIFEST_BYTES);
  if (text === undefined) throw new SourceUnusable(printable(`${name}: expected a manifest.json in UTF-8`));
  const manifest = readManifest(text, name);
  if (manifest.bucket !== wanted.bucket) {
    throw new SourceUnusable(
      printable(`${name}: this is an inventory of ${manifest.bucket}, and ${wanted.bucket} is to be audited`),
    );
  }
  const columns = findColumns(manifest.columns, { name, versions: wanted.versions });
  return {
    source: 'inventory',
    name,
    asOf: manifest.asOf,
    notes: notesOf(manifest),
    rows: (behind) => inventoryRows(manifest, { columns, wanted, bytes }, behind),
  };
}

const notesOf = ({ asOf, files }: InventoryManifest): readonly string[] => [
  `The inventory was begun at ${asOf}, in ${files.length} file${files.length === 1 ? '' : 's'}; it is eventually consistent, and objects written since are not in it.`,
  'A manifest does not say whether the inventory was confined to a prefix: if it was, objects outside it are missing here.',
];

interface InventoryReader {
  readonly columns: InventoryColumns;
  readonly wanted: RowWanted;
  readonly bytes: ByteReader;
}

async function* inventoryRows(
  { files }: InventoryManifest,
  reader: InventoryReader,
  behind: RowPlace | undefined,
): AsyncGenerator<readonly RowItem[]> {
  for (const [index, file] of files.entries()) {
    if (index < (behind?.file ?? 0)) continue;
    const line = index === behind?.file ? behind.line : 0;
    for await (const items of fileRows(file, index, reader)) {
      const rest = items.filter(({ at }) => at.line > line);
      if (rest.length > 0) yield rest;
    }
  }
}

async function* fileRows(
  file: InventoryFile,
  index: number,
  reader: InventoryReader,
): AsyncGenerator<readonly RowItem[]> {
  const cutter = new LineCutter({ quotes: true });
  const seen: SeenBytes = { md5: createHash('md5'), length: 0 };
  const read = (lines: readonly Line[]) => lines.map((line) => readLine(line, { file, index, reader }));
  try {
    for await (const piece of gunzip(watched(reader.bytes.read(file.place), seen, file.sizeBytes))) {
      yield read(cutter.push(piece));
    }
    yield read(cutter.end());
  } catch (error) {
    if (!(error instanceof NotGzip)) throw error;
    throw damaged(file, `it is no complete gzip file: ${error.message}`);
  }
  const md5 = seen.md5.digest('hex');
  if (seen.length !== file.sizeBytes || md5 !== file.md5) {
    throw damaged(
      file,
      `its manifest says ${file.sizeBytes} bytes with MD5 ${file.md5}, and there were ${seen.length} with ${md5}`,
    );
  }
}

interface SeenBytes {
  readonly md5: ReturnType<typeof createHash>;
  length: number;
}

/** Passes bytes on, summing them up; stops reading a file that is larger than its manifest says. */
async function* watched(
  bytes: AsyncIterable<Uint8Array>,
  seen: SeenBytes,
  most: number,
): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    seen.md5.update(piece);
    seen.length += piece.byteLength;
    if (seen.length > most) return;
    yield piece;
  }
}

const damaged = ({ place }: InventoryFile, why: string): SourceDamaged =>
  new SourceDamaged(
    printable(
      `${placeText(place)}: ${why}. Verdicts from its rows are not to be relied on; use the next delivery`,
    ),
  );

interface LineContext {
  readonly file: InventoryFile;
  readonly index: number;
  readonly reader: InventoryReader;
}

function readLine(line: Line, { file, index, reader }: LineContext): RowItem {
  const at = { file: index, line: line.number };
  const malformed = (why: string): RowItem => ({
    kind: 'malformed',
    at,
    where: `${placeText(file.place)}:${line.number}`,
    why,
  });
  if (line.kind === 'too-long') return malformed('the row is too long');
  if (line.kind === 'broken') return malformed(`${line.why}; the rest of the file is not read`);
  const text = decodeUtf8(line.bytes);
  if (text === undefined) return malformed('expected UTF-8');
  const read = readInventoryRow(text, reader.columns);
  switch (read.kind) {
    case 'malformed':
      return malformed(read.why);
    case 'delete-marker':
      return {
        kind: 'skipped',
        at,
        why: read.key.startsWith(reader.wanted.prefix) ? 'delete-marker' : 'elsewhere',
      };
    case 'row': {
      if (read.row.bucket !== reader.wanted.bucket) return malformed('the row is of another bucket');
      const why = unwanted(read.row, reader.wanted);
      return why === undefined ? { kind: 'row', at, row: read.row } : { kind: 'skipped', at, why };
    }
  }
}
