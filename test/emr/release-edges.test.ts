import { describe, expect, it } from 'vitest';
import { importedConnector } from '../../src/emr/import-release.ts';
import type { EmrProblem } from '../../src/emr/problem.ts';
import type { EmrReading } from '../../src/emr/reading.ts';
import { connectorOfRelease, connectorOfS3, connectorOfSettings } from '../../src/emr/release.ts';
import type { Column } from '../../src/emr/setting.ts';
import { setting } from './settings.ts';

const EMRFS = 'com.amazon.ws.emr.hadoop.fs.EmrFileSystem';
const S3A = 'org.apache.hadoop.fs.s3a.S3AFileSystem';

const impl = (value: string) => setting('fs.s3.impl', value, 'core-site', { source: 'core-site.xml' });
const told = (problems: readonly EmrProblem[]): readonly string[] =>
  problems.map(({ id, place, message }) => `${place.source} ${id}: ${message}`);

/** A document with a release label, and with one setting where it has a source. */
const labelled = (releaseLabel: string, source?: string): EmrReading => ({
  settings: source === undefined ? [] : [setting('fs.s3.cse.enabled', 'false', 'emrfs-site', { source })],
  problems: [],
  releaseLabel,
});

describe('a release label', () => {
  it.each([' emr-7.10.0', 'emr-7.10.0 ', '\temr-7.10.0\r\n'])(
    '%j is read without the space around it',
    (label) => {
      expect(connectorOfRelease(label)).toBe('s3a');
    },
  );

  const release = (label: string) => ({ label, place: { source: '--release' } });

  it('that is not understood is told with one that would be', () => {
    const { connector, problems } = connectorOfS3({ settings: [], release: release('newest') });
    expect(connector).toBeUndefined();
    expect(told(problems)).toEqual([
      '--release emr/bad-value: "newest" is no release label that is understood: expected one like "emr-7.10.0"',
    ]);
  });

  it.each([
    [EMRFS, 'emr-7.10.0', 'emrfs', 'EMRFS', 'S3A'],
    [S3A, 'emr-7.9.0', 's3a', 'S3A', 'EMRFS'],
  ])('contradicts the class %s by name, which wins', (value, label, connector, one, other) => {
    const answer = connectorOfS3({ settings: [impl(value)], release: release(label) });
    expect(answer).toMatchObject({ connector, setting: impl(value) });
    expect(told(answer.problems)).toEqual([
      `core-site.xml emr/conflict: "fs.s3.impl" makes ${one} serve s3://, whatever the release: "${label}" would have ${other} serve it`,
    ]);
  });

  it('is no answer beside a class that is neither: what serves s3:// is not known, and one problem says so', () => {
    const answer = connectorOfS3({ settings: [impl('org.example.Mine')], release: release('emr-7.10.0') });
    expect(answer.connector).toBeUndefined();
    expect(told(answer.problems)).toEqual([
      `core-site.xml emr/bad-value: "fs.s3.impl" is "org.example.Mine": expected one of "${EMRFS}" or "${S3A}"`,
    ]);
    expect(connectorOfSettings([impl('org.example.Mine')])).toEqual({
      setting: impl('org.example.Mine'),
      problems: answer.problems,
    });
  });
});

describe('of several release labels', () => {
  const connector = (readings: readonly EmrReading[], column: Column, released?: string) =>
    importedConnector({ readings, column, ...(released === undefined ? {} : { released }) }, []);

  it("the flag's counts before a document's, whose contradiction is told where its settings are", () => {
    const { connector: taken, problems } = connector(
      [labelled('emr-6.15.0', 'cluster.json')],
      's3-s3a',
      'emr-7.10.0',
    );
    expect(taken).toBe('s3a');
    expect(told(problems)).toEqual([
      'cluster.json emr/conflict: "emr-6.15.0" would have EMRFS serve s3://, but "emr-7.10.0" is taken, under which S3A does',
    ]);
  });

  it("the first document's counts, and one without settings is named as a document", () => {
    const { connector: taken, problems } = connector(
      [labelled('emr-7.9.0', 'cluster.json'), labelled('emr-7.12.0')],
      's3-emrfs',
    );
    expect(taken).toBe('emrfs');
    expect(told(problems)).toEqual([
      'the release label of a document emr/conflict: "emr-7.12.0" would have S3A serve s3://, but "emr-7.9.0" is taken, under which EMRFS does',
    ]);
  });

  it('those under which the same connector serves have nothing to tell', () => {
    const readings = ['emr-6.15.0', 'emr-7.9.0', 'emr-5.36.0'].map((label) => labelled(label));
    expect(connector(readings, 's3-emrfs').problems).toEqual([]);
  });

  it.each([['emr-7.10.0'], ['emr-6.15.0']])(
    'one that is not understood contradicts %s neither way',
    (label) => {
      expect(told(connector([labelled(label)], 's3a-s3a', 'newest').problems)).toEqual([
        '--release emr/bad-value: "newest" is no release label that is understood: expected one like "emr-7.10.0"',
      ]);
      expect(told(connector([labelled('newest')], 's3a-s3a', label).problems)).toEqual([]);
    },
  );
});

describe('a column', () => {
  const found = (column: Column, released?: string, readings: readonly EmrReading[] = []) =>
    told(
      importedConnector({ readings, column, ...(released === undefined ? {} : { released }) }, []).problems,
    );

  it('for the other connector than the release is told at the release', () => {
    expect(found('s3-emrfs', 'emr-7.10.0')).toEqual([
      '--release emr/conflict: under "emr-7.10.0" it is S3A that serves s3://, but this is read for EMRFS',
    ]);
    expect(found('s3-s3a', 'emr-7.9.0')).toEqual([
      '--release emr/conflict: under "emr-7.9.0" it is EMRFS that serves s3://, but this is read for S3A',
    ]);
    expect(found('s3-s3a', undefined, [labelled('emr-7.9.0', 'job.json')])).toEqual([
      'job.json emr/conflict: under "emr-7.9.0" it is EMRFS that serves s3://, but this is read for S3A',
    ]);
  });

  it.each<[Column, string | undefined]>([
    ['s3-emrfs', 'emr-7.9.0'],
    ['s3-s3a', 'emr-7.10.0'],
    ['s3a-s3a', 'emr-7.9.0'],
    ['s3a-s3a', 'emr-7.10.0'],
    ['s3-emrfs', undefined],
    ['s3-s3a', undefined],
  ])('%s has nothing to tell under %s', (column, released) => {
    expect(found(column, released)).toEqual([]);
  });

  it('is not told by the release where a class in the settings decides', () => {
    const request = { readings: [], column: 's3-emrfs', released: 'emr-7.10.0' } as const;
    expect(importedConnector(request, [impl(S3A)])).toEqual({
      connector: 's3a',
      setting: impl(S3A),
      problems: [],
    });
  });
});
