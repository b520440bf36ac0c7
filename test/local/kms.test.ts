import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';

const REGION = 'eu-west-1';
const DAY = 86_400_000;

let aws: LocalAws;
let kms: KMSClient;
let account: string;
let accountCount = 0;
let now = Date.UTC(2026, 10, 21);
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

const alias = (AliasName: string, TargetKeyId: string) =>
  kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
const describeKey = (KeyId: string, by = kms) => by.send(new DescribeKeyCommand({ KeyId }));
const failure = (name: string, message?: unknown) => ({
  name,
  ...(message === undefined ? {} : { message }),
  $metadata: { httpStatusCode: 400 },
});

describe('DescribeKey', () => {
  it('finds a key by id, ARN, alias name and alias ARN', async () => {
    const { KeyId, Arn } = await newKey({ Description: 'orders' });
    await alias('alias/orders', KeyId);
    const aliasArn = `arn:aws:kms:${REGION}:${account}:alias/orders`;
    for (const reference of [KeyId, Arn, 'alias/orders', aliasArn]) {
      expect((await describeKey(reference)).KeyMetadata).toMatchObject({
        AWSAccountId: account,
        KeyId,
        Arn,
        CreationDate: new Date(now),
        Enabled: true,
        Description: 'orders',
        KeyUsage: 'ENCRYPT_DECRYPT',
        KeyState: 'Enabled',
        Origin: 'AWS_KMS',
        KeyManager: 'CUSTOMER',
        KeySpec: 'SYMMETRIC_DEFAULT',
        MultiRegion: false,
      });
    }
  });

  it('finds the key of another account by ARN only', async () => {
    const { KeyId, Arn } = await newKey();
    const stranger = client('999988887777', REGION);
    expect((await describeKey(Arn, stranger)).KeyMetadata?.Arn).toBe(Arn);
    await expect(describeKey(KeyId, stranger)).rejects.toMatchObject(failure('NotFoundException'));
  });

  it('says in AWS words what it cannot find', async () => {
    const missing = '00000000-0000-4000-8000-000000000000';
    const prefix = `arn:aws:kms:${REGION}:${account}`;
    await expect(describeKey(missing)).rejects.toMatchObject(
      failure('NotFoundException', `Key '${prefix}:key/${missing}' does not exist`),
    );
    await expect(describeKey('alias/none')).rejects.toMatchObject(
      failure('NotFoundException', `Alias ${prefix}:alias/none is not found.`),
    );
    await expect(describeKey('odd')).rejects.toMatchObject(
      failure('NotFoundException', "Invalid keyId 'odd'"),
    );
    const elsewhere = `arn:aws:kms:us-east-1:${account}:key/${missing}`;
    await expect(describeKey(elsewhere)).rejects.toMatchObject(
      failure('NotFoundException', 'Invalid arn us-east-1'),
    );
    await expect(describeKey('arn:aws:s3:::b')).rejects.toMatchObject(failure('InvalidArnException'));
  });

  it('makes the AWS-managed key of S3 on first use, one for each account and Region', async () => {
    const first = (await describeKey('alias/aws/s3')).KeyMetadata;
    expect(first?.KeyManager).toBe('AWS');
    expect((await describeKey('alias/aws/s3')).KeyMetadata?.Arn).toBe(first?.Arn);
    const elsewhere = await describeKey('alias/aws/s3', client(account, 'us-east-1'));
    expect(elsewhere.KeyMetadata?.Arn).not.toBe(first?.Arn);
    expect(aws.kms.managedS3Key({ account, region: REGION, accessKeyId: '' })).toBe(first?.Arn);
  });
});

