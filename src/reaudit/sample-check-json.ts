import { bucketName, objectKey } from '../objects/object.ts';
import type { AuditRecord } from '../verdict/record.ts';
import { isAuditRecord } from './fold-record.ts';
import type { RowEncryption, SourceRow } from './row.ts';
import type { RowSample, SampleState } from './sample-check-draw.ts';
import { type Guard, isCount, isFlag, isNumber, isText, listOf, oneOf, shape } from './tally-guard.ts';

/** A row as JSON gives it back: without brands, and without what is `undefined`. */
interface PlainRow {
  readonly bucket: string;
  readonly key: string;
  readonly encryption: RowEncryption;
  readonly versionId?: string;
  readonly isLatest?: boolean;
  readonly sizeBytes?: number;
  readonly etag?: string;
  readonly lastModifiedMs?: number;
  readonly storageClass?: string;
  readonly bucketKey?: boolean;
  readonly kmsKeyArn?: string;
  readonly asOf?: string;
}

/** A sample as a run's state holds it. */
export interface SampleJson {
  readonly seed: number;
  readonly size: number;
  readonly offered: number;
  readonly held: readonly { readonly row: PlainRow; readonly record: AuditRecord }[];
}

const isPlainEncryption = shape<Exclude<RowEncryption, { type: 'other' }>>(
  { type: oneOf(['none', 'sse-s3', 'sse-kms', 'dsse-kms', 'sse-c', 'not-told']) },
  {},
);
const isOtherEncryption = shape<Extract<RowEncryption, { type: 'other' }>>(
  { type: oneOf(['other']), raw: isText },
  {},
);
const isEncryption: Guard<RowEncryption> = (value): value is RowEncryption =>
  isPlainEncryption(value) || isOtherEncryption(value);

const isPlainRow = shape<PlainRow>(
  { bucket: isText, key: isText, encryption: isEncryption },
  {
    versionId: isText,
    isLatest: isFlag,
    sizeBytes: isCount,
    etag: isText,
    lastModifiedMs: isNumber,
    storageClass: isText,
    bucketKey: isFlag,
    kmsKeyArn: isText,
    asOf: isText,
  },
);

/** Whether a value read from JSON is a sample. */
export const isSampleJson: Guard<SampleJson> = shape<SampleJson>(
  {
    seed: isCount,
    size: isCount,
    offered: isCount,
    held: listOf(shape<SampleJson['held'][number]>({ row: isPlainRow, record: isAuditRecord }, {})),
  },
  {},
);

/** Writes a sample down; `undefined` members of a row are left out by JSON itself. */
export const sampleState = ({ seed, size, offered, held }: RowSample): SampleState => ({
  seed,
  size,
  offered,
  held,
});

/** The sample's state from JSON that `isSampleJson` has let through. */
export function readSample({ held, ...rest }: SampleJson): SampleState {
  return { ...rest, held: held.map(({ row, record }) => ({ row: readRow(row), record })) };
}

const readRow = (row: PlainRow): SourceRow => ({
  bucket: bucketName(row.bucket),
  key: objectKey(row.key),
  encryption: row.encryption,
  versionId: row.versionId,
  isLatest: row.isLatest,
  sizeBytes: row.sizeBytes,
  etag: row.etag,
  lastModifiedMs: row.lastModifiedMs,
  storageClass: row.storageClass,
  bucketKey: row.bucketKey,
  kmsKeyArn: row.kmsKeyArn,
  asOf: row.asOf,
});
