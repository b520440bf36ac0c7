import { describe, expect, it } from 'vitest';
import { type ImportTarget, importPolicy } from '../../src/emr/import.ts';
import { commentLines, list } from '../../src/emr/import-text.ts';
import type { Column } from '../../src/emr/setting.ts';
import { setting } from './settings.ts';

const SSE_ON = ['fs.s3.enableServerSideEncryption', 'true'] as const;
const S3A_SSE_C = ['fs.s3a.encryption.algorithm', 'SSE-C'] as const;
const FROM_SSE = 'from core-site.xml: fs.s3.enableServerSideEncryption=true';

/** The import of one setting at most, for targets. */
function imported(
  one: readonly [name: string, value: string] | undefined,
  targets: readonly ImportTarget[],
  column: Column = 's3-emrfs',
) {
  const place = { source: 'core-site.xml' };
  const settings = one === undefined ? [] : [setting(one[0], one[1], 'core-site', place)];
  const { text, problems } = importPolicy({ readings: [{ settings, problems: [] }], column, targets });
  const lines = text.split('\n');
  return {
    /** The comments below the head as running text. */
    said: lines.flatMap((line) => (line.startsWith('  # ') ? [line.slice(4)] : [])).join(' '),
    ids: lines.flatMap((line) => (line.startsWith('  - id: ') ? [line.slice(8)] : [])),
    found: problems.map(({ id, place: at, message }) => `${at.source} ${id}: ${message}`),
  };
}

describe('a target', () => {
  const at = (bucket: string, prefix = ''): readonly ImportTarget[] => [{ bucket, prefix }];

  it.each([
    ['Acme-Lake', '', 's3://Acme-Lake/', 'its bucket has a name that S3 does not allow'],
    ['acme', 'a?', 's3://acme/a?', 'its prefix holds "*" or "?", which no match of a policy may hold'],
    [
      'acme',
      '\uD800',
      's3://acme/\\u{D800}',
      'its prefix holds half of a surrogate pair, which no object key can hold',
    ],
  ])('of bucket %j and prefix %j gets no rule, and is told why', (bucket, prefix, shown, why) => {
    const { said, found } = imported(SSE_ON, at(bucket, prefix));
    expect(said).toBe(`"${shown}": no rule, ${why} ${FROM_SSE}`);
    expect(found).toEqual([`core-site.xml emr/not-expressible: "${shown}" gets no rule: ${why}`]);
  });

  it('that no match can name is not told so where no rule would be written anyway', () => {
    const unstated = imported(undefined, at('Acme-Lake'));
    expect(unstated.found).toEqual([]);
    expect(unstated.said).toBe(
      '"s3://Acme-Lake/": nothing about S3 encryption is asked for, so the bucket\'s default decides and there is no rule',
    );
    expect(imported(S3A_SSE_C, at('Acme-Lake'), 's3a-s3a').found).toEqual([
      `core-site.xml emr/not-expressible: "s3://Acme-Lake/" gets no rule: SSE-C cannot be required: HEAD shows nothing of it without the key, and every rule refuses it`,
    ]);
  });

  it('of a bucket with a name longer than that of any property is told at the flag', () => {
    const bucket = 'x'.repeat(300);
    const own = [`fs.s3.bucket.${bucket}.enableServerSideEncryption`, 'true'] as const;
    expect(imported(own, at(bucket)).found).toEqual([
      `--prefix emr/not-expressible: "s3://${'x'.repeat(75)}…" gets no rule: its bucket has a name that S3 does not allow`,
    ]);
  });

  it('has an id of its letters and digits, with a number from the second of a name on', () => {
    const targets = [
      ...['a/', 'a#', 'a', 'b--/'].map((prefix) => ({ bucket: 'acme-lake', prefix })),
      { bucket: '--logs', prefix: '' },
      { bucket: '---', prefix: '' },
      { bucket: '---', prefix: '#' },
    ];
    expect(imported(SSE_ON, targets).ids).toEqual([
      '"acme-lake-a"',
      '"acme-lake-a-2"',
      '"acme-lake-a-3"',
      '"acme-lake-b"',
      '"logs"',
      '"imported"',
      '"imported-2"',
    ]);
  });
});

describe('a comment', () => {
  it.each([
    ['', 106],
    ['  ', 104],
  ])('behind the indent %j is cut between words once it is wider than 108', (indent, most) => {
    const first = 'x'.repeat(most - 5);
    expect(commentLines(`${first} four`, indent)).toEqual([`${indent}# ${first} four`]);
    expect(commentLines(`${first} fives`, indent)).toEqual([`${indent}# ${first}`, `${indent}# fives`]);
  });

  it('leaves a word whole that is wider than a line, without an empty line before it', () => {
    const word = 'x'.repeat(200);
    expect(commentLines(word)).toEqual([`# ${word}`]);
    expect(commentLines(`${word} after`)).toEqual([`# ${word}`, '# after']);
  });
});

it('a list of several words is a sequence of YAML in one line', () => {
  expect(list(['kms', 'kms+context'])).toBe('["kms", "kms+context"]');
});
