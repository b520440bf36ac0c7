import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { BeforeRequest } from '../../local/aws.ts';
import { CallerRefused } from '../../src/audit/failures.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { BUCKET, POLICY, runAudit, type World, world } from './audit-world.ts';
import { ACCOUNT, ENVIRONMENT, REGION } from './local-lake.ts';
import { fileWith, recordsOf } from './run.ts';

const FILE = JSON.stringify({
  'x-amz-key-v2': 'd3JhcHBlZC1kYXRhLWtleS1vZi10aGUtdGVzdA==',
  'x-amz-iv': 'AAAAAAAAAAAAAAAA',
  'x-amz-wrap-alg': 'AES/GCM',
  'x-amz-cek-alg': 'AES/GCM/NoPadding',
});

beforeEach(() => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
});

async function lake(beforeRequest: readonly BeforeRequest[] = []): Promise<World> {
  const made = await world({ beforeRequest });
  onTestFinished(() => made.aws.close());
  return made;
}

const audited = (made: World, versions: boolean) =>
  runAudit(made, { policy: fileWith('policy.yaml', POLICY), target: `s3://${BUCKET}/sealed/`, versions });
const verdict = ({ object, outcome, violations = [], reasons = [] }: AuditRecord) =>
  [object.key, outcome, ...[...violations, ...reasons].map(({ code }) => code)].join(' ');

it('an old version of an instruction file is one, whatever was put over it since', async () => {
  const made = await lake();
  await made.versioned();
  for (const name of ['removed', 'overwritten']) made.put(`sealed/${name}.instruction`, undefined, FILE);
  made.put('sealed/overwritten.instruction', undefined, 'data');
  const s3 = new S3Client(made.aws.clientConfig(ACCOUNT, REGION));
  await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'sealed/removed.instruction' }));
  s3.destroy();
  const { stdout } = await audited(made, true);
  expect(recordsOf(stdout).map(verdict).sort()).toEqual([
    'sealed/overwritten.instruction compliant',
    'sealed/overwritten.instruction violation CSE_MISSING',
    'sealed/removed.instruction compliant',
  ]);
});

it('a token that expires while an instruction file is looked for stops the run, and leaves no verdict of the file', async () => {
  const body = '<Error><Code>ExpiredToken</Code><Message>The token has expired.</Message></Error>';
  const made = await lake([
    (service, { rawPath, method }) =>
      service === 's3' && rawPath.endsWith('.instruction')
        ? { status: 400, ...(method === 'HEAD' ? {} : { body }) }
        : undefined,
  ]);
  made.put('sealed/a');
  await expect(audited(made, false)).rejects.toMatchObject({ cause: expect.any(CallerRefused) });
});
