import { describe, expect, it } from 'vitest';
import { leavesUnread, type Unread } from '../../src/emr/problem.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';

const unreadOf = (text: string): readonly (Unread | undefined)[] =>
  readConfiguration(text, 'job').problems.flatMap(({ id, unread }) =>
    id === 'emr/not-followed' ? [unread] : [],
  );

describe('what may hold settings and was not read', () => {
  it.each<[text: string, unread: Unread]>([
    [
      'spark-submit --properties-file /etc/lake.conf a.py',
      { kind: 'file', name: '/etc/lake.conf', instead: 'spark-defaults.conf' },
    ],
    [
      'spark-submit --load-spark-defaults --properties-file lake.conf a.py',
      { kind: 'file', name: 'lake.conf' },
    ],
    ['spark-submit --extra-properties-file lake.conf a.py', { kind: 'file', name: 'lake.conf' }],
    ['aws emr create-cluster --configurations file://lake.json', { kind: 'file', name: 'file://lake.json' }],
    ['aws emr create-cluster --configurations "$LAKE"', { kind: 'words' }],
    ['aws emr create-cluster --security-configuration lake', { kind: 'security-configuration' }],
    ['{"SecurityConfiguration":"lake"}', { kind: 'security-configuration' }],
    ['<configuration><xi:include href="more.xml"/></configuration>', { kind: 'file', name: 'more.xml' }],
    ['spark-submit $MORE a.py', { kind: 'words' }],
    ['spark-submit --conf "$NAME=true" a.py', { kind: 'words' }],
    ['spark-sql --hiveconf fs.s3a.encryption.key=alias/x', { kind: 'words' }],
    ['./submit.sh --conf spark.hadoop.fs.s3.cse.enabled=true', { kind: 'words' }],
    ['ssh h "aws emr create-cluster --emrfs SSE=true"', { kind: 'words' }],
    ['{"HadoopJarStep":{"Args":["x","-Dfs.s3.cse.enabled=true"]}}', { kind: 'words' }],
  ])('is told with what would have to be read: %s', (text, unread) => {
    expect(unreadOf(text)).toEqual([unread]);
  });

  it.each([
    ['a DOCTYPE, of which nothing is taken', '<!DOCTYPE configuration SYSTEM "x"><configuration/>'],
    ['a release that is no label', '{"ReleaseLabel":"latest"}'],
  ])('is not %s', (_, text) => {
    expect(unreadOf(text)).toEqual([undefined]);
  });

  it('is also whatever is an error', () => {
    const place = { source: 'job' };
    expect(leavesUnread({ id: 'emr/syntax', level: 'error', place, message: '' })).toBe(true);
    expect(leavesUnread({ id: 'emr/conflict', level: 'warning', place, message: '' })).toBe(false);
  });
});

describe('a reading says that it holds a whole security configuration', () => {
  it.each<[string, string, true | undefined]>([
    ['about S3', '{"EncryptionConfiguration":{"EnableAtRestEncryption":false}}', true],
    ['about something else', '{"AuthenticationConfiguration":{},"EncryptionConfiguration":{}}', true],
    ['by its name alone', '{"SecurityConfiguration":"lake"}', undefined],
    ['not at all', '[]', undefined],
  ])('%s', (_, text, expected) => {
    expect(readConfiguration(text, 'job').securityConfiguration).toBe(expected);
  });
});
