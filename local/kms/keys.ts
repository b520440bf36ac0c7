import { KmsError, notOffered } from './errors.ts';
import type { KmsKey } from './keystore.ts';
import { keyMetadata } from './metadata.ts';
import {
  authorizedKey,
  type KmsCall,
  type KmsOperation,
  type KmsState,
  managedByCaller,
} from './operation.ts';
import { page } from './page.ts';
import { integerBetween, optionalString, requiredString } from './parameters.ts';

/** `CreateKey` */
export const createKey: KmsOperation = (call, kms) => {
  const { parameters, caller } = call;
  kms.authorize(caller, call.operation, undefined);
  for (const name of ['CustomKeyStoreId', 'XksKeyId']) {
    if (parameters[name] !== undefined) throw notOffered(name);
  }
  requireOnly(optionalString(parameters, 'KeySpec'), 'SYMMETRIC_DEFAULT');
  requireOnly(optionalString(parameters, 'CustomerMasterKeySpec'), 'SYMMETRIC_DEFAULT');
  requireOnly(optionalString(parameters, 'KeyUsage'), 'ENCRYPT_DECRYPT');
  requireOnly(optionalString(parameters, 'Origin'), 'AWS_KMS');
  const key = kms.store.create({
    account: caller.account,
    region: caller.region,
    description: optionalString(parameters, 'Description'),
    primaryRegion: parameters.MultiRegion === true ? caller.region : undefined,
  });
  return { KeyMetadata: keyMetadata(key, kms.store.copiesOf(key)) };
};

function requireOnly(value: string | undefined, offered: string): void {
  if (value !== undefined && value !== offered) throw notOffered(value);
}

/** `DescribeKey`, which works in every state of a key. */
export const describeKey: KmsOperation = (call, kms) => {
  const key = authorizedKey(requiredString(call.parameters, 'KeyId'), call, kms);
  return { KeyMetadata: keyMetadata(key, kms.store.copiesOf(key)) };
};

/** `ListKeys` */
export const listKeys: KmsOperation = (call, kms) => {
  kms.authorize(call.caller, call.operation, undefined);
  const limit = integerBetween(call.parameters, 'Limit', 1, 1000, 100);
  const keys = [...kms.store.in(call.caller).keys.values()];
  return page('Keys', keys, (key) => ({ KeyId: key.keyId, KeyArn: key.arn }), limit, call.parameters);
};

/** `EnableKey` */
export const enableKey: KmsOperation = (call, kms) => setEnabled(call, kms, 'Enabled');

/** `DisableKey` */
export const disableKey: KmsOperation = (call, kms) => setEnabled(call, kms, 'Disabled');

function setEnabled(call: KmsCall, kms: KmsState, state: 'Enabled' | 'Disabled'): undefined {
  const key = managedByCaller(requiredString(call.parameters, 'KeyId'), call, kms);
  requireNotPending(key);
  kms.store.setState(key, state);
}

function requireNotPending(key: KmsKey): void {
  if (!isPending(key)) return;
  throw new KmsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
}

function isPending(key: KmsKey): boolean {
  return key.state === 'PendingDeletion' || key.state === 'PendingReplicaDeletion';
}

/** `ScheduleKeyDeletion` */
export const scheduleKeyDeletion: KmsOperation = (call, kms) => {
  const key = managedByCaller(requiredString(call.parameters, 'KeyId'), call, kms);
  const window = integerBetween(call.parameters, 'PendingWindowInDays', 7, 30, 30);
  requireNotPending(key);
  // The waiting period of a primary starts only when its last replica is gone.
  const waits = key.region === key.primaryRegion && kms.store.copiesOf(key).length > 1;
  kms.store.setState(key, waits ? 'PendingReplicaDeletion' : 'PendingDeletion', window);
  return {
    KeyId: key.arn,
    KeyState: key.state,
    PendingWindowInDays: window,
    ...(key.deletionDate === undefined ? {} : { DeletionDate: key.deletionDate / 1000 }),
  };
};

/** `CancelKeyDeletion`, after which the key is disabled. */
export const cancelKeyDeletion: KmsOperation = (call, kms) => {
  const key = managedByCaller(requiredString(call.parameters, 'KeyId'), call, kms);
  if (!isPending(key)) {
    throw new KmsError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
  }
  kms.store.setState(key, 'Disabled');
  return { KeyId: key.arn };
};

/** `ReplicateKey` */
export const replicateKey: KmsOperation = (call, kms) => {
  const primary = managedByCaller(requiredString(call.parameters, 'KeyId'), call, kms);
  const region = requiredString(call.parameters, 'ReplicaRegion');
  if (primary.primaryRegion !== primary.region) {
    throw new KmsError('UnsupportedOperationException', `${primary.arn} is not a multi-Region primary key.`);
  }
  requireNotPending(primary);
  const scope = { account: primary.account, region };
  if (kms.store.in(scope).keys.has(primary.keyId)) {
    throw new KmsError('AlreadyExistsException', `${primary.keyId} already exists in ${region}.`);
  }
  const replica = kms.store.create({
    ...scope,
    keyId: primary.keyId,
    description: optionalString(call.parameters, 'Description'),
    primaryRegion: primary.region,
    materialId: primary.materialId,
  });
  return {
    ReplicaKeyMetadata: keyMetadata(replica, kms.store.copiesOf(replica)),
    ReplicaPolicy: '',
    ReplicaTags: [],
  };
};
