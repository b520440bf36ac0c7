import type { Caller, Clock, KeyLookup, LocalRequest, LocalResponse, LocalService } from '../service.ts';
import { createAlias, deleteAlias, listAliases, updateAlias } from './aliases.ts';
import { CiphertextBox } from './ciphertext.ts';
import { createKmsControl, type KmsControl } from './control.ts';
import { decrypt, encrypt, generateDataKey } from './cryptography.ts';
import { KmsError } from './errors.ts';
import * as keys from './keys.ts';
import { KeyStore, requireUsable } from './keystore.ts';
import { accessDenied, type KmsOperation, type KmsState } from './operation.ts';
import { readParameters } from './parameters.ts';

export type { KmsControl } from './control.ts';

export interface KmsOptions {
  readonly clock: Clock;
}

/** Why KMS will not do what S3 asks of it. */
export interface KmsRefusal {
  /** KMS's name for the error, for example `DisabledException`. */
  readonly name: string;
  readonly message: string;
}

/** What S3 asks of KMS: which key a reference names, and whether that key can be used now. */
export interface KeysForS3 extends KeyLookup {
  /** The refusal of that operation for that caller, `undefined` when KMS would do it. */
  refusal(keyArn: string, caller: Caller, operation: string): KmsRefusal | undefined;
}

export interface LocalKms extends LocalService, KeysForS3 {
  readonly control: KmsControl;
}

const OPERATIONS: ReadonlyMap<string, KmsOperation> = new Map([
  ['CreateKey', keys.createKey],
  ['DescribeKey', keys.describeKey],
  ['ListKeys', keys.listKeys],
  ['EnableKey', keys.enableKey],
  ['DisableKey', keys.disableKey],
  ['ScheduleKeyDeletion', keys.scheduleKeyDeletion],
  ['CancelKeyDeletion', keys.cancelKeyDeletion],
  ['ReplicateKey', keys.replicateKey],
  ['CreateAlias', createAlias],
  ['UpdateAlias', updateAlias],
  ['DeleteAlias', deleteAlias],
  ['ListAliases', listAliases],
  ['GenerateDataKey', generateDataKey],
  ['Encrypt', encrypt],
  ['Decrypt', decrypt],
]);

const TARGET_PREFIX = 'TrentService.';

/** A KMS that speaks AWS JSON 1.1, and answers S3's questions about keys in process. */
export function createKms(options: KmsOptions): LocalKms {
  const store = new KeyStore(options.clock);
  const { control, authorize, throttled } = createKmsControl(store);
  const state: KmsState = { store, box: new CiphertextBox(), authorize };
  return {
    control,
    handle: async (request) => {
      if (throttled()) return errorResponse(new KmsError('ThrottlingException', 'Rate exceeded'));
      return answer(request, state);
    },
    keyArn: (reference, caller) => quietly(() => store.resolve(reference, caller).arn),
    managedS3Key: (caller) => store.managedS3Key(caller).arn,
    refusal: (keyArn, caller, operation) => refusal(keyArn, caller, operation, state),
  };
}

function answer(request: LocalRequest, state: KmsState): LocalResponse {
  const target = request.headers['x-amz-target'] ?? '';
  const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
  const operation = OPERATIONS.get(name);
  if (request.method !== 'POST' || operation === undefined) {
    return errorResponse(new KmsError('UnknownOperationException', `${target} is not implemented.`), 501);
  }
  const parameters = readParameters(request.body);
  if (parameters === undefined) return errorResponse(new KmsError('SerializationException', ''));
  try {
    const output = operation({ operation: name, parameters, caller: request.caller }, state);
    return json(200, output === undefined ? '' : JSON.stringify(output));
  } catch (error) {
    if (error instanceof KmsError) return errorResponse(error);
    throw error;
  }
}

/** An error as KMS answers it. */
export function errorResponse(error: KmsError, status = 400): LocalResponse {
  return json(status, JSON.stringify({ __type: error.name, message: error.message }));
}

function json(status: number, body: string): LocalResponse {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body };
}

function quietly(resolve: () => string): string | undefined {
  try {
    return resolve();
  } catch (error) {
    if (error instanceof KmsError) return undefined;
    throw error;
  }
}

function refusal(keyArn: string, caller: Caller, operation: string, state: KmsState): KmsRefusal | undefined {
  try {
    const key = state.store.resolve(keyArn, caller);
    // The policy of an AWS-managed key admits its own account only.
    if (key.manager === 'AWS' && key.account !== caller.account)
      throw accessDenied(caller, operation, keyArn);
    state.authorize(caller, operation, key.arn);
    requireUsable(key);
    return undefined;
  } catch (error) {
    if (error instanceof KmsError) return { name: error.name, message: error.message };
    throw error;
  }
}
