import type { KmsKey } from './keystore.ts';

/** `KeyMetadata` as DescribeKey, CreateKey and ReplicateKey answer it. */
export function keyMetadata(key: KmsKey, copies: readonly KmsKey[]): Record<string, unknown> {
  return {
    AWSAccountId: key.account,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: key.createdAt / 1000,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    ...(key.deletionDate === undefined ? {} : { DeletionDate: key.deletionDate / 1000 }),
    ...(key.state === 'PendingReplicaDeletion'
      ? { PendingDeletionWindowInDays: key.pendingWindowInDays }
      : {}),
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: key.primaryRegion !== undefined,
    ...(key.primaryRegion === undefined ? {} : { MultiRegionConfiguration: multiRegion(key, copies) }),
    CurrentKeyMaterialId: key.materialId,
  };
}

function multiRegion(key: KmsKey, copies: readonly KmsKey[]): Record<string, unknown> {
  const member = (copy: KmsKey) => ({ Arn: copy.arn, Region: copy.region });
  const primary = copies.find((copy) => copy.region === copy.primaryRegion) ?? key;
  return {
    MultiRegionKeyType: key.region === key.primaryRegion ? 'PRIMARY' : 'REPLICA',
    PrimaryKey: member(primary),
    ReplicaKeys: copies.filter((copy) => copy !== primary).map(member),
  };
}
