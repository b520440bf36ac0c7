import { jsonFault } from '../objects/json-fault.ts';
import { printable } from '../objects/printable.ts';
import type { S3Place } from './source-bytes.ts';
import { SourceUnusable } from './source-failures.ts';
import { isCount, isObject, isText } from './tally-guard.ts';

export interface InventoryFile {
  readonly place: S3Place;
  /** Compressed. */
  readonly sizeBytes: number;
  /** Of the compressed bytes, in lower case. */
  readonly md5: string;
}

/** What the manifest of one S3 Inventory delivery says. */
export interface InventoryManifest {
  /** The bucket that was listed. */
  readonly bucket: string;
  /** When the listing began, ISO 8601. */
  readonly asOf: string;
  /** In the order of the files' fields. */
  readonly columns: readonly string[];
  readonly files: readonly InventoryFile[];
}

/**
 * Reads `manifest.json` of an S3 Inventory. Throws `SourceUnusable` that says what is wrong.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
 */
export function readManifest(text: string, name: string): InventoryManifest {
  const manifest = parse(text, name);
  const { fileFormat, fileSchema, sourceBucket, destinationBucket, creationTimestamp, files } = manifest;
  if (typeof fileFormat === 'string' && fileFormat !== 'CSV') {
    throw unusable(
      name,
      `the inventory's format is ${fileFormat}: only CSV is read. ` +
        'Set Format to CSV in the inventory configuration and wait for the next delivery, or ask Athena for the rows and use --metadata',
    );
  }
  const problems = [
    ...(fileFormat === 'CSV' ? [] : ['"fileFormat": expected "CSV"']),
    ...(isText(fileSchema) && fileSchema.trim() !== ''
      ? []
      : ['"fileSchema": expected the names of the columns']),
    ...(isText(sourceBucket) && bucketOf(sourceBucket) !== '' ? [] : ['"sourceBucket": expected a bucket']),
    ...(isText(destinationBucket) && bucketOf(destinationBucket) !== ''
      ? []
      : ['"destinationBucket": expected a bucket']),
    ...(creationTime(creationTimestamp) === undefined
      ? ['"creationTimestamp": expected milliseconds since 1970']
      : []),
    ...(Array.isArray(files) ? [] : ['"files": expected a list']),
  ];
  if (problems.length > 0 || !isText(fileSchema) || !isText(sourceBucket) || !isText(destinationBucket)) {
    throw unusable(name, `this is no S3 Inventory manifest: ${problems.join('; ')}`);
  }
  return {
    bucket: bucketOf(sourceBucket),
    asOf: creationTime(creationTimestamp) ?? '',
    columns: fileSchema.split(',').map((column) => column.trim()),
    files: readFiles(Array.isArray(files) ? files : [], bucketOf(destinationBucket), name),
  };
}

interface RawManifest {
  readonly fileFormat?: unknown;
  readonly fileSchema?: unknown;
  readonly sourceBucket?: unknown;
  readonly destinationBucket?: unknown;
  readonly creationTimestamp?: unknown;
  readonly files?: unknown;
}

function parse(text: string, name: string): RawManifest {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw unusable(name, `it is not JSON: ${jsonFault(error)}`);
  }
  if (!isObject(value)) throw unusable(name, 'this is no S3 Inventory manifest: expected a JSON object');
  return value;
}

/** The source is a name and the destination an ARN; either is taken for both. */
const bucketOf = (text: string): string => text.replace(/^arn:[a-z0-9-]+:s3:::/, '');

function creationTime(value: unknown): string | undefined {
  const ms = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return isCount(ms) && ms <= 8.64e15 ? new Date(ms).toISOString() : undefined;
}

const MD5 = /^[0-9a-f]{32}$/i;

function readFiles(files: readonly unknown[], bucket: string, name: string): readonly InventoryFile[] {
  const problems: string[] = [];
  const read = files.flatMap((file, index): readonly InventoryFile[] => {
    const { key, size, MD5checksum: md5 }: RawFile = isObject(file) ? file : {};
    if (isText(key) && key !== '' && isCount(size) && isText(md5) && MD5.test(md5)) {
      return [{ place: { bucket, key }, sizeBytes: size, md5: md5.toLowerCase() }];
    }
    problems.push(`"files" at ${index}: expected "key", "size" and "MD5checksum"`);
    return [];
  });
  if (problems.length > 0) throw unusable(name, problems.slice(0, 5).join('; '));
  return read;
}

interface RawFile {
  readonly key?: unknown;
  readonly size?: unknown;
  readonly MD5checksum?: unknown;
}

const unusable = (name: string, why: string): SourceUnusable =>
  new SourceUnusable(printable(`${name}: ${why}`));
