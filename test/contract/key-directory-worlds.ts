import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { type LocalClientConfig, startLocalAws } from '../../local/aws.ts';
import type { KeyDirectory } from '../../src/audit/ports.ts';
import { keyReference } from '../support/keys.ts';
import { MemoryKeys } from '../support/memory.ts';
import { type KeysHarness, type KeysWorld, OWN_ACCOUNT, REGION } from './key-directory.ts';

/** The port over plain memory, which the tests of the audit stand on. */
export function memoryKeys(differs: Readonly<Record<string, string>>): KeysHarness {
  return { name: 'MemoryKeys', differs, make: async () => memoryWorld() };
}

function memoryWorld(): KeysWorld {
  const keys = new MemoryKeys();
  let made = 0;
  const createKey: KeysWorld['createKey'] = async ({
    account = OWN_ACCOUNT,
    region = REGION,
    aliases,
  } = {}) => {
    made += 1;
    const arn = `arn:aws:kms:${region}:${account}:key/00000000-0000-0000-0000-${String(made).padStart(12, '0')}`;
    for (const name of aliases ?? []) {
      keys.point(name, arn).point(`arn:aws:kms:${region}:${account}:${name}`, arn);
    }
    return arn;
  };
  return {
    keys,
    createKey,
    setState: async (arn, state) => void keys.describe(arn, 'CUSTOMER', state),
    managedKey: async () => {
      const arn = await createKey();
      keys.describe(arn, 'AWS');
      return arn;
    },
    deny: async (arn, denied) => {
      keys.aliasesTold = !denied;
      if (arn === 'all') return;
      keys.aliasesTold = true;
      keys.keys.set(arn, { kind: 'denied' });
      keys.proofs.delete(arn);
      for (const [name, answer] of keys.aliases) {
        if (answer.kind === 'key' && answer.arn === arn) keys.aliases.set(name, { kind: 'denied' });
      }
    },
    throttle: async (throttled) => {
      keys.failNext = throttled ? 100 : 0;
    },
    wrap: async (arn) => {
      keys.proofs.set(arn, { kind: 'proven' });
      return 'AAAA';
    },
    close: async () => {},
  };
}

/** Any adapter over the KMS of the local AWS; `connect` is given how to reach it in a Region. */
export function localAwsKeys(
  name: string,
  connect: (config: (region: string) => LocalClientConfig) => KeyDirectory,
  differs: Readonly<Record<string, string>> = {},
): KeysHarness {
  return { name, differs, make: async () => localWorld(connect) };
}

async function localWorld(
  connect: (config: (region: string) => LocalClientConfig) => KeyDirectory,
): Promise<KeysWorld> {
  const aws = await startLocalAws();
  const clients = new Map<string, KMSClient>();
  const clientAt = (account: string, region: string): KMSClient => {
    const place = `${account} ${region}`;
    const client = clients.get(place) ?? new KMSClient(aws.clientConfig(account, region));
    clients.set(place, client);
    return client;
  };
  const clientOf = (arn: string): KMSClient => {
    const { account, region } = keyReference(arn);
    return clientAt(account, region);
  };
  return {
    keys: connect((region) => aws.clientConfig(OWN_ACCOUNT, region)),
    createKey: async ({ account = OWN_ACCOUNT, region = REGION, aliases = [] } = {}) => {
      const client = clientAt(account, region);
      const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
      const TargetKeyId = KeyMetadata?.KeyId ?? '';
      for (const AliasName of aliases) await client.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
      return KeyMetadata?.Arn ?? '';
    },
    setState: async (KeyId, state) => {
      if (state === 'Disabled') await clientOf(KeyId).send(new DisableKeyCommand({ KeyId }));
      if (state === 'PendingDeletion') await clientOf(KeyId).send(new ScheduleKeyDeletionCommand({ KeyId }));
    },
    managedKey: async () =>
      aws.kms.managedS3Key({ account: OWN_ACCOUNT, region: REGION, accessKeyId: 'LOCAL' }),
    deny: async (arn, denied) => aws.kms.control.setDenied(OWN_ACCOUNT, arn, '*', denied),
    throttle: async (throttled) => aws.kms.control.throttleNext(throttled ? 100 : 0),
    wrap: async (KeyId, context) => {
      const Plaintext = Buffer.from('data key');
      const EncryptionContext = Object.fromEntries(context);
      const { CiphertextBlob } = await clientOf(KeyId).send(
        new EncryptCommand({ KeyId, Plaintext, EncryptionContext }),
      );
      return Buffer.from(CiphertextBlob ?? []).toString('base64');
    },
    close: async () => {
      for (const client of clients.values()) client.destroy();
      await aws.close();
    },
  };
}
