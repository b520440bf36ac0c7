import { S3Error } from './errors.ts';

export interface ByteRange {
  readonly first: number;
  /** One past the last byte. */
  readonly end: number;
}

/** The single range that a `Range` header asks for; a header that is no such range is ignored, as AWS does. */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, from = '', to = ''] = /^bytes=([0-9]*)-([0-9]*)$/.exec(header.trim()) ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const length = Math.min(Number(to), size);
    if (length === 0) throw notSatisfiable(header, size);
    return { first: size - length, end: size };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  if (first >= size) throw notSatisfiable(header, size);
  return { first, end: to === '' ? size : Math.min(Number(to) + 1, size) };
}

function notSatisfiable(header: string, size: number): S3Error {
  return new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable', {
    headers: { 'content-range': `bytes */${size}` },
    elements: { RangeRequested: header, ActualObjectSize: String(size) },
  });
}
