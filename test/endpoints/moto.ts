import { randomUUID } from 'node:crypto';
import { type ClientConfig, type Endpoint, environmentOf, type NoEndpoint, REGION } from './endpoint.ts';
import { makeKeys } from './kms-keys.ts';
import { commandOnPath, freePort, ServerProcess } from './processes.ts';
import { sqsNotifications } from './sqs-notifications.ts';

const ACCOUNT = '123456789012';

/** Starts `moto_server` where it is on the PATH. */
export async function startMoto(): Promise<Endpoint | NoEndpoint> {
  const command = commandOnPath('moto_server');
  if (command === undefined)
    return { why: 'moto_server is not on the PATH (Python: pip install "moto[server]")' };
  const port = await freePort();
  const server = new ServerProcess(command, ['-H', '127.0.0.1', '-p', String(port)]);
  const endpoint = `http://127.0.0.1:${port}`;
  const config: ClientConfig = {
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'any' },
  };
  try {
    await server.until(() => fetch(`${endpoint}/moto-api/data.json`));
    return {
      ...{ name: 'moto', account: ACCOUNT, s3: config, others: config, own: ['kms', 'alerts'] },
      ...{ env: environmentOf(config, config), keys: await makeKeys(config), kmsNeedsKey: false },
      notifications: () => sqsNotifications(config, config, `events-${randomUUID()}`, 0),
      vanishes: true,
      close: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
