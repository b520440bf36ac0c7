import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { zonedTimeMs } from '../objects/zoned-time.ts';
import { openInventory } from '../reaudit/inventory.ts';
import { openMetadataTable, type TableTime } from '../reaudit/metadata-table.ts';
import type { RowSource, RowWanted } from '../reaudit/source.ts';
import { type ByteReader, parsePlace } from '../reaudit/source-bytes.ts';
import { SourceUnusable } from '../reaudit/source-failures.ts';
import { BadInput, reasonOf } from './io.ts';

/** What the command line says of another source than LIST and HEAD. */
export interface SourceOptions {
  readonly inventory?: string;
  readonly metadata?: string;
  readonly asOf?: string;
}

export interface SourceDeps {
  readonly bytes: ByteReader;
  readonly now: () => number;
}

/**
 * Opens the source that `--inventory` or `--metadata` names; `undefined` where neither does. Throws `BadInput` that says
 * what is wrong with it and what would mend it; AWS's own refusals pass through.
 */
export async function openSource(
  options: SourceOptions,
  wanted: RowWanted,
  { bytes, now }: SourceDeps,
): Promise<RowSource | undefined> {
  const { inventory, metadata, asOf } = options;
  checkSourceOptions(options);
  try {
    if (inventory !== undefined) return await openInventory(manifestPlace(inventory), wanted, bytes);
    if (metadata !== undefined) return await openTable(metadata, { asOf, nowMs: now() }, wanted);
    return undefined;
  } catch (error) {
    throw error instanceof SourceUnusable ? new BadInput(error.message, { cause: error }) : error;
  }
}

/** Refuses options of which one would go unheard. Throws `BadInput`. */
export function checkSourceOptions({ inventory, metadata, asOf }: SourceOptions): void {
  if (inventory !== undefined && metadata !== undefined) {
    throw new BadInput('--inventory and --metadata are two sources of the same: name one of them');
  }
  if (asOf !== undefined && metadata === undefined) {
    throw new BadInput(
      '--as-of says of when a --metadata file is, and there is none: an inventory says so itself, and a listing is of now',
    );
  }
}

function manifestPlace(text: string) {
  const place = parsePlace(text);
  if (place?.key.endsWith('.json')) return place;
  throw new BadInput(
    `--inventory is ${JSON.stringify(text)}: expected s3://BUCKET/.../manifest.json, which each delivery of an inventory has`,
  );
}

interface AskedTime {
  readonly asOf: string | undefined;
  readonly nowMs: number;
}

async function openTable(path: string, time: AskedTime, wanted: RowWanted): Promise<RowSource> {
  if (path === '-') {
    throw new BadInput(
      '--metadata takes a file: standard input cannot be read twice, which --resume may need',
    );
  }
  const file = await stat(path).catch((error: unknown) => {
    throw new BadInput(`${path} could not be read: ${reasonOf(error)}`, { cause: error });
  });
  if (!file.isFile()) throw new BadInput(`${path} could not be read: it is no file`);
  return openMetadataTable(
    { name: path, open: () => createReadStream(path), time: timeOf(time, file.mtimeMs) },
    wanted,
  );
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;

function timeOf({ asOf, nowMs }: AskedTime, writtenMs: number): TableTime {
  // A clock that goes ahead may have stamped the file: no query has run later than now.
  if (asOf === undefined) return { at: new Date(Math.min(writtenMs, nowMs)).toISOString(), by: 'file-time' };
  const ms = MOMENT.test(asOf) ? zonedTimeMs(asOf) : undefined;
  if (ms === undefined) {
    throw new BadInput(`--as-of is ${JSON.stringify(asOf)}: expected a time in UTC, as 2026-11-21T02:00:00Z`);
  }
  if (ms <= nowMs) return { at: new Date(ms).toISOString(), by: 'asked' };
  const now = new Date(nowMs).toISOString();
  throw new BadInput(`--as-of ${asOf} is in the future: it is ${now}, and no query has seen more than that`);
}
