import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderConfigurations } from '../../src/emr/render-configurations.ts';
import { renderStartJobRun } from '../../src/emr/render-eks.ts';
import { renderSparkSubmit, renderSparkSubmitParameters } from '../../src/emr/render-spark-submit.ts';
import { keyArn } from '../support/keys.ts';

const KEY = keyArn('a');
const EMRFS = {
  settings: [
    ['fs.s3.enableServerSideEncryption', 'true'],
    ['fs.s3.serverSideEncryption.kms.keyId', KEY],
    ['fs.s3.impl.disable.cache', 'true'],
    ['spark.sql.parquet.fs.optimized.committer.optimization-enabled', 'false'],
  ],
} as const;
const S3A = {
  settings: [
    ['fs.s3a.encryption.algorithm', 'SSE-KMS'],
    ['fs.s3a.encryption.key', KEY],
  ],
} as const;

describe('Configurations of EMR on EC2', () => {
  it('hold EMRFS in emrfs-site, the cache in core-site, and the committer in spark-defaults', () => {
    expect(JSON.parse(renderConfigurations(EMRFS, 's3-emrfs'))).toEqual([
      {
        Classification: 'emrfs-site',
        Properties: {
          'fs.s3.enableServerSideEncryption': 'true',
          'fs.s3.serverSideEncryption.kms.keyId': KEY,
        },
      },
      { Classification: 'core-site', Properties: { 'fs.s3.impl.disable.cache': 'true' } },
      {
        Classification: 'spark-defaults',
        Properties: { 'spark.sql.parquet.fs.optimized.committer.optimization-enabled': 'false' },
      },
    ]);
  });

  it('hold S3A in core-site', () => {
    expect(JSON.parse(renderConfigurations(S3A, 's3-s3a'))).toEqual([
      {
        Classification: 'core-site',
        Properties: { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': KEY },
      },
    ]);
  });

  it('are an empty list where nothing is to be set', () => {
    expect(renderConfigurations({ settings: [] }, 's3-emrfs')).toBe('[]\n');
  });
});

it("start-job-run takes Hadoop's properties behind spark.hadoop., and Spark's own as they are", () => {
  expect(JSON.parse(renderStartJobRun(EMRFS))).toEqual({
    configurationOverrides: {
      applicationConfiguration: [
        {
          classification: 'spark-defaults',
          properties: {
            'spark.hadoop.fs.s3.enableServerSideEncryption': 'true',
            'spark.hadoop.fs.s3.serverSideEncryption.kms.keyId': KEY,
            'spark.hadoop.fs.s3.impl.disable.cache': 'true',
            'spark.sql.parquet.fs.optimized.committer.optimization-enabled': 'false',
          },
        },
      ],
    },
  });
});

it('sparkSubmitParameters are one line, which a job run takes as text', () => {
  expect(renderSparkSubmitParameters(S3A)).toBe(
    `--conf spark.hadoop.fs.s3a.encryption.algorithm=SSE-KMS --conf spark.hadoop.fs.s3a.encryption.key=${KEY}`,
  );
});

it.each([
  ['spark-submit', renderSparkSubmit({ name: 'session', prefixes: [], ...EMRFS })],
  ['Configurations', renderConfigurations(EMRFS, 's3-emrfs')],
  ['start-job-run', renderStartJobRun(EMRFS)],
])('%s is read back without a word about it, the single session included', (_, text) => {
  const { settings, problems } = readConfiguration(text, 'exported');
  expect(problems).toEqual([]);
  expect(settings.map(({ name, value }) => [name, value])).toEqual(EMRFS.settings);
});
