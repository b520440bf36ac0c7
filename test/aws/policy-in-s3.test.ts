import { afterEach, describe, expect, it } from 'vitest';
import { CallerRefused, PolicyUnusable } from '../../src/audit/failures.ts';
import { awsClients, type Clients } from '../../src/aws/clients.ts';
import { policyInS3 } from '../../src/aws/policy-in-s3.ts';
import { MOST_POLICY_BYTES } from '../../src/aws/read-policy.ts';
import { type Answer, CREDENTIALS, type Loopback, loopback } from './loopback.ts';

const PLACE = { bucket: 'policies', key: 'team/policy of ü.yaml' };
const POLICY = '\uFEFFversion: 1 # ü\nrules: []\n';

const used: Loopback[] = [];
afterEach(async () => {
  for (const server of used.splice(0)) await server.close();
});

/** A server of policies, the environment of a function that reaches it, and clients that count how often S3's is asked for. */
async function reaching(answer: () => Answer) {
  const server = await loopback(answer);
  used.push(server);
  const env = {
    HOME: '/nonexistent',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL: server.endpoint,
  };
  const clients = awsClients({ endpointUrl: server.endpoint, region: env.AWS_REGION });
  const asked = { times: 0 };
  const counted: Clients = {
    ...clients,
    s3: async () => {
      asked.times += 1;
      const client = await clients.s3();
      client.config.credentials = Object.assign(async () => CREDENTIALS, { memoized: true });
      return client;
    },
  };
  return { server, env, clients: counted, asked };
}

const refusal = async (read: Promise<string>): Promise<PolicyUnusable> => {
  const error: unknown = await read.catch((thrown: unknown) => thrown);
  if (!(error instanceof PolicyUnusable)) throw new Error(`expected PolicyUnusable, got ${String(error)}`);
  return error;
};

describe('a policy in S3, read by a function', () => {
  it('comes byte for byte without the client of S3, by one signed request', async () => {
    const { server, env, clients, asked } = await reaching(() => ({ status: 200, body: POLICY }));
    expect(await policyInS3(PLACE, clients, env)).toBe(POLICY);
    expect(asked.times).toBe(0);
    expect(server.messages.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /policies/team/policy%20of%20%C3%BC.yaml',
    ]);
    expect(server.messages[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 /);
  });

  it('leaves no connection open, however often it is read again', async () => {
    const { server, env, clients } = await reaching(() => ({ status: 200, body: POLICY }));
    for (let time = 0; time < 3; time++) expect(await policyInS3(PLACE, clients, env)).toBe(POLICY);
    expect(server.messages).toHaveLength(3);
    await expect
      .poll(() => server.messages.map(({ socket }) => socket.destroyed))
      .toEqual([true, true, true]);
  });

  it('comes by the client where the environment alone does not say how to reach AWS', async () => {
    const { env, clients, asked } = await reaching(() => ({ status: 200, body: POLICY }));
    expect(await policyInS3(PLACE, clients, { ...env, AWS_PROFILE: 'other' })).toBe(POLICY);
    expect(await policyInS3(PLACE, clients)).toBe(POLICY);
    expect(asked.times).toBe(2);
  });

  it('that holds U+FFFD itself is read whole, and one that is not UTF-8 is refused', async () => {
    const text = 'version: 1 # \uFFFD';
    const holds = await reaching(() => ({ status: 200, body: text }));
    expect(await policyInS3(PLACE, holds.clients, holds.env)).toBe(text);
    const broken = await reaching(() => ({ status: 200, body: Buffer.from([0x61, 0xff]) }));
    const { message } = await refusal(policyInS3(PLACE, broken.clients, broken.env));
    expect(message).toContain('is not UTF-8');
  });

  it('that is denied is told as the client tells it', async () => {
    const { env, clients } = await reaching(() => ({
      status: 403,
      body: '<Error><Code>AccessDenied</Code></Error>',
    }));
    const { message } = await refusal(policyInS3(PLACE, clients, env));
    expect(message).toContain('access denied: the role needs s3:GetObject on it');
  });

  it('is no text of an error page: only an answer of 200 is a policy', async () => {
    const error = '<Error><Code>ExpiredToken</Code></Error>';
    const { env, clients } = await reaching(() => ({ status: 400, body: error }));
    expect((await refusal(policyInS3(PLACE, clients, env))).cause).toBeInstanceOf(CallerRefused);
  });

  it('that S3 does not give at first is asked for again by the client', async () => {
    const answers: Answer[] = [{ status: 503 }, { status: 200, body: POLICY }];
    const { server, env, clients, asked } = await reaching(() => answers.shift() ?? { status: 500 });
    expect(await policyInS3(PLACE, clients, env)).toBe(POLICY);
    expect([server.messages.length, asked.times]).toEqual([2, 1]);
  });

  it('that is larger than any policy is refused by its size, after one attempt without the client', async () => {
    const body = Buffer.alloc(MOST_POLICY_BYTES + 1, '#');
    const { server, env, clients } = await reaching(() => ({ status: 200, body }));
    expect((await refusal(policyInS3(PLACE, clients, env))).message).toContain(`has ${body.length} bytes`);
    expect(server.messages).toHaveLength(2);
  });
});
