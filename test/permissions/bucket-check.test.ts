import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { fileWith, run } from '../cli/run.ts';
import { ACCOUNT, LAKE, POLICY, REGION } from './names.ts';
import { Site } from './site.ts';

/** Contract section 8, the command line: it is no role of the template, but whoever runs the command needs these and no more. */
const NEEDED = ['s3:GetEncryptionConfiguration', 's3:GetBucketNotification'];

let site: Site;
beforeAll(async () => {
  site = await Site.start();
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => site.close());

/** Checks the bucket with a role that holds these actions on it. */
async function checked(actions: readonly string[]) {
  const statement = { Effect: 'Allow', Action: ['kms:DescribeKey', ...actions], Resource: '*' };
  const policies = [{ Version: '2012-10-17', Statement: [statement] }];
  const { accessKeyId } = site.iam.setRole({ account: ACCOUNT, name: 'Person', policies });
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', REGION);
  site.iam.forget();
  const policy = fileWith('policy.yaml', POLICY);
  const args = ['bucket', 'check', `s3://${LAKE}`, '--policy', policy, '--endpoint-url', site.aws.endpoint];
  const { status, stdout, stderr } = await run(args);
  const refused = site.iam.asked().filter(({ decision }) => decision !== 'allowed');
  return { status, told: `${stdout}${stderr}`, refused: refused.map(({ action }) => action) };
}

describe('bucket check', () => {
  it('needs nothing of S3 but what section 8 lists', async () => {
    const { status, refused } = await checked(NEEDED);
    expect(refused).toEqual([]);
    // The bucket is checked to its end: what it lacks is found.
    expect(status).toBe(1);
  });

  it.each(NEEDED)('without %s could not tell, and names it', async (action) => {
    const { status, told, refused } = await checked(NEEDED.filter((one) => one !== action));
    expect(refused).toEqual([action]);
    expect(status).toBe(3);
    expect(told).toContain(action);
  });
});
