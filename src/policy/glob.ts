import { bucketPatternsIntersect, partsMatch } from './bucket-pattern.ts';
import { segmentTakes } from './match.ts';
import type { Exemption, GlobSegment, Rule, SegmentPattern } from './types.ts';

/**
 * True where the glob takes the whole key. `x/**` takes `x/` and all below it, not `x`.
 * Linear in the key: only the last `**` is ever retried, so each segment of the key meets each of the glob once.
 */
export function globMatches(segments: readonly GlobSegment[], key: string): boolean {
  let at = 0;
  let next = 0;
  let retry: { next: number; at: number } | undefined;
  for (;;) {
    const segment = segments[next];
    if (at > key.length) {
      // What is left of the glob asks for a segment more, and a longer `**` would leave even fewer.
      return segment === undefined;
    }
    const end = segmentEnd(key, at);
    if (segment?.kind === 'any-segments') {
      next++;
      if (next === segments.length) {
        return true;
      }
      retry = { next, at };
    } else if (segment !== undefined && partsMatch(segment.parts, key.slice(at, end))) {
      next++;
      at = end + 1;
    } else if (retry === undefined) {
      return false;
    } else {
      at = segmentEnd(key, retry.at) + 1;
      next = retry.next;
      retry = { next, at };
    }
  }
}

/** The literal text that every key of this glob starts with; all of it where the glob holds no `*`. */
export function globPrefix(segments: readonly GlobSegment[]): string {
  const prefix: string[] = [];
  for (const segment of segments) {
    const [text = '', ...more] = segment.kind === 'segment' ? segment.parts : ['', ''];
    prefix.push(text);
    if (more.length > 0) {
      break;
    }
  }
  return prefix.join('/');
}

/** The literal text that every key of this glob ends with. */
export function globSuffix(segments: readonly GlobSegment[]): string {
  const last = segments.at(-1);
  return last?.kind === 'segment' ? (last.parts.at(-1) ?? '') : '';
}

/**
 * False only where no key that the rule governs can be exempted. `s3://b/a/*.tmp` may overlap `s3://b/a/`, and
 * never overlaps `s3://b/a/c/`.
 */
export function globMayOverlapRule(exemption: Exemption, rule: Rule): boolean {
  if (!bucketPatternsIntersect(exemption.bucket, rule.match.bucket)) {
    return false;
  }
  const { segments, tail } = rule.match;
  for (const [place, segment] of exemption.segments.entries()) {
    const taken = segments[place];
    // Below its tail a rule takes anything, so what follows in the glob, and all that follows `**`, can always be met.
    if (segment.kind === 'any-segments') {
      return true;
    }
    if (taken === undefined) {
      return partsCanStartWith(segment.parts, tail);
    }
    if (!shareText(taken, segment.parts)) {
      return false;
    }
  }
  // The key goes on after a rule's segment, so the glob's last one cannot be it.
  return false;
}

const segmentEnd = (key: string, from: number): number => {
  const end = key.indexOf('/', from);
  return end < 0 ? key.length : end;
};

function shareText(pattern: SegmentPattern, parts: readonly string[]): boolean {
  if (pattern.kind === 'literal') {
    return partsMatch(parts, pattern.text);
  }
  const [first = '', ...more] = parts;
  const last = more.at(-1);
  if (last === undefined) {
    return segmentTakes(pattern, first);
  }
  // Both hold a run of any characters, so only the ends can contradict one another.
  return (
    prefixesAgree(first, pattern.before) && (last.endsWith(pattern.after) || pattern.after.endsWith(last))
  );
}

function partsCanStartWith(parts: readonly string[], tail: string): boolean {
  const first = parts[0] ?? '';
  return parts.length === 1 ? first.startsWith(tail) : prefixesAgree(first, tail);
}

const prefixesAgree = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
