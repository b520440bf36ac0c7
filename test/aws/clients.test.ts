import { afterEach, describe, expect, it, vi } from 'vitest';
import { awsClients } from '../../src/aws/clients.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const NAMES = ['s3', 'kms', 'sns', 'ssm'] as const;

describe('awsClients', () => {
  for (const name of NAMES) {
    it(`${name}: there is one client for each Region, shared by all who ask`, async () => {
      const clients = awsClients({ region: 'eu-west-1' });
      const [first, second, other] = await Promise.all([
        clients[name]('eu-west-1'),
        clients[name]('eu-west-1'),
        clients[name]('us-east-1'),
      ]);
      expect(second).toBe(first);
      expect(other).not.toBe(first);
      expect(await other?.config.region()).toBe('us-east-1');
    });

    it(`${name}: no Region means the one of the command line`, async () => {
      const clients = awsClients({ region: 'eu-west-1' });
      expect(await clients[name]()).toBe(await clients[name]('eu-west-1'));
    });

    it(`${name}: no Region anywhere means the environment's`, async () => {
      vi.stubEnv('AWS_REGION', 'eu-north-1');
      const client = await awsClients({})[name]();
      expect(await client.config.region()).toBe('eu-north-1');
    });

    it(`${name}: requests go to --endpoint-url where it is given`, async () => {
      const client = await awsClients({ endpointUrl: 'http://127.0.0.1:9', region: 'eu-west-1' })[name]();
      expect(await client.config.endpoint?.()).toMatchObject({ hostname: '127.0.0.1', port: 9 });
    });
  }

  it('the client of a Region named long ago is let go: strangers can name any number of Regions', async () => {
    const clients = awsClients({ region: 'eu-west-1' });
    const [own, first] = [await clients.kms(), await clients.kms('us-aaa-1')];
    for (let index = 0; index < 63; index += 1) {
      await clients.kms(`us-made-${index}`);
      // What is in use stays.
      expect(await clients.kms()).toBe(own);
    }
    expect(await clients.kms('us-aaa-1')).not.toBe(first);
  });

  it('two callers of awsClients share no client', async () => {
    const options = { region: 'eu-west-1' };
    expect(await awsClients(options).s3()).not.toBe(await awsClients(options).s3());
  });

  it('a bucket stands in the path behind an address of our own, and in the host at AWS', async () => {
    expect((await awsClients({ region: 'eu-west-1' }).s3()).config.forcePathStyle).toBeFalsy();
    const own = awsClients({ region: 'eu-west-1', endpointUrl: 'http://localhost:9' });
    expect((await own.s3()).config.forcePathStyle).toBe(true);
  });

  for (const variable of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3']) {
    it(`${variable} puts the bucket into the path as --endpoint-url does`, async () => {
      vi.stubEnv(variable, 'http://localhost:9');
      expect((await awsClients({ region: 'eu-west-1' }).s3()).config.forcePathStyle).toBe(true);
    });
  }
});
