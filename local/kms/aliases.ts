import type { Caller } from '../service.ts';
import { aliasArnOf } from './arn.ts';
import { invalid, KmsError, notFound } from './errors.ts';
import { type KmsAlias, type KmsKey, MANAGED_S3_ALIAS } from './keystore.ts';
import { type KmsCall, type KmsOperation, type KmsState, managedByCaller } from './operation.ts';
import { page } from './page.ts';
import { integerBetween, optionalString, requiredString } from './parameters.ts';

/** `CreateAlias` */
export const createAlias: KmsOperation = (call, kms) => {
  const aliasName = writableAliasName(call);
  const key = aliasTarget(call, kms);
  if (kms.store.in(call.caller).aliases.has(aliasName)) {
    throw new KmsError(
      'AlreadyExistsException',
      `An alias with the name ${arnOf(call.caller, aliasName)} already exists`,
    );
  }
  kms.store.setAlias(call.caller, aliasName, key.keyId);
  return undefined;
};

/** `UpdateAlias`, which points an alias at another key at once. */
export const updateAlias: KmsOperation = (call, kms) => {
  const aliasName = writableAliasName(call);
  requireAlias(call, kms, aliasName);
  kms.store.setAlias(call.caller, aliasName, aliasTarget(call, kms).keyId);
  return undefined;
};

/** `DeleteAlias` */
export const deleteAlias: KmsOperation = (call, kms) => {
  const aliasName = writableAliasName(call);
  kms.authorize(call.caller, call.operation, undefined);
  requireAlias(call, kms, aliasName);
  kms.store.in(call.caller).aliases.delete(aliasName);
  return undefined;
};

function writableAliasName(call: KmsCall): string {
  const aliasName = requiredString(call.parameters, 'AliasName');
  if (!/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(aliasName)) {
    throw new KmsError('InvalidAliasNameException', `Invalid identifier: ${aliasName}`);
  }
  if (aliasName.startsWith('alias/aws/')) {
    throw new KmsError('NotAuthorizedException', 'The prefix alias/aws/ is reserved for AWS managed keys.');
  }
  return aliasName;
}

function aliasTarget(call: KmsCall, kms: KmsState): KmsKey {
  const target = requiredString(call.parameters, 'TargetKeyId');
  if (target.startsWith('alias/') || target.includes(':alias/')) {
    throw invalid('Aliases must refer to keys. Not aliases');
  }
  const key = managedByCaller(target, call, kms);
  if (key.state === 'Enabled' || key.state === 'Disabled') return key;
  throw new KmsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
}

function requireAlias(call: KmsCall, kms: KmsState, aliasName: string): void {
  if (kms.store.in(call.caller).aliases.has(aliasName)) return;
  throw notFound(`Alias ${arnOf(call.caller, aliasName)} is not found.`);
}

function arnOf(caller: Caller, aliasName: string): string {
  return aliasArnOf(caller.account, caller.region, aliasName);
}

/** `ListAliases`; `alias/aws/s3` is there from the start, without a target until its key is made. */
export const listAliases: KmsOperation = (call, kms) => {
  kms.authorize(call.caller, call.operation, undefined);
  const limit = integerBetween(call.parameters, 'Limit', 1, 100, 50);
  const wanted = optionalString(call.parameters, 'KeyId');
  const { aliases } = kms.store.in(call.caller);
  const known: ListedAlias[] = [...aliases.values()];
  if (!aliases.has(MANAGED_S3_ALIAS)) {
    known.push({ aliasName: MANAGED_S3_ALIAS, arn: arnOf(call.caller, MANAGED_S3_ALIAS) });
  }
  const keyId = wanted === undefined ? undefined : kms.store.resolve(wanted, call.caller).keyId;
  const listed = known
    .filter((alias) => keyId === undefined || alias.targetKeyId === keyId)
    .sort((a, b) => (a.aliasName < b.aliasName ? -1 : 1));
  return page('Aliases', listed, renderAlias, limit, call.parameters);
};

type ListedAlias = Pick<KmsAlias, 'aliasName' | 'arn'> & Partial<KmsAlias>;

function renderAlias(alias: ListedAlias): Record<string, unknown> {
  return {
    AliasName: alias.aliasName,
    AliasArn: alias.arn,
    ...(alias.targetKeyId === undefined ? {} : { TargetKeyId: alias.targetKeyId }),
    ...(alias.createdAt === undefined ? {} : { CreationDate: alias.createdAt / 1000 }),
    ...(alias.updatedAt === undefined ? {} : { LastUpdatedDate: alias.updatedAt / 1000 }),
  };
}
