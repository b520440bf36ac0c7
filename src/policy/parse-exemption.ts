import { isNonEmpty, type NonEmpty } from '../objects/non-empty.ts';
import { readAddress } from './parse-bucket.ts';
import type { ProblemLog } from './problem-log.ts';
import { quoted, shown } from './problem-text.ts';
import { readDate } from './read-date.ts';
import {
  entryOf,
  type Field,
  fieldOf,
  readFields,
  readText,
  requiredEntry,
  wrongType,
} from './read-fields.ts';
import { type Node, spanWithin, type TextNode } from './read-node.ts';
import type { BucketPattern, Exemption, GlobSegment } from './types.ts';

const EXEMPTION_KEYS = ['match', 'reason', 'owner', 'maxSize', 'until'];

/** An exemption as far as it could be read. */
export interface ReadExemption {
  readonly label: string;
  readonly match: TextNode;
  /** There where the glob is good; complete only where nothing of the exemption was reported. */
  readonly exemption: Exemption;
  readonly untilNode?: Node;
}

interface Glob {
  readonly bucket: BucketPattern;
  readonly segments: NonEmpty<GlobSegment>;
}

function globSegment(text: string): GlobSegment {
  if (text === '**') return { kind: 'any-segments' };
  const parts = text.split('*');
  return { kind: 'segment', parts: isNonEmpty(parts) ? parts : [''] };
}

/** `**` beside other text reads like "any depth" and would mean `*`: it is refused rather than guessed at. */
function reportStars(node: TextNode, path: string, pathOffset: number, field: Field): boolean {
  let bad = false;
  let offset = pathOffset;
  for (const segment of path.split('/')) {
    if (segment !== '**' && segment.includes('**')) {
      bad = true;
      const message = `${field.name} has "**" beside other text in ${quoted(segment)}: it stands alone between "/", and "*" is any text within a segment`;
      field.log.add('policy/bad-glob', spanWithin(node, offset, segment.length), message);
    }
    offset += segment.length + 1;
  }
  return bad;
}

function readGlob(node: TextNode, field: Field): Glob | undefined {
  const address = readAddress(node, field, 'policy/bad-glob');
  if (address === undefined) return undefined;
  const { bucket, path, pathOffset } = address;
  if (path === '') {
    const whole = node.value.endsWith('/') ? `${node.value}**` : `${node.value}/**`;
    const message = `${field.name} names no key: write ${quoted(whole)} for the whole bucket`;
    field.log.add('policy/bad-glob', node, message);
    return undefined;
  }
  if (reportStars(node, path, pathOffset, field)) return undefined;
  if (!path.includes('*') && path.endsWith('/')) {
    const message = `${field.name} exempts one key alone, which ends in "/": write ${quoted(`${node.value}**`)} for all below it too`;
    field.log.add('policy/exact-glob-ends-in-slash', node, message);
  }
  const segments = path.split('/').map(globSegment);
  return bucket && isNonEmpty(segments) ? { bucket, segments } : undefined;
}

function readMaxSize(node: Node, field: Field): number | undefined {
  if (node.kind !== 'number') return wrongType(node, field, 'a number of bytes');
  if (Number.isSafeInteger(node.value) && node.value >= 0) return node.value;
  const message = `${field.name} may not be ${shown(node.source)}. expected a whole number of bytes, 0 or more`;
  field.log.add('policy/not-allowed', node, message);
  return undefined;
}

/** Takes one entry of `exempt` and reads all of it, whatever of it is wrong. */
export function readExemption(node: Node, index: number, log: ProblemLog): ReadExemption | undefined {
  const label = `exemption ${index + 1}`;
  const fields = readFields(node, { name: label, where: label, log }, EXEMPTION_KEYS);
  if (fields === undefined) return undefined;
  const matchEntry = requiredEntry(fields, 'match');
  const match = matchEntry && readText(matchEntry.value, fieldOf(fields, 'match'));
  const glob = match && readGlob(match, fieldOf(fields, 'match'));
  const reasonEntry = requiredEntry(fields, 'reason');
  const reason = reasonEntry && readText(reasonEntry.value, fieldOf(fields, 'reason'));
  const ownerEntry = entryOf(fields, 'owner');
  const owner = ownerEntry && readText(ownerEntry.value, fieldOf(fields, 'owner'));
  const sizeEntry = entryOf(fields, 'maxSize');
  const maxSizeBytes = sizeEntry && readMaxSize(sizeEntry.value, fieldOf(fields, 'maxSize'));
  const untilEntry = entryOf(fields, 'until');
  const until = untilEntry && readDate(untilEntry.value, fieldOf(fields, 'until'));
  if (match === undefined || glob === undefined) return undefined;
  const exemption: Exemption = {
    text: match.value,
    line: log.line(match),
    ...glob,
    reason: reason?.value ?? '',
    ...(owner ? { owner: owner.value } : {}),
    // A bound that could not be read is still a bound: "has none" would be a second report of one mistake.
    ...(sizeEntry ? { maxSizeBytes: maxSizeBytes ?? 0 } : {}),
    ...(until ? { until } : {}),
  };
  return { label, match, exemption, ...(untilEntry ? { untilNode: untilEntry.value } : {}) };
}
