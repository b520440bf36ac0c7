import type { WrittenObject } from '../objects/object.ts';

export interface MergedObject<T> {
  readonly object: WrittenObject;
  /** Everything that asked for this audit, in order of arrival: all of it is answered by the one verdict. */
  readonly sources: readonly T[];
}

interface Group<T> {
  object: WrittenObject;
  readonly sources: T[];
}

/**
 * Merges events of one batch that ask for the same audit, keeping every source, in order of first appearance. Sequencers:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function mergeObjects<T>(
  items: readonly { readonly object: WrittenObject; readonly source: T }[],
): readonly MergedObject<T>[] {
  const groups: Group<T>[] = [];
  const byIdentity = new Map<string, Group<T>>();
  for (const { object, source } of items) {
    const identity = mergeIdentity(object);
    const known = identity === undefined ? undefined : byIdentity.get(identity);
    if (known !== undefined) {
      known.sources.push(source);
      if (outranks(object, known.object)) known.object = object;
      continue;
    }
    const group = { object, sources: [source] };
    groups.push(group);
    if (identity !== undefined) byIdentity.set(identity, group);
  }
  return groups;
}

/**
 * Events of equal identity are merged. With a version only the very same event is; without one the object is what was written
 * last, and sequencers tell which that is where they are equally long: AWS's pages disagree on the side to pad.
 */
function mergeIdentity(object: WrittenObject): string | undefined {
  const { bucket, key, versionId, sequencer } = object;
  if (object.change === 're-key' || sequencer === undefined) return undefined;
  return JSON.stringify(
    versionId === undefined ? [bucket, key, sequencer.length] : [bucket, key, versionId, sequencer],
  );
}

function outranks(candidate: WrittenObject, current: WrittenObject): boolean {
  const [ours = '', theirs = ''] = [candidate.sequencer, current.sequencer];
  return ours === theirs ? tellsMore(candidate, current) : ours > theirs;
}

/** One event can come by two routes that tell different things of it. Never the order of arrival decides, lest a retry judge otherwise. */
function tellsMore(candidate: WrittenObject, current: WrittenObject): boolean {
  const [ours, theirs] = [particulars(candidate), particulars(current)];
  const more = count(ours) - count(theirs);
  return more === 0 ? JSON.stringify(ours) > JSON.stringify(theirs) : more > 0;
}

const count = (parts: readonly unknown[]): number => parts.filter((part) => part !== undefined).length;

const particulars = ({
  region,
  sizeBytes,
  etag,
  otherReading,
  writer,
}: WrittenObject): readonly unknown[] => [
  otherReading,
  writer?.event,
  writer?.principal,
  writer?.sourceIp,
  writer?.at,
  region,
  sizeBytes,
  etag,
];
