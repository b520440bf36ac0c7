import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { CallerRefused, PolicyUnusable, RetryableFailure } from '../../src/audit/failures.ts';
import { MOST_POLICY_BYTES, readPolicyFromS3, readPolicyFromSsm } from '../../src/aws/read-policy.ts';
import { type Answer, CREDENTIALS, type Loopback, loopback } from './loopback.ts';

const REGION = 'eu-west-1';
const Bucket = 'policies';
const POLICY = 'version: 1 # ü\nrules: []\n';

const refusal = async (read: Promise<string>): Promise<PolicyUnusable> => {
  const error = await read.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PolicyUnusable)) throw new Error(`expected PolicyUnusable, got ${String(error)}`);
  return error;
};

describe('a policy in S3', () => {
  let aws: LocalAws;
  let client: S3Client;
  const put = (Key: string, Body: string | Buffer) =>
    client.send(new PutObjectCommand({ Bucket, Key, Body }));

  beforeAll(async () => {
    aws = await startLocalAws();
    client = new S3Client(aws.clientConfig('111122223333', REGION));
    await client.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(async () => {
    client.destroy();
    await aws.close();
  });

  it('is read as UTF-8, byte for byte', async () => {
    await put('team/policy.yaml', POLICY);
    expect(await readPolicyFromS3(client, Bucket, 'team/policy.yaml')).toBe(POLICY);
  });

  it('that is empty is an empty text, for the parser to refuse', async () => {
    await put('empty', Buffer.alloc(0));
    expect(await readPolicyFromS3(client, Bucket, 'empty')).toBe('');
  });

  it('of the largest size is read', async () => {
    await put('largest', Buffer.alloc(MOST_POLICY_BYTES, '#'));
    expect(await readPolicyFromS3(client, Bucket, 'largest')).toHaveLength(MOST_POLICY_BYTES);
  });

  it('that is larger is refused with both sizes', async () => {
    await put('larger', Buffer.alloc(MOST_POLICY_BYTES + 1, '#'));
    const { message } = await refusal(readPolicyFromS3(client, Bucket, 'larger'));
    expect(message).toBe(
      `s3://policies/larger has ${MOST_POLICY_BYTES + 1} bytes: a policy has at most ${MOST_POLICY_BYTES}`,
    );
  });

  it('that is larger is not read to its end: an unread answer would hold the process', async () => {
    const huge = { status: 200, body: Buffer.alloc(2 * MOST_POLICY_BYTES) };
    const server = await loopback(() => huge);
    const large = new S3Client({
      endpoint: server.endpoint,
      region: REGION,
      credentials: CREDENTIALS,
      forcePathStyle: true,
    });
    await refusal(readPolicyFromS3(large, Bucket, 'huge'));
    await expect.poll(() => server.messages[0]?.socket.destroyed).toBe(true);
    large.destroy();
    await server.close();
  });

  it('that is denied names the permission and the object', async () => {
    await put('secret/policy.yaml', POLICY);
    aws.s3.control.setDenied(Bucket, 'secret/');
    const { message } = await refusal(readPolicyFromS3(client, Bucket, 'secret/policy.yaml'));
    aws.s3.control.setDenied(Bucket, undefined);
    expect(message).toBe(
      's3://policies/secret/policy.yaml could not be read: access denied: the role needs s3:GetObject on it (and kms:Decrypt on its key, where it has one)',
    );
  });

  it('that is not there is told so, and is the fault of the name', async () => {
    const missing = await refusal(readPolicyFromS3(client, Bucket, 'nowhere'));
    expect(missing.message).toBe(
      's3://policies/nowhere could not be read: NoSuchKey: The specified key does not exist.',
    );
    expect(missing.cause).not.toBeInstanceOf(RetryableFailure);
  });

  it('in a bucket of another Region names that Region', async () => {
    const elsewhere = new S3Client(aws.clientConfig('111122223333', 'us-east-1'));
    const { message } = await refusal(readPolicyFromS3(elsewhere, Bucket, 'team/policy.yaml'));
    elsewhere.destroy();
    expect(message).toContain('its bucket is in Region eu-west-1');
  });

  it('behind an address that refuses tells the address, and that AWS did not answer', async () => {
    const config = { endpoint: 'http://127.0.0.1:1', region: REGION, credentials: CREDENTIALS };
    const unreachable = new S3Client({ ...config, maxAttempts: 1 });
    const refused = await refusal(readPolicyFromS3(unreachable, Bucket, 'x'));
    unreachable.destroy();
    expect(refused.message).toBe(
      's3://policies/x could not be read: no answer: connect ECONNREFUSED 127.0.0.1:1',
    );
    expect(refused.cause).toBeInstanceOf(RetryableFailure);
  });
});

describe('a policy in SSM', () => {
  const used: Loopback[] = [];
  const clients: SSMClient[] = [];
  const answering = async (answer: Answer): Promise<{ client: SSMClient; server: Loopback }> => {
    const server = await loopback(() => answer);
    const client = new SSMClient({
      endpoint: server.endpoint,
      region: REGION,
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
    used.push(server);
    clients.push(client);
    return { client, server };
  };
  const json = (status: number, body: object): Answer => ({
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    for (const server of used.splice(0)) await server.close();
  });

  it('is asked for by name, decrypted, and read as it is', async () => {
    const { client, server } = await answering(json(200, { Parameter: { Value: POLICY } }));
    expect(await readPolicyFromSsm(client, '/audit/policy')).toBe(POLICY);
    expect(JSON.parse(server.bodies[0] ?? '')).toEqual({ Name: '/audit/policy', WithDecryption: true });
    expect(server.messages[0]?.headers['x-amz-target']).toBe('AmazonSSM.GetParameter');
  });

  it('that is denied names the permission', async () => {
    const { client } = await answering(json(400, { __type: 'AccessDeniedException', message: 'no' }));
    expect((await refusal(readPolicyFromSsm(client, 'p'))).message).toBe(
      'the SSM parameter p could not be read: access denied: the role needs ssm:GetParameter on it (and kms:Decrypt on its key, where it is a SecureString)',
    );
  });

  it('that is not there is told so, and is the fault of the name', async () => {
    const { client } = await answering(json(400, { __type: 'ParameterNotFound', message: '' }));
    const missing = await refusal(readPolicyFromSsm(client, 'p'));
    expect(missing.message).toMatch(/^the SSM parameter p could not be read: ParameterNotFound: /);
    expect(missing.cause).not.toBeInstanceOf(RetryableFailure);
  });

  it('under an expired token speaks of the caller', async () => {
    const { client } = await answering(json(400, { __type: 'ExpiredTokenException', message: 'expired' }));
    const expired = await refusal(readPolicyFromSsm(client, 'p'));
    expect(expired.cause).toBeInstanceOf(CallerRefused);
    expect(expired.message).toContain('ExpiredTokenException');
  });

  it('behind a service that is throttled or broken says that it may pass', async () => {
    for (const answer of [json(400, { __type: 'ThrottlingException' }), { status: 503 }]) {
      const { client } = await answering(answer);
      expect((await refusal(readPolicyFromSsm(client, 'p'))).cause).toBeInstanceOf(RetryableFailure);
    }
  });
});
