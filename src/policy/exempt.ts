import type { BucketName, ObjectKey } from '../objects/object.ts';
import { bucketMatches } from './bucket-pattern.ts';
import { globMatches, globPrefix, globSuffix } from './glob.ts';
import type { Exemption } from './types.ts';

/** An object to be tried against the exemptions. */
export interface ExemptionQuery {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  /** Absent where the route tells no size. */
  readonly sizeBytes?: number;
  /** YYYY-MM-DD, UTC, at audit time. */
  readonly today: string;
}

/** `needs-size`: this exemption is the first that may apply, and only the object's size can tell. */
export type ExemptionAnswer =
  | { readonly kind: 'exempt'; readonly exemption: Exemption }
  | { readonly kind: 'needs-size'; readonly exemption: Exemption }
  | { readonly kind: 'none' };

interface Entry {
  readonly exemption: Exemption;
  /** Place in the file. */
  readonly order: number;
  readonly suffix: string;
}

/** Entries by the literal text that their keys start with, so that most are never looked at. */
interface PrefixTable {
  readonly lengths: readonly number[];
  readonly byPrefix: ReadonlyMap<string, readonly Entry[]>;
}

/** A policy's exemptions, arranged so that a hundred of them cost little. */
export interface ExemptionIndex {
  readonly literal: ReadonlyMap<string, PrefixTable>;
  readonly wildcard: PrefixTable;
}

/** Arranges a policy's exemptions for `findExemption`. Once per policy. */
export function compileExemptions(exemptions: readonly Exemption[]): ExemptionIndex {
  const literal = new Map<string, Entry[]>();
  const wildcard: Entry[] = [];
  for (const [order, exemption] of exemptions.entries()) {
    const entry = { exemption, order, suffix: globSuffix(exemption.segments) };
    if (exemption.bucket.kind === 'wildcard') {
      wildcard.push(entry);
    } else {
      addTo(literal, exemption.bucket.name, entry);
    }
  }
  const tables = new Map([...literal].map(([bucket, entries]) => [bucket, prefixTable(entries)]));
  return { literal: tables, wildcard: prefixTable(wildcard) };
}

/** The first exemption in file order that applies to the object on that day, or that may, were its size known. */
export function findExemption(index: ExemptionIndex, query: ExemptionQuery): ExemptionAnswer {
  const candidates = [
    ...candidatesFor(index.literal.get(query.bucket), query.key),
    ...candidatesFor(index.wildcard, query.key),
  ].sort((a, b) => a.order - b.order);
  for (const { exemption } of candidates) {
    const answer = tryExemption(exemption, query);
    if (answer.kind !== 'none') {
      return answer;
    }
  }
  return { kind: 'none' };
}

function tryExemption(
  exemption: Exemption,
  { bucket, key, sizeBytes, today }: ExemptionQuery,
): ExemptionAnswer {
  const { until, maxSizeBytes } = exemption;
  const lapsed = until !== undefined && today > until;
  if (lapsed || !bucketMatches(exemption.bucket, bucket) || !globMatches(exemption.segments, key)) {
    return { kind: 'none' };
  }
  if (maxSizeBytes === undefined) {
    return { kind: 'exempt', exemption };
  }
  if (sizeBytes === undefined) {
    return { kind: 'needs-size', exemption };
  }
  return sizeBytes > maxSizeBytes ? { kind: 'none' } : { kind: 'exempt', exemption };
}

function prefixTable(entries: readonly Entry[]): PrefixTable {
  const byPrefix = new Map<string, Entry[]>();
  for (const entry of entries) {
    addTo(byPrefix, globPrefix(entry.exemption.segments), entry);
  }
  const lengths = new Set([...byPrefix.keys()].map((prefix) => prefix.length));
  return { lengths: [...lengths], byPrefix };
}

function addTo(table: Map<string, Entry[]>, key: string, entry: Entry): void {
  const entries = table.get(key);
  if (entries === undefined) {
    table.set(key, [entry]);
  } else {
    entries.push(entry);
  }
}

function candidatesFor(table: PrefixTable | undefined, key: string): readonly Entry[] {
  const found: Entry[] = [];
  for (const length of table?.lengths ?? []) {
    // A key that is shorter than the prefix would be looked up whole, and found under another prefix again.
    const entries = length <= key.length ? table?.byPrefix.get(key.slice(0, length)) : undefined;
    for (const entry of entries ?? []) {
      if (key.endsWith(entry.suffix)) {
        found.push(entry);
      }
    }
  }
  return found;
}