describe('aliases', () => {
  it('are listed in pages, with the unused alias of S3 that has no target yet', async () => {
    const { KeyId } = await newKey();
    for (const name of ['c', 'a', 'b']) await alias(`alias/${name}`, KeyId);
    const names: unknown[] = [];
    let Marker: string | undefined;
    do {
      const page = await kms.send(new ListAliasesCommand({ Limit: 2, ...(Marker ? { Marker } : {}) }));
      expect(page.Aliases?.length).toBeLessThanOrEqual(2);
      names.push(...(page.Aliases ?? []).map(({ AliasName, TargetKeyId }) => [AliasName, TargetKeyId]));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    expect(names).toEqual([
      ['alias/a', KeyId],
      ['alias/aws/s3', undefined],
      ['alias/b', KeyId],
      ['alias/c', KeyId],
    ]);
    const managed = (await describeKey('alias/aws/s3')).KeyMetadata?.KeyId;
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId: managed }));
    expect(Aliases).toMatchObject([{ AliasName: 'alias/aws/s3', TargetKeyId: managed }]);
  });

  it('can be pointed at another key and deleted', async () => {
    const [one, two] = [await newKey(), await newKey()];
    await alias('alias/moving', one.KeyId);
    await kms.send(new UpdateAliasCommand({ AliasName: 'alias/moving', TargetKeyId: two.Arn }));
    expect((await describeKey('alias/moving')).KeyMetadata?.Arn).toBe(two.Arn);
    await kms.send(new DeleteAliasCommand({ AliasName: 'alias/moving' }));
    await expect(describeKey('alias/moving')).rejects.toMatchObject(failure('NotFoundException'));
  });

  it.each([
    ['that exists', 'alias/taken', 'AlreadyExistsException'],
    ['reserved for AWS', 'alias/aws/mine', 'NotAuthorizedException'],
    ['without its prefix', 'mine', 'InvalidAliasNameException'],
  ])('cannot take a name %s', async (_what, name, error) => {
    const { KeyId } = await newKey();
    await alias('alias/taken', KeyId);
    await expect(alias(name, KeyId)).rejects.toMatchObject(failure(error));
  });

  it('point at keys of their own account, not at aliases', async () => {
    const { KeyId } = await newKey();
    await alias('alias/a', KeyId);
    await expect(alias('alias/b', 'alias/a')).rejects.toMatchObject(failure('ValidationException'));
  });
});

describe('the state of a key', () => {
  it('stops cryptography while disabled, and DescribeKey still answers', async () => {
    const { KeyId, Arn } = await newKey();
    const encrypt = () => kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
    await kms.send(new DisableKeyCommand({ KeyId }));
    expect((await describeKey(KeyId)).KeyMetadata).toMatchObject({ KeyState: 'Disabled', Enabled: false });
    await expect(encrypt()).rejects.toMatchObject(failure('DisabledException', `${Arn} is disabled.`));
    await kms.send(new EnableKeyCommand({ KeyId }));
    await encrypt();
  });

  it('pending deletion has a date, can be cancelled into disabled, and otherwise ends with the key', async () => {
    const { KeyId, Arn } = await newKey();
    await alias('alias/doomed', KeyId);
    const schedule = () => kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(await schedule()).toMatchObject({ KeyId: Arn, DeletionDate: new Date(now + 7 * DAY) });
    const encrypt = kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
    await expect(encrypt).rejects.toMatchObject(
      failure('KMSInvalidStateException', `${Arn} is pending deletion.`),
    );
    await kms.send(new CancelKeyDeletionCommand({ KeyId }));
    expect((await describeKey(KeyId)).KeyMetadata?.KeyState).toBe('Disabled');
    await schedule();
    now += 7 * DAY;
    await expect(describeKey(KeyId)).rejects.toMatchObject(failure('NotFoundException'));
    await expect(describeKey('alias/doomed')).rejects.toMatchObject(failure('NotFoundException'));
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([]);
  });
});

describe('the controls', () => {
  it('deny one operation on one key, and take it back', async () => {
    const { KeyId, Arn } = await newKey();
    aws.kms.control.setDenied(account, Arn, 'DescribeKey');
    await expect(describeKey(KeyId)).rejects.toMatchObject(failure('AccessDeniedException'));
    await describeKey((await newKey()).KeyId);
    aws.kms.control.setDenied(account, Arn, 'DescribeKey', false);
    await describeKey(KeyId);
    aws.kms.control.setDenied(account, 'all', 'ListAliases');
    await expect(kms.send(new ListAliasesCommand({}))).rejects.toMatchObject(
      failure('AccessDeniedException'),
    );
  });

  it('throttle the next requests, by name and with HTTP 400', async () => {
    const { KeyId } = await newKey();
    aws.kms.control.throttleNext(1);
    await expect(describeKey(KeyId)).rejects.toMatchObject(failure('ThrottlingException'));
    await describeKey(KeyId);
  });

  it('make a key with a given id and alias', async () => {
    const arn = aws.kms.control.createKey({
      account,
      region: REGION,
      keyId: 'chosen',
      alias: 'alias/chosen',
    });
    expect((await describeKey('alias/chosen')).KeyMetadata?.Arn).toBe(arn);
    expect(arn).toBe(`arn:aws:kms:${REGION}:${account}:key/chosen`);
  });
});

it('an operation that is not here is refused as unknown', async () => {
  const grant = kms.send(
    new CreateGrantCommand({ KeyId: 'k', GranteePrincipal: 'p', Operations: ['Decrypt'] }),
  );
  await expect(grant).rejects.toMatchObject({ name: 'UnknownOperationException' });
});
