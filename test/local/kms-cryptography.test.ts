import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ReplicateKeyCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

const REGION = 'eu-west-1';

let aws: LocalAws;
let kms: KMSClient;
let account: string;
let accountCount = 0;
const now = Date.UTC(2026, 10, 21);
const clients: KMSClient[] = [];

beforeAll(async () => {
  aws = await startLocalAws({ clock: () => now });
});

afterAll(async () => {
  for (const each of clients) each.destroy();
  await aws.close();
});

beforeEach(() => {
  // A fresh account each time, so that no test sees the keys of another.
  accountCount += 1;
  account = String(100_000_000_000 + accountCount);
  kms = client(account, REGION);
});

function client(owner: string, region: string): KMSClient {
  const made = new KMSClient({ ...aws.clientConfig(owner, region), maxAttempts: 1 });
  clients.push(made);
  return made;
}

async function newKey(input: object = {}) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  return { KeyId: KeyMetadata?.KeyId ?? '', Arn: KeyMetadata?.Arn ?? '', metadata: KeyMetadata };
}

const describeKey = (KeyId: string, by = kms) => by.send(new DescribeKeyCommand({ KeyId }));
const failure = (name: string, message?: unknown) => ({
  name,
  ...(message === undefined ? {} : { message }),
  $metadata: { httpStatusCode: 400 },
});

describe('cryptography', () => {
  const context = { tenant: 'a', purpose: 'b' };
  const Plaintext = Buffer.from('secret');

  async function sealed() {
    const key = await newKey();
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: key.KeyId, Plaintext, EncryptionContext: context }),
    );
    return { ...key, CiphertextBlob: CiphertextBlob ?? new Uint8Array() };
  }

  it('opens what it sealed, in whatever order the context is given', async () => {
    const { Arn, CiphertextBlob } = await sealed();
    const EncryptionContext = { purpose: 'b', tenant: 'a' };
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('secret');
    expect(opened.KeyId).toBe(Arn);
  });

  it('makes data keys that Decrypt gives back', async () => {
    const { KeyId } = await newKey();
    const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob, KeyId }));
    expect(made.Plaintext).toHaveLength(32);
    expect(opened.Plaintext).toEqual(made.Plaintext);
  });

  it('does not show its key in the blob', async () => {
    const { KeyId, CiphertextBlob } = await sealed();
    const shown = Buffer.from(CiphertextBlob).toString('latin1');
    expect(shown).not.toContain(KeyId);
    expect(shown).not.toContain(account);
    expect(shown).not.toContain('secret');
  });

  it('refuses another context, a damaged blob, and a blob that is not its own', async () => {
    const { CiphertextBlob } = await sealed();
    const damaged = Uint8Array.from(CiphertextBlob);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    const attempts: [Uint8Array, Record<string, string>][] = [
      [CiphertextBlob, {}],
      [CiphertextBlob, { ...context, tenant: 'b' }],
      [damaged, context],
      [Buffer.from('not a blob at all, but long enough to be one'), context],
    ];
    for (const [blob, EncryptionContext] of attempts) {
      const decrypt = kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext }));
      await expect(decrypt).rejects.toMatchObject(failure('InvalidCiphertextException'));
    }
  });

  it('refuses to decrypt as another key', async () => {
    const { CiphertextBlob } = await sealed();
    const { KeyId } = await newKey();
    const decrypt = kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context, KeyId }));
    await expect(decrypt).rejects.toMatchObject(failure('IncorrectKeyException'));
  });

  it('ends a dry run with DryRunOperationException when it would succeed, else with the same error', async () => {
    const { KeyId, CiphertextBlob } = await sealed();
    const dry = [
      () => kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context, DryRun: true })),
      () => kms.send(new EncryptCommand({ KeyId, Plaintext, DryRun: true })),
      () => kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', DryRun: true })),
    ];
    for (const run of dry) {
      await expect(run()).rejects.toMatchObject({ name: 'DryRunOperationException' });
    }
    const wrong = kms.send(new DecryptCommand({ CiphertextBlob, DryRun: true }));
    await expect(wrong).rejects.toMatchObject(failure('InvalidCiphertextException'));
    await kms.send(new DisableKeyCommand({ KeyId }));
    for (const run of dry) await expect(run()).rejects.toMatchObject(failure('DisabledException'));
  });
});

describe('multi-Region keys', () => {
  it('share id and material between Regions and open each other’s ciphertext', async () => {
    const { KeyId, Arn } = await newKey({ MultiRegion: true });
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
    const replica = await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'us-east-1' }));
    const replicaArn = `arn:aws:kms:us-east-1:${account}:key/${KeyId}`;
    expect(replica.ReplicaKeyMetadata?.Arn).toBe(replicaArn);
    expect((await describeKey(Arn)).KeyMetadata?.MultiRegionConfiguration).toEqual({
      MultiRegionKeyType: 'PRIMARY',
      PrimaryKey: { Arn, Region: REGION },
      ReplicaKeys: [{ Arn: replicaArn, Region: 'us-east-1' }],
    });
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
    const opened = await client(account, 'us-east-1').send(new DecryptCommand({ CiphertextBlob }));
    expect(opened.KeyId).toBe(replicaArn);
  });

  it('are the only ones that replicate', async () => {
    const { KeyId } = await newKey();
    const replicate = kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'us-east-1' }));
    await expect(replicate).rejects.toMatchObject(failure('UnsupportedOperationException'));
  });
});
