/** Where bytes are kept in S3. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Reads whole objects from S3, piece by piece. Throws `RetryableFailure` for what may pass, `CallerRefused` for refused
 * credentials, and `SourceUnusable` that names the permission or says that nothing is there.
 */
export interface ByteReader {
  read(place: S3Place): AsyncIterable<Uint8Array>;
}

export const placeText = ({ bucket, key }: S3Place): string => `s3://${bucket}/${key}`;

const PLACE = /^s3:\/\/([^/]+)\/(.+)$/s;

/** Reads `s3://bucket/key`; `undefined` where it is none. */
export function parsePlace(text: string): S3Place | undefined {
  const [, bucket, key] = PLACE.exec(text) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}
