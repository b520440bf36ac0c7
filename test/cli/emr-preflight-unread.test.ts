import { describe, expect, it } from 'vitest';
import { configuration, FINANCE, policyFile, s3aUnder, TWO_TENANTS } from './emr-files.ts';
import { fileWith, type Run, run } from './run.ts';

describe('what a configuration only names may hold anything: status 3, unless it is given too', () => {
  const beside = (name: string, text: string, more: readonly string[] = []): Promise<Run> =>
    run([
      ...['emr', 'preflight', '--policy', policyFile(TWO_TENANTS), '--config', fileWith(name, text)],
      ...[...more, '--config', s3aUnder(FINANCE), '--write', 's3a://acme-lake/finance/'],
    ]);

  it('a properties file, which is told with its place', async () => {
    const job = 'spark-submit --properties-file s3://acme/lake.conf a.py';
    const { status, stdout, stderr } = await beside('job.sh', job);
    expect(status).toBe(3);
    expect(stdout).toContain('1 write: 1 compliant');
    expect(stderr).toMatch(
      /job\.sh:1:32: warning: --properties-file "s3:\/\/acme\/lake\.conf" is not followed: read that file too/,
    );
    const given = ['--config', fileWith('lake.conf', 'spark.executor.cores 4')];
    expect(await beside('job.sh', job, given)).toMatchObject({ status: 0, stderr: '' });
    const other = ['--config', fileWith('other.conf', 'spark.executor.cores 4')];
    expect((await beside('job.sh', job, other)).status).toBe(3);
  });

  it('spark-defaults.conf, in whose place Spark reads the properties file of the job', async () => {
    const defaults = [
      '--config',
      fileWith('spark-defaults.conf', `spark.hadoop.fs.s3a.encryption.key ${FINANCE}`),
    ];
    const files = [...defaults, '--config', fileWith('lake.conf', 'spark.executor.cores 4')];
    const { status, stderr } = await beside('job.sh', 'spark-submit --properties-file lake.conf a.py', files);
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /job\.sh:1:32: Spark reads "lake\.conf" in place of spark-defaults\.conf, so "fs\.s3a\.encryption\.key" at .*spark-defaults\.conf:1:1 is not set for this job: leave out the file that holds it, or give the job --load-spark-defaults/,
    );
    const both = 'spark-submit --load-spark-defaults --properties-file lake.conf a.py';
    expect((await beside('job.sh', both, files)).status).toBe(0);
  });

  it('a security configuration, whatever it is about', async () => {
    const cluster = '{"ReleaseLabel":"emr-6.15.0","SecurityConfiguration":"lake"}';
    expect((await beside('cluster.json', cluster)).status).toBe(3);
    const given = ['--config', fileWith('lake.json', '{"EncryptionConfiguration":{}}')];
    expect((await beside('cluster.json', cluster, given)).status).toBe(0);
  });

  it('a file of credentials, which may hold the key of S3A, and none of EMRFS', async () => {
    const jceks = configuration({
      'fs.s3.enableServerSideEncryption': 'true',
      'fs.s3.serverSideEncryption.kms.keyId': FINANCE,
      'hadoop.security.credential.provider.path': 'jceks://hdfs/lake.jceks',
    });
    const job = (more: readonly string[]): Promise<Run> =>
      run([
        ...['emr', 'preflight', '--policy', policyFile(TWO_TENANTS), '--connector', 'emrfs'],
        ...['--config', jceks, '--write', 's3://acme-lake/finance/', ...more],
      ]);
    expect((await job([])).status).toBe(0);
    expect((await job(['--write', 's3a://acme-lake/finance/'])).status).toBe(3);
  });

  it('a variable of a shell, which no file can give', async () => {
    expect((await beside('job.sh', 'spark-submit $MORE a.py')).status).toBe(3);
  });

  it('and is a failed test in JUnit', async () => {
    const { stdout } = await beside('job.sh', 'spark-submit $MORE a.py', ['--format', 'junit']);
    expect(stdout).toContain('errors="1"');
    expect(stdout).toContain('emr/not-followed');
  });
});
