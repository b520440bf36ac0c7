import fc from 'fast-check';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { compileExemptions, findExemption } from '../../src/policy/exempt.ts';
import type { Policy, Rule } from '../../src/policy/types.ts';
import { TODAY } from '../support/policy.ts';

/** Segments of a `match`: literal text that YAML must quote, captures, and partitions `name=value`. */
const SEGMENTS = [
  'a',
  'tenants',
  'we"i\\rd',
  '{{lit}}',
  'é\u202e',
  '\u{e0001}',
  '@',
  '@',
  'tenant=@',
  'day=1',
];
const TAILS = ['', '', '', '', 'logs', '_', '_t', '.', '__', 'day='];

/** Policies as YAML, of one to four rules; some are refused since their rules overlap. */
export const arbitraryPolicyText: fc.Arbitrary<string> = fc
  .array(
    fc.record({
      bucket: fc.constantFrom('acme-lake', 'acme-*', 'other-lake'),
      segments: fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 3 }),
      tail: fc.constantFrom(...TAILS),
      requires: fc.constantFrom('sse: { algorithm: [aws:kms] }', 'cse: required', 'cse: forbidden'),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((rules) =>
    [
      'version: 1',
      'rules:',
      ...rules.map(({ bucket, segments, tail, requires }, i) => {
        const path = [...segments.map((text, n) => text.replace('@', `{c${n}}`)), tail].join('/');
        return `  - { id: r${i}, match: ${JSON.stringify(`s3://${bucket}/${path}`)}, ${requires} }`;
      }),
      '',
    ].join('\n'),
  );

/** A prefix that the rule governs, its captures filled in, and where a job's output may begin. */
export function outputPrefixes({ match }: Rule): readonly string[] {
  const path = match.segments
    .map((segment) => (segment.kind === 'literal' ? segment.text : `${segment.before}v${segment.after}`))
    .map((segment) => `${segment}/`)
    .join('');
  return ['', 'sub/', 'sub/day=1/'].map(
    (below) => path + (match.tail === '' ? '' : `${match.tail}9/`) + below,
  );
}

export const bucketOf = ({ match: { bucket } }: Rule): string =>
  bucket.kind === 'literal' ? bucket.name : bucket.text.replace('*', 'x');

/** How the policy's exemptions answer for one object. */
export const exemptionOf = (policy: Policy, bucket: string, key: string, sizeBytes: number) =>
  findExemption(compileExemptions(policy.exemptions), {
    bucket: bucketName(bucket),
    key: objectKey(key),
    sizeBytes,
    today: TODAY,
  }).kind;
