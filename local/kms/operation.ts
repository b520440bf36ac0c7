import type { Caller } from '../service.ts';
import type { CiphertextBox } from './ciphertext.ts';
import { KmsError } from './errors.ts';
import type { KeyStore, KmsKey } from './keystore.ts';
import type { Parameters } from './parameters.ts';

export interface KmsState {
  readonly store: KeyStore;
  readonly box: CiphertextBox;
  /** Throws `AccessDeniedException` where a test has denied the caller. */
  readonly authorize: (caller: Caller, operation: string, keyArn: string | undefined) => void;
}

export interface KmsCall {
  readonly operation: string;
  readonly parameters: Parameters;
  readonly caller: Caller;
}

export type KmsOperation = (call: KmsCall, kms: KmsState) => Record<string, unknown> | undefined;

/** The key that a call names by any of the four forms, with the caller authorised to use it. */
export function authorizedKey(reference: string, call: KmsCall, kms: KmsState): KmsKey {
  const key = kms.store.resolve(reference, call.caller);
  kms.authorize(call.caller, call.operation, key.arn);
  return key;
}

/** The key that a management call names by key id or key ARN, which must be a customer's key in its own account. */
export function managedByCaller(reference: string, call: KmsCall, kms: KmsState): KmsKey {
  if (reference.startsWith('alias/') || reference.includes(':alias/')) {
    throw new KmsError('NotFoundException', `Invalid keyId '${reference}'`);
  }
  const key = authorizedKey(reference, call, kms);
  if (key.manager === 'AWS' || key.account !== call.caller.account) {
    throw accessDenied(call.caller, call.operation, key.arn);
  }
  return key;
}

/** The refusal that KMS gives a caller without permission: HTTP 400, told apart by its name. */
export function accessDenied(caller: Caller, operation: string, keyArn: string | undefined): KmsError {
  const user = `arn:aws:iam::${caller.account}:user/${caller.accessKeyId}`;
  const resource = keyArn === undefined ? '' : ` on resource: ${keyArn}`;
  return new KmsError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: kms:${operation}${resource}`,
  );
}
