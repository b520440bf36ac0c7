import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { openInventory } from '../reaudit/inventory.ts';
import { openMetadataTable, type TableTime } from '../reaudit/metadata-table.ts';
import type { RowSource, RowWanted } from '../reaudit/source.ts';
import { type ByteReader, parsePlace } from '../reaudit/source-bytes.ts';
import { SourceUnusable } from '../reaudit/source-failures.ts';
import { BadInput } from './io.ts';

/** What the command line says of another source than LIST and HEAD. */
export interface SourceOptions {
  readonly inventory?: string;
  readonly metadata?: string;
  readonly asOf?: string;
}

/**
 * Opens the source that `--inventory` or `--metadata` names; `undefined` where neither does. Throws `BadInput` that says
 * what is wrong with it and what would mend it; AWS's own refusals pass through.
 */
export async function openSource(
  options: SourceOptions,
  wanted: RowWanted,
  bytes: ByteReader,
): Promise<RowSource | undefined> {
  const { inventory, metadata, asOf } = options;
  checkOptions(options);
  try {
    if (inventory !== undefined) return await openInventory(manifestPlace(inventory), wanted, bytes);
    if (metadata !== undefined) return await openTable(metadata, asOf, wanted);
    return undefined;
  } catch (error) {
    throw error instanceof SourceUnusable ? new BadInput(error.message, { cause: error }) : error;
  }
}

function checkOptions({ inventory, metadata, asOf }: SourceOptions): void {
  if (inventory !== undefined && metadata !== undefined) {
    throw new BadInput('--inventory and --metadata are two sources of the same: name one of them');
  }
  if (asOf !== undefined && metadata === undefined) {
    throw new BadInput('--as-of says of when a --metadata file is: an inventory says so itself');
  }
}

function manifestPlace(text: string) {
  const place = parsePlace(text);
  if (place?.key.endsWith('.json')) return place;
  throw new BadInput(
    `--inventory is ${JSON.stringify(text)}: expected s3://BUCKET/.../manifest.json, which each delivery of an inventory has`,
  );
}

async function openTable(path: string, asOf: string | undefined, wanted: RowWanted): Promise<RowSource> {
  if (path === '-') {
    throw new BadInput(
      '--metadata takes a file: standard input cannot be read twice, which --resume may need',
    );
  }
  const file = await stat(path).catch((error: unknown) => {
    throw new BadInput(
      `${path} could not be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  });
  if (!file.isFile()) throw new BadInput(`${path} could not be read: it is no file`);
  return openMetadataTable(
    { name: path, open: () => createReadStream(path), time: timeOf(asOf, file.mtime) },
    wanted,
  );
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;

function timeOf(asOf: string | undefined, written: Date): TableTime {
  if (asOf === undefined) return { at: written.toISOString(), by: 'file-time' };
  const ms = MOMENT.test(asOf) ? Date.parse(asOf) : Number.NaN;
  if (!Number.isNaN(ms)) return { at: new Date(ms).toISOString(), by: 'asked' };
  throw new BadInput(`--as-of is ${JSON.stringify(asOf)}: expected a time in UTC, as 2026-11-21T02:00:00Z`);
}
