import { describe, expect, it } from 'vitest';
import { type ScratchSuggestion, suggestScratchExemptions } from '../../src/emr/scratch-exemptions.ts';
import type { Policy } from '../../src/policy/types.ts';
import { buildRuleList } from '../policy/build.ts';
import { policyOf, TODAY } from '../support/policy.ts';

const NONE = policyOf(
  'version: 1\nrules:\n  - { id: r, match: "s3://x-lake/", sse: { algorithm: [aws:kms] } }\n',
);

/** A policy of rules that are named by their `match`. */
const governing = (matches: readonly string[]): Policy => ({ ...NONE, rules: buildRuleList(matches) });

const suggested = (...matches: readonly string[]): ScratchSuggestion =>
  suggestScratchExemptions(governing(matches), TODAY);

/** Of the folder `_temporary` alone: each glob, and the rules below which it was looked for. */
const temporary = (...matches: readonly string[]): (readonly [glob: string, rules: readonly string[]])[] =>
  suggested(...matches)
    .exemptions.filter(({ match }) => match.endsWith('/_temporary/**'))
    .map(({ match, rules }) => [match, rules]);

describe('a suggested exemption', () => {
  const { exemptions } = suggested('s3://acme-*/in/{day}/');

  it('of a folder has the segments of its glob, and no bound on the size', () => {
    expect(exemptions[1]).toStrictEqual({
      match: 's3://acme-*/in/*/**/.spark-staging-*/**',
      bucket: { kind: 'wildcard', text: 'acme-*', parts: ['acme-', ''] },
      segments: [
        { kind: 'segment', parts: ['in'] },
        { kind: 'segment', parts: ['', ''] },
        { kind: 'any-segments' },
        { kind: 'segment', parts: ['.spark-staging-', ''] },
        { kind: 'any-segments' },
      ],
      reason: 'partitions that Spark is about to overwrite',
      kind: 'folder',
      rules: ['s3://acme-*/in/{day}/'],
    });
  });

  it('of a marker has the bound that lets nothing else through', () => {
    expect(exemptions[5]).toStrictEqual({
      match: 's3://acme-*/in/*/**/_SUCCESS',
      bucket: { kind: 'wildcard', text: 'acme-*', parts: ['acme-', ''] },
      segments: [
        { kind: 'segment', parts: ['in'] },
        { kind: 'segment', parts: ['', ''] },
        { kind: 'any-segments' },
        { kind: 'segment', parts: ['_SUCCESS'] },
      ],
      maxSizeBytes: 65_536,
      reason: 'marker of a finished job, empty or a summary in JSON',
      kind: 'marker',
      rules: ['s3://acme-*/in/{day}/'],
    });
    expect(exemptions[7]).toStrictEqual({
      match: 's3://acme-*/**/',
      bucket: { kind: 'wildcard', text: 'acme-*', parts: ['acme-', ''] },
      segments: [{ kind: 'any-segments' }, { kind: 'segment', parts: [''] }],
      maxSizeBytes: 16,
      reason: 'S3A directory markers hold no data',
      kind: 'marker',
      rules: ['s3://acme-*/in/{day}/'],
    });
  });
});

describe('one glob that serves several rules', () => {
  it('of one table names each of them once, in their order', () => {
    expect(temporary('s3://acme-lake/events/day={day}/', 's3://acme-lake/events/month={month}/')).toEqual([
      [
        's3://acme-lake/events/**/_temporary/**',
        ['s3://acme-lake/events/day={day}/', 's3://acme-lake/events/month={month}/'],
      ],
    ]);
  });

  it('of one bucket is the one for markers of folders', () => {
    const markers = suggested('s3://acme-lake/a/', 's3://acme-lake/b/').exemptions.filter(
      ({ match }) => match === 's3://acme-lake/**/',
    );
    expect(markers).toEqual([
      expect.objectContaining({ rules: ['s3://acme-lake/a/', 's3://acme-lake/b/'], maxSizeBytes: 16 }),
    ]);
  });

  it.each([
    ['the wider stands first', ['s3://acme-lake/', 's3://acme-lake/a/']],
    ['the wider stands last', ['s3://acme-lake/a/', 's3://acme-lake/']],
    ['both begin with a star', ['s3://acme-lake/', 's3://acme-lake/{tenant}/']],
    ['three are within one another', ['s3://acme-lake/a/', 's3://acme-lake/a/b/', 's3://acme-lake/']],
  ])('is the widest alone, which names them all, where %s', (_how, matches) => {
    const found = temporary(...matches);
    expect(found.map(([glob]) => glob)).toEqual(['s3://acme-lake/**/_temporary/**']);
    expect(found[0]?.[1].toSorted()).toEqual([...matches].sort());
  });

  it('is not there where neither takes what the other does', () => {
    expect(temporary('s3://acme-lake/a/', 's3://acme-lake/b/', 's3://other-lake/')).toEqual([
      ['s3://acme-lake/a/**/_temporary/**', ['s3://acme-lake/a/']],
      ['s3://acme-lake/b/**/_temporary/**', ['s3://acme-lake/b/']],
      ['s3://other-lake/**/_temporary/**', ['s3://other-lake/']],
    ]);
  });
});

describe('a rule that ends within a name', () => {
  it.each([
    ['s3://acme-lake/logs/part', ['s3://acme-lake/logs/part*/**/_temporary/**']],
    ['s3://acme-lake/events/day={day}/part', ['s3://acme-lake/events/**/_temporary/**']],
    ['s3://acme-lake/_', ['s3://acme-lake/_*/**/_temporary/**', 's3://acme-lake/_temporary/**']],
  ])('%s keeps its scratch folder at the root of the table, below partitions: %j', (match, globs) => {
    expect(temporary(match).map(([glob]) => glob)).toEqual(globs);
  });
});

describe('rules of which very many begin alike', () => {
  /** In a bucket each, so that none takes what another does, and one that takes what the first does. */
  const many = (count: number): readonly string[] => [
    ...Array.from({ length: count - 1 }, (_, at) => `s3://lake-${at}/{tenant}/`),
    's3://lake-0/',
  ];
  const ofFirst = (count: number): string[] =>
    temporary(...many(count))
      .map(([glob]) => glob)
      .filter((glob) => glob.startsWith('s3://lake-0/'));

  it('are compared up to a thousand', () => {
    expect(ofFirst(1000)).toEqual(['s3://lake-0/**/_temporary/**']);
  });

  it('are each given one of their own beyond that, though another would take it', () => {
    expect(ofFirst(1001)).toEqual(['s3://lake-0/*/**/_temporary/**', 's3://lake-0/**/_temporary/**']);
  });
});
