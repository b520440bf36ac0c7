import fc from 'fast-check';
import { isNonEmpty, type NonEmpty } from '../../src/objects/non-empty.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { compileRules, decideRule } from '../../src/policy/match.ts';
import type {
  BucketPattern,
  Exemption,
  GlobSegment,
  MatchPattern,
  Rule,
  SegmentPattern,
  Template,
  TemplatePart,
} from '../../src/policy/types.ts';

/**
 * Builds policy values from text for the matching tests: a small reader of its own, without any check, so that
 * these tests neither wait for the parser nor hide its mistakes.
 */
export function buildRule(match: string, changes: Partial<Rule> = {}): Rule {
  return { id: match, index: 0, line: 1, match: buildMatch(match), sse: { bucketKey: 'any' }, ...changes };
}

/** Rules in file order; each one's id is its `match`. */
export const buildRules = (...matches: readonly string[]): readonly Rule[] => buildRuleList(matches);

/** The same of one list, which may be too long to be arguments. */
export const buildRuleList = (matches: readonly string[]): readonly Rule[] =>
  matches.map((match, index) => buildRule(match, { index, line: index + 1 }));

export function buildMatch(text: string): MatchPattern {
  const { bucket, path } = splitUri(text);
  const pieces = path.split('/');
  const [tail = ''] = splitAtCaptures(pieces.pop() ?? '');
  return { text, bucket: buildBucket(bucket), segments: pieces.map(buildSegment), tail };
}

export function buildBucket(text: string): BucketPattern {
  return text.includes('*')
    ? { kind: 'wildcard', text, parts: nonEmpty(text.split('*')) }
    : { kind: 'literal', name: text };
}

export function buildSegment(text: string): SegmentPattern {
  const [before = '', name, after = ''] = splitAtCaptures(text);
  return name === undefined ? { kind: 'literal', text: before } : { kind: 'capture', name, before, after };
}

export function buildTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  for (const [i, piece] of splitAtCaptures(text).entries()) {
    if (i % 2 === 1) {
      parts.push({ kind: 'capture', name: piece });
    } else if (piece !== '') {
      parts.push({ kind: 'literal', text: piece });
    }
  }
  return parts;
}

export function buildExemption(match: string, changes: Partial<Exemption> = {}): Exemption {
  const { bucket, path } = splitUri(match);
  return {
    text: match,
    line: 1,
    bucket: buildBucket(bucket),
    segments: buildGlob(path),
    reason: 'for a test',
    ...changes,
  };
}

export const buildGlob = (text: string): NonEmpty<GlobSegment> =>
  nonEmpty(
    text
      .split('/')
      .map((segment) =>
        segment === '**'
          ? { kind: 'any-segments' }
          : { kind: 'segment', parts: nonEmpty(segment.split('*')) },
      ),
  );

/** The `match` of the rule that decides for `bucket/key`, `undefined` where none governs it. */
export function deciding(rules: readonly Rule[], uri: string): string | undefined {
  const { bucket, path } = splitUri(uri);
  return decideRule(compileRules(rules), bucketName(bucket), objectKey(path))?.rule.id;
}

function splitUri(text: string): { readonly bucket: string; readonly path: string } {
  const rest = text.replace(/^s3:\/\//, '');
  const slash = rest.indexOf('/');
  return slash < 0
    ? { bucket: rest, path: '' }
    : { bucket: rest.slice(0, slash), path: rest.slice(slash + 1) };
}

/** Literal text and capture names in turn, braces unescaped: `a{x}b` gives `a`, `x`, `b`. */
function splitAtCaptures(text: string): readonly string[] {
  const pieces = [''];
  for (const [token, name] of text.matchAll(/\{\{|\}\}|\{([A-Za-z][A-Za-z0-9_]*)\}|[^{}]+/g)) {
    if (name !== undefined) {
      pieces.push(name, '');
    } else {
      pieces.push((pieces.pop() ?? '') + (token === '{{' ? '{' : token === '}}' ? '}' : token));
    }
  }
  return pieces;
}

function nonEmpty<T>(list: readonly T[]): NonEmpty<T> {
  if (!isNonEmpty(list)) {
    throw new TypeError('split() never gives an empty list');
  }
  return list;
}

const SHORT_TEXT = fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'aa');

/** Small alphabets, so that rules and keys meet often. Capture names differ, since they must not matter. */
const SEGMENT = fc.oneof(
  { weight: 3, arbitrary: SHORT_TEXT },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor') },
  { weight: 3, arbitrary: fc.tuple(SHORT_TEXT, fc.constantFrom('x', 'y'), SHORT_TEXT).map(braced) },
);

function braced([before, name, after]: readonly [string, string, string]): string {
  return `${before}{${name}}${after}`;
}

export const BUCKET_NAMES: readonly string[] = shortTexts('ab', 4).filter((name) => name.length >= 3);

/** Every text over the alphabet up to that length, the empty one too. */
export function shortTexts(alphabet: string, longest: number): readonly string[] {
  const texts = [''];
  for (const text of texts) {
    if (text.length < longest) {
      texts.push(...Array.from(alphabet, (character) => text + character));
    }
  }
  return texts;
}

export const arbitraryBucket = fc.constantFrom(...BUCKET_NAMES);

const policyOf = (segment: fc.Arbitrary<string>, tail: fc.Arbitrary<string>, depth: number) =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom('aba', 'aaa', 'a*', '*a', 'a*a', '*', 'ab*', '*b*'),
        fc.array(segment, { maxLength: depth }),
        tail,
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((rules) => buildRuleList(rules.map(([bucket, segments, end]) => toUri([bucket, ...segments, end]))));

const toUri = (pieces: readonly string[]): string => `s3://${pieces.join('/')}`;

/** Policies of one to eight rules on buckets that few names tell apart. */
export const arbitraryRules: fc.Arbitrary<readonly Rule[]> = policyOf(SEGMENT, SHORT_TEXT, 4);

/** The same, of rules that mostly rank equal up to their last position, and often there too. */
export const arbitraryCloseRules: fc.Arbitrary<readonly Rule[]> = policyOf(
  fc.constantFrom('a{x}', '{y}a', '{x}b', 'ab{x}', 'a{y}b', '{x}ab', '{x}', '{y}', 'a'),
  fc.constantFrom('', '', 'a'),
  2,
);

/** Keys that the rules of `arbitraryRules` often govern: their segments filled in, `//` among them. */
export const arbitraryKey = fc
  .array(
    fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...shortTexts('ab', 4)) }, fc.constant('__proto__')),
    { minLength: 1, maxLength: 6 },
  )
  .map((segments) => segments.join('/'));

export const arbitraryExemption = fc
  .tuple(
    fc.constantFrom('aba', 'a*', '*', '*b*'),
    fc.array(fc.constantFrom('**', '*', 'a', 'b', '', 'a*', '*b', 'a*b', '*a*', 'ab'), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([bucket, segments]) => buildExemption(toUri([bucket, ...segments])));
