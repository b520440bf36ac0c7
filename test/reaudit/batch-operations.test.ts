import { describe, expect, it } from 'vitest';
import { CallerRefused, PolicyUnusable } from '../../src/audit/failures.ts';
import { readBatchOperations } from '../../src/intake/read-batch-operations.ts';
import {
  type JobDeps,
  type JobReading,
  MOST_RESULT_CHARACTERS,
  runBatchOperations,
} from '../../src/reaudit/batch-operations.ts';
import { UnreadableInput } from '../../src/reaudit/batch-ports.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { sample } from '../intake/sample.ts';
import { testBed, written } from '../support/audit.ts';
import { found } from '../support/memory.ts';
import { batchBed } from './batch-support.ts';

const POLICY = `
version: 1
rules: [{ id: tenants, match: s3://acme-lake/tenants/, sse: { algorithm: [aws:kms], key: arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab } }]
exempt: [{ match: "s3://acme-lake/tenants/tmp/**", reason: scratch }]
`;
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const GOOD = found({ serverSideEncryption: 'aws:kms', kmsKeyId: KEY });
const NONE = found({ serverSideEncryption: 'AES256' });

function newBed(more: Partial<JobDeps> = {}) {
  const bed = batchBed(testBed(POLICY));
  const logged: AuditRecord[] = [];
  const deps: JobDeps = { ...bed.batchDeps, record: (record) => logged.push(record), ...more };
  return { ...bed, deps, logged };
}

const job = (...places: readonly string[]): JobReading => ({
  kind: 'job',
  job: {
    schemaVersion: '1.0',
    invocationId: 'i',
    tasks: places.map((place, index) => ({
      taskId: `t${index}`,
      reading: { kind: 'object', object: written(place) },
    })),
  },
});
const MINUTE = 60_000;
const told = (text: string | undefined): unknown => JSON.parse(text ?? '');

