import { describe, expect, it } from 'vitest';
import { connectorOfRelease, connectorOfS3, connectorOfSettings } from '../../src/emr/release.ts';
import { setting } from './settings.ts';

const EMRFS = 'com.amazon.ws.emr.hadoop.fs.EmrFileSystem';

describe('the connector of s3://', () => {
  it.each([
    ['emr-7.10.0', 's3a'],
    ['emr-7.10.0-latest', 's3a'],
    ['emr-7.12.0-20260101', 's3a'],
    ['emr-8.0.0', 's3a'],
    ['emr-7.9.0', 'emrfs'],
    ['emr-7.1.0', 'emrfs'],
    ['emr-6.15.0-latest', 'emrfs'],
    ['emr-5.36.0', 'emrfs'],
    ['7.10.0', undefined],
    ['emr-7', undefined],
    ['emr-7.10.0\nemr-6.0.0', undefined],
    ['', undefined],
  ])('under %j is %s', (label, connector) => {
    expect(connectorOfRelease(label)).toBe(connector);
  });

  it('is that of fs.s3.impl where the settings name one, and the contradiction with the release is told', () => {
    const settings = [setting('fs.s3.impl', EMRFS, 'core-site')];
    const release = { label: 'emr-7.10.0', place: { source: '--release' } };
    const { connector, problems } = connectorOfS3({ settings, release });
    expect(connector).toBe('emrfs');
    expect(problems.map(({ id }) => id)).toEqual(['emr/conflict']);
  });

  it('is not told by a class that is neither, nor by a label that is not understood', () => {
    expect(connectorOfSettings([setting('fs.s3.impl', 'org.example.Mine')])).toMatchObject({
      problems: [{ id: 'emr/bad-value' }],
    });
    const release = { label: 'latest', place: { source: '--release' } };
    const answer = connectorOfS3({ settings: [], release });
    expect(answer.connector).toBeUndefined();
    expect(answer.problems.map(({ id }) => id)).toEqual(['emr/bad-value']);
  });

  it('under a label that agrees has nothing to say', () => {
    const release = { label: 'emr-6.15.0', place: { source: '--release' } };
    expect(connectorOfS3({ settings: [setting('fs.s3.impl', EMRFS)], release }).problems).toEqual([]);
    expect(connectorOfS3({ settings: [], release })).toEqual({ connector: 'emrfs', problems: [] });
  });
});
