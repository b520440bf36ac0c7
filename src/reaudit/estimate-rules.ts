import { bucketMatches } from '../policy/bucket-pattern.ts';
import { segmentTakes } from '../policy/match.ts';
import type { Policy, Rule, SegmentPattern } from '../policy/types.ts';

/** The rules that can govern some key that begins with the prefix. One that others overrule there altogether may be among them. */
export const rulesBelow = ({ rules }: Policy, bucket: string, prefix: string): readonly Rule[] =>
  rules.filter((rule) => bucketMatches(rule.match.bucket, bucket) && meets(rule, prefix));

function meets({ match }: Rule, prefix: string): boolean {
  let start = 0;
  for (const segment of match.segments) {
    const end = prefix.indexOf('/', start);
    // The prefix ends within this segment: what follows it is free.
    if (end < 0) return canBegin(segment, prefix.slice(start));
    if (!segmentTakes(segment, prefix.slice(start, end))) return false;
    start = end + 1;
  }
  const rest = prefix.slice(start);
  return rest.startsWith(match.tail) || match.tail.startsWith(rest);
}

/** Whether a segment that begins so can be one that the rule takes. */
function canBegin(segment: SegmentPattern, text: string): boolean {
  if (segment.kind === 'literal') return segment.text.startsWith(text);
  return segment.before.startsWith(text) || text.startsWith(segment.before);
}

/** How much of what a rule asks a source can tell without a HEAD. */
export interface Sufficiency {
  readonly sufficient: boolean;
  readonly because: string;
}

const KMS: ReadonlySet<string> = new Set(['aws:kms', 'aws:kms:dsse']);

/** What S3 Inventory can answer: the algorithm, and nothing of keys and metadata. */
export function inventoryAnswers(rules: readonly Rule[]): Sufficiency {
  const byMetadata = rules.filter(({ cse }) => cse !== undefined);
  const byKey = rules.filter(
    ({ sse, cse }) => cse === undefined && sse !== undefined && allowsKms(sse.algorithms),
  );
  const why = [
    ...clause(byKey, 'an inventory has no key column, and what is under SSE-KMS hangs on its key'),
    ...clause(byMetadata, 'an inventory shows no metadata, where client-side encryption is told'),
  ];
  return why.length > 0
    ? { sufficient: false, because: why.join('; ') }
    : {
        sufficient: true,
        because:
          'no rule here allows SSE-KMS or asks for client-side encryption, so EncryptionStatus decides',
      };
}

/** What a query over S3 Metadata can answer: algorithm and key. */
export function tableAnswers(rules: readonly Rule[]): Sufficiency {
  const why = clause(
    rules.filter(({ cse }) => cse !== undefined),
    'client-side encryption is told in metadata and instruction files, which a HEAD and a GET show',
  );
  return why.length > 0
    ? { sufficient: false, because: why.join('; ') }
    : {
        sufficient: true,
        because:
          'kms_key_arn and encryption_status decide, and rows in which they are null are HEADed; the live inventory table has to be enabled first',
      };
}

const allowsKms = (algorithms: readonly string[] | undefined): boolean =>
  algorithms === undefined || algorithms.some((one) => KMS.has(one));

const MOST_NAMED = 3;

function clause(rules: readonly Rule[], why: string): readonly string[] {
  if (rules.length === 0) return [];
  const named = rules.slice(0, MOST_NAMED).map(({ id }) => id);
  const more = rules.length > MOST_NAMED ? ` and ${rules.length - MOST_NAMED} more` : '';
  return [`${why} (rule${rules.length === 1 ? '' : 's'} ${named.join(', ')}${more})`];
}
