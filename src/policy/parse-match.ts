import { readAddress } from './parse-bucket.ts';
import { quoted } from './problem-text.ts';
import type { Field } from './read-fields.ts';
import { spanWithin, type TextNode } from './read-node.ts';
import { type CaptureUse, readTemplate } from './template-text.ts';
import type { MatchPattern, SegmentPattern, Template, TemplatePart } from './types.ts';

/** One piece of the prefix, and where it begins in the text of the `match`. */
interface Piece {
  readonly text: string;
  readonly offset: number;
}
interface ReadPiece {
  readonly piece: Piece;
  readonly pattern: SegmentPattern;
  readonly uses: readonly CaptureUse[];
}

function pieces(path: string, pathOffset: number): readonly Piece[] {
  let offset = pathOffset;
  return path.split('/').map((text) => {
    const piece = { text, offset };
    offset += text.length + 1;
    return piece;
  });
}

const literalText = (part: TemplatePart | undefined): string => (part?.kind === 'literal' ? part.text : '');

function segmentPattern(template: Template): SegmentPattern {
  const at = template.findIndex(({ kind }) => kind === 'capture');
  const capture = template[at];
  if (capture?.kind !== 'capture') return { kind: 'literal', text: literalText(template[0]) };
  return {
    kind: 'capture',
    name: capture.name,
    before: literalText(template[at - 1]),
    after: literalText(template[at + 1]),
  };
}

/** Reads one piece; reports the first fault in it. */
function readPiece(node: TextNode, piece: Piece, field: Field): ReadPiece | undefined {
  const star = /[*?]/.exec(piece.text);
  if (star !== null) {
    const span = spanWithin(node, piece.offset + star.index, 1);
    const advice = 'a prefix has no wildcards: use a capture like {name} for one segment';
    field.log.add('policy/bad-match', span, `${field.name} has ${quoted(star[0])} in its prefix. ${advice}`);
    return undefined;
  }
  const reading = readTemplate(piece.text);
  if (reading.kind === 'fault') {
    const { offset, length, why } = reading.fault;
    field.log.add(
      'policy/bad-capture',
      spanWithin(node, piece.offset + offset, length),
      `${field.name}: ${why}`,
    );
    return undefined;
  }
  const [, second] = reading.uses;
  if (second !== undefined) {
    const span = spanWithin(node, piece.offset + second.offset, second.length);
    const message = `${field.name} has two captures in the segment ${quoted(piece.text)}, which may hold one`;
    field.log.add('policy/bad-capture', span, message);
    return undefined;
  }
  const uses = reading.uses.map((use) => ({ ...use, offset: use.offset + piece.offset }));
  return { piece, pattern: segmentPattern(reading.template), uses };
}

function reportRepeated(node: TextNode, uses: readonly CaptureUse[], field: Field): boolean {
  const seen = new Set<string>();
  const repeated = uses.filter(({ name }) => seen.has(name) || !seen.add(name).has(name));
  for (const { name, offset, length } of repeated) {
    const message = `${field.name} has the capture ${quoted(`{${name}}`)} twice: give each its own name`;
    field.log.add('policy/bad-capture', spanWithin(node, offset, length), message);
  }
  return repeated.length > 0;
}

function reportCaptureInTail(node: TextNode, use: CaptureUse, field: Field): void {
  const message = `${field.name} ends in a segment with a capture, so it must end in "/": write ${quoted(`${node.value}/`)}`;
  field.log.add('policy/bad-capture', spanWithin(node, use.offset, use.length), message);
}

function warnOfRawTail(node: TextNode, piece: Piece, tail: string, field: Field): void {
  const message = `${field.name} does not end in "/", so it also governs ${quoted(`${tail}10/`)} and every other key that begins with ${quoted(tail)}`;
  field.log.add('policy/prefix-without-slash', spanWithin(node, piece.offset, piece.text.length), message);
}

/** Takes the text of a `match` and gives its pattern; `undefined` after reporting what is wrong with it. */
export function readMatch(node: TextNode, field: Field): MatchPattern | undefined {
  const address = readAddress(node, field, 'policy/bad-match');
  if (address === undefined) return undefined;
  const all = pieces(address.path, address.pathOffset);
  const read = all.map((piece) => readPiece(node, piece, field));
  const good = read.filter((piece) => piece !== undefined);
  const uses = good.flatMap((piece) => piece.uses);
  if (reportRepeated(node, uses, field) || good.length < read.length) return undefined;
  const last = good.at(-1);
  if (last === undefined) return undefined;
  const segments = good.slice(0, -1).map(({ pattern }) => pattern);
  if (last.pattern.kind === 'capture') {
    for (const use of last.uses) reportCaptureInTail(node, use, field);
    return undefined;
  }
  const tail = last.pattern.text;
  if (tail !== '') warnOfRawTail(node, last.piece, tail, field);
  const { bucket } = address;
  return bucket && { text: node.value, bucket, segments, tail };
}

/** The names that a `match` captures. */
export const captureNames = ({ segments }: MatchPattern): ReadonlySet<string> =>
  new Set(segments.flatMap((segment) => (segment.kind === 'capture' ? [segment.name] : [])));

/** Equal for two patterns exactly when they differ in nothing but the names of their captures: they govern the same objects. */
export function governedText({ bucket, segments, tail }: MatchPattern): string {
  const bucketText = bucket.kind === 'literal' ? bucket.name : bucket.text.replaceAll(/\*+/g, '*');
  const shapes = segments.map((segment) =>
    segment.kind === 'literal' ? segment.text : [segment.before, segment.after],
  );
  return JSON.stringify([bucketText, shapes, tail]);
}
