import { KmsError } from './errors.ts';
import { optionalString, type Parameters } from './parameters.ts';

/** One page of a KMS listing; the marker is opaque to the caller and here the offset of the next entry. */
export function page<Entry>(
  member: string,
  entries: readonly Entry[],
  render: (entry: Entry) => Record<string, unknown>,
  limit: number,
  parameters: Parameters,
): Record<string, unknown> {
  const start = readMarker(optionalString(parameters, 'Marker'));
  const end = start + limit;
  const truncated = end < entries.length;
  return {
    [member]: entries.slice(start, end).map(render),
    Truncated: truncated,
    ...(truncated ? { NextMarker: Buffer.from(`offset:${end}`).toString('base64') } : {}),
  };
}

function readMarker(marker: string | undefined): number {
  if (marker === undefined) return 0;
  const offset = /^offset:([0-9]{1,9})$/.exec(Buffer.from(marker, 'base64').toString())?.[1];
  if (offset === undefined) throw new KmsError('InvalidMarkerException', 'Could not deserialize NextMarker');
  return Number(offset);
}