describe('a job of S3 Batch Operations', () => {
  it('has a violation as a task that succeeded, with the verdict as its text', async () => {
    const bed = newBed();
    bed.heads.put('acme-lake/tenants/1', NONE).put('acme-lake/tenants/2', GOOD);
    const places = [
      'acme-lake/tenants/1',
      'acme-lake/tenants/2',
      'acme-lake/x',
      'acme-lake/tenants/tmp/3',
      'acme-lake/tenants/gone',
    ];
    const { results } = await runBatchOperations(job(...places), bed.deps, MINUTE);
    expect(results.map(({ taskId, resultCode }) => [taskId, resultCode])).toEqual(
      places.map((_, index) => [`t${index}`, 'Succeeded']),
    );
    expect(told(results[0]?.resultString)).toMatchObject({
      outcome: 'violation',
      rule: 'tenants',
      violations: [{ code: 'SSE_ALGORITHM_NOT_ALLOWED', args: { actual: 'AES256' } }],
    });
    expect(results.slice(1).map(({ resultString }) => told(resultString))).toMatchObject([
      { outcome: 'compliant', rule: 'tenants' },
      { outcome: 'uncovered' },
      { outcome: 'exempt', exemption: 's3://acme-lake/tenants/tmp/**' },
      { outcome: 'gone' },
    ]);
    expect(bed.logged.map(({ outcome }) => outcome)).toEqual(['violation']);
  });

  it('has what could not be told as a permanent failure, with the reasons', async () => {
    const bed = newBed();
    bed.heads.put('acme-lake/tenants/1', { kind: 'denied' });
    const { results } = await runBatchOperations(job('acme-lake/tenants/1'), bed.deps, MINUTE);
    expect(results).toEqual([
      {
        taskId: 't0',
        resultCode: 'PermanentFailure',
        resultString: expect.stringContaining('"ACCESS_DENIED"'),
      },
    ]);
    expect(bed.logged.length).toBe(1);
  });

  it('has what may pass as a temporary failure, and the others as they are', async () => {
    const bed = newBed();
    bed.heads.put('acme-lake/tenants/1', { kind: 'transient' }).put('acme-lake/tenants/2', GOOD);
    const { results } = await runBatchOperations(
      job('acme-lake/tenants/1', 'acme-lake/tenants/2'),
      bed.deps,
      MINUTE,
    );
    expect(results.map(({ resultCode }) => resultCode)).toEqual(['TemporaryFailure', 'Succeeded']);
  });

  it('has what the time did not suffice for, and refused credentials, as temporary failures', async () => {
    const late = newBed({ abortAfter: () => AbortSignal.abort() });
    const refused = newBed({ audit: () => Promise.reject(new CallerRefused('ExpiredToken', 'expired')) });
    for (const { deps } of [late, refused]) {
      const { results } = await runBatchOperations(job('acme-lake/tenants/1'), deps, MINUTE);
      expect(results.map(({ resultCode }) => resultCode)).toEqual(['TemporaryFailure']);
    }
  });

  it('answers every task once and in its order, those that cannot be read as permanent failures', async () => {
    const bed = newBed();
    bed.heads.put('acme-lake/tenants/a/part-0.parquet', GOOD);
    const answer = await runBatchOperations(
      readBatchOperations(sample('batch-operations-2.0')),
      bed.deps,
      MINUTE,
    );
    expect(answer).toEqual({
      invocationSchemaVersion: '2.0',
      treatMissingKeysAs: 'TemporaryFailure',
      invocationId: 'YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo',
      results: [
        { taskId: 'dGFzay0x', resultCode: 'Succeeded', resultString: expect.stringContaining('"compliant"') },
        {
          taskId: 'dGFzay0y',
          resultCode: 'PermanentFailure',
          resultString: expect.stringContaining('form-urlencoded UTF-8'),
        },
      ],
    });
  });

  it('audits the version that a task names, by the decoded key', async () => {
    const bed = newBed();
    bed.heads.put('acme-lake/tenants/a/totals 2026+11.csv?3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY', GOOD);
    const answer = await runBatchOperations(
      readBatchOperations(sample('batch-operations-1.0')),
      bed.deps,
      MINUTE,
    );
    expect(answer.invocationSchemaVersion).toBe('1.0');
    expect(answer.results.map(({ resultString }) => told(resultString))).toMatchObject([
      { outcome: 'compliant' },
    ]);
  });

  it('keeps a result to a thousand printable ASCII characters of JSON, however long the verdict', async () => {
    const bed = newBed();
    const long = 'é"\\\n'.repeat(2_000);
    bed.heads.put('acme-lake/tenants/1', found({ serverSideEncryption: long }));
    bed.heads.put('acme-lake/tenants/2', { kind: 'transient' });
    const audit: JobDeps['audit'] = (object, policy) =>
      object.key === 'tenants/2' ? Promise.reject(new Error(long)) : bed.batchDeps.audit(object, policy);
    const reading = job('acme-lake/tenants/1', 'acme-lake/tenants/2');
    const { results } = await runBatchOperations(reading, { ...bed.deps, audit }, MINUTE);
    for (const { resultString } of results) {
      expect(resultString.length).toBeLessThanOrEqual(MOST_RESULT_CHARACTERS);
      expect(resultString).toMatch(/^[ -~]+$/);
      expect(() => told(resultString)).not.toThrow();
    }
    expect(told(results[0]?.resultString)).toMatchObject({ reasons: ['SSE_UNRECOGNISED'], cut: true });
  });

  it('fails whole where no task could be answered: another schema, or no policy', async () => {
    const bed = newBed({ policy: () => Promise.reject(new PolicyUnusable('no policy')) });
    const unknown = readBatchOperations({ invocationSchemaVersion: '3.0' });
    await expect(runBatchOperations(unknown, bed.deps, MINUTE)).rejects.toBeInstanceOf(UnreadableInput);
    await expect(runBatchOperations(job('b/k'), bed.deps, MINUTE)).rejects.toBeInstanceOf(PolicyUnusable);
  });
});
