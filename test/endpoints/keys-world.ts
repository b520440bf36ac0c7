import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { KmsKeyDirectory } from '../../src/aws/kms-key-directory.ts';
import { type KeysWorld, REGION } from '../contract/key-directory.ts';
import { keyReference } from '../support/keys.ts';
import type { Endpoint } from './endpoint.ts';

/** One client for each account and Region. */
class KmsClients {
  readonly #endpoint: Endpoint;
  readonly #clients = new Map<string, KMSClient>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  at(account: string, region: string): KMSClient {
    const place = `${account} ${region}`;
    const known = this.#clients.get(place);
    if (known !== undefined) return known;
    const client = new KMSClient({ ...this.#endpoint.others, region });
    if (account !== this.#endpoint.account) actAs(client, account);
    this.#clients.set(place, client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }
}

/** A world of the contract of `KeyDirectory` over the wire. Keys that it made are scheduled for deletion. */
export async function keysWorld(endpoint: Endpoint): Promise<KeysWorld> {
  const { account: own } = endpoint;
  const clients = new KmsClients(endpoint);
  const clientOf = (arn: string): KMSClient => {
    const { account, region } = keyReference(arn);
    return clients.at(account, region);
  };
  const made: string[] = [];
  return {
    keys: new KmsKeyDirectory(async (region = REGION) => clients.at(own, region)),
    account: own,
    createKey: async ({ account = own, region = REGION, aliases = [] } = {}) => {
      const client = clients.at(account, region);
      const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
      const arn = KeyMetadata?.Arn ?? '';
      made.push(arn);
      for (const AliasName of aliases) {
        await client.send(new CreateAliasCommand({ AliasName, TargetKeyId: arn }));
      }
      return arn;
    },
    setState: async (arn, state) => {
      const [client, KeyId] = [clientOf(arn), keyReference(arn).keyId];
      if (state === 'Disabled') await client.send(new DisableKeyCommand({ KeyId }));
      if (state === 'PendingDeletion') await client.send(new ScheduleKeyDeletionCommand({ KeyId }));
    },
    managedKey: async () => {
      const { KeyMetadata } = await clients
        .at(own, REGION)
        .send(new DescribeKeyCommand({ KeyId: 'alias/aws/s3' }));
      return KeyMetadata?.Arn ?? '';
    },
    deny: () => Promise.reject(new Error('nothing can be denied to the owner')),
    throttle: () => Promise.reject(new Error('KMS cannot be made to throttle')),
    wrap: async (KeyId, context) => {
      const EncryptionContext = Object.fromEntries(context);
      const { CiphertextBlob } = await clientOf(KeyId).send(
        new EncryptCommand({ KeyId, Plaintext: Buffer.from('data key'), EncryptionContext }),
      );
      return Buffer.from(CiphertextBlob ?? []).toString('base64');
    },
    close: async () => {
      if (!endpoint.vanishes) await Promise.all(made.map((arn) => deleted(clientOf(arn), arn)));
      clients.close();
    },
  };
}

/** A key that a test has scheduled for deletion is so already. */
async function deleted(client: KMSClient, arn: string): Promise<void> {
  const KeyId = keyReference(arn).keyId;
  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
  if (KeyMetadata?.KeyState === 'PendingDeletion') return;
  await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
}

/** moto takes the account from this header; no other endpoint is asked for another account than its own. */
function actAs(client: KMSClient, account: string): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      if (typeof request === 'object' && request !== null && 'headers' in request) {
        (request.headers as Record<string, string>)['x-moto-account-id'] = account;
      }
      return next(args);
    },
    { step: 'build', name: 'actAs' },
  );
}
