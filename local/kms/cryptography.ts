import { randomBytes } from 'node:crypto';
import { invalidCiphertext } from './ciphertext.ts';
import { invalid, KmsError, notOffered } from './errors.ts';
import { type KmsKey, requireUsable } from './keystore.ts';
import { authorizedKey, type KmsCall, type KmsOperation, type KmsState } from './operation.ts';
import { canonicalContext, optionalString, requiredBlob, requiredString } from './parameters.ts';

const ALGORITHM = 'SYMMETRIC_DEFAULT';
const MAXIMUM_PLAINTEXT = 4096;
const MAXIMUM_CIPHERTEXT = 6144;

/** `GenerateDataKey` */
export const generateDataKey: KmsOperation = (call, kms) => {
  const { parameters } = call;
  refuseRecipient(call);
  const length = dataKeyLength(call);
  const context = canonicalContext(parameters);
  const key = usableKey(call, kms);
  const plaintext = randomBytes(length);
  return {
    KeyId: key.arn,
    Plaintext: plaintext.toString('base64'),
    CiphertextBlob: kms.box.seal({ ...ownerOf(key), plaintext }, context).toString('base64'),
    KeyMaterialId: key.materialId,
  };
};

function dataKeyLength({ parameters }: KmsCall): number {
  const { NumberOfBytes: bytes } = parameters;
  const spec = optionalString(parameters, 'KeySpec');
  if ((spec === undefined) === (bytes === undefined)) {
    throw invalid('Please specify either number of bytes or key spec.');
  }
  if (spec === 'AES_256') return 32;
  if (spec === 'AES_128') return 16;
  if (typeof bytes === 'number' && Number.isInteger(bytes) && bytes >= 1 && bytes <= 1024) return bytes;
  throw invalid('1 validation error detected: unknown key spec or number of bytes');
}

/** `Encrypt` */
export const encrypt: KmsOperation = (call, kms) => {
  const plaintext = requiredBlob(call.parameters, 'Plaintext', MAXIMUM_PLAINTEXT);
  requireSymmetric(call);
  const context = canonicalContext(call.parameters);
  const key = usableKey(call, kms);
  const blob = kms.box.seal({ ...ownerOf(key), plaintext }, context);
  return { KeyId: key.arn, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: ALGORITHM };
};

/** `Decrypt`: the blob names its key; a `KeyId` in the request must name the same one. */
export const decrypt: KmsOperation = (call, kms) => {
  refuseRecipient(call);
  requireSymmetric(call);
  const blob = requiredBlob(call.parameters, 'CiphertextBlob', MAXIMUM_CIPHERTEXT);
  const context = canonicalContext(call.parameters);
  const wanted = optionalString(call.parameters, 'KeyId');
  const named = wanted === undefined ? undefined : authorizedKey(wanted, call, kms);
  if (named !== undefined) requireUsable(named);
  const sealed = kms.box.open(blob, context);
  const key = kms.store.in({ account: sealed.account, region: call.caller.region }).keys.get(sealed.keyId);
  if (key === undefined) throw invalidCiphertext();
  if (named !== undefined && named !== key) {
    throw new KmsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  }
  kms.authorize(call.caller, call.operation, key.arn);
  requireUsable(key);
  refuseDryRun(call);
  return {
    KeyId: key.arn,
    Plaintext: sealed.plaintext.toString('base64'),
    EncryptionAlgorithm: ALGORITHM,
    KeyMaterialId: key.materialId,
  };
};

function usableKey(call: KmsCall, kms: KmsState): KmsKey {
  const key = authorizedKey(requiredString(call.parameters, 'KeyId'), call, kms);
  requireUsable(key);
  refuseDryRun(call);
  return key;
}

/** A dry run ends here: KMS tells by this error that the call would have succeeded. */
function refuseDryRun(call: KmsCall): void {
  if (call.parameters.DryRun !== true) return;
  throw new KmsError(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
  );
}

function requireSymmetric(call: KmsCall): void {
  const algorithm = optionalString(call.parameters, 'EncryptionAlgorithm') ?? ALGORITHM;
  if (algorithm === ALGORITHM) return;
  throw new KmsError('InvalidKeyUsageException', `${algorithm} cannot be used with a symmetric key.`);
}

function refuseRecipient(call: KmsCall): void {
  if (call.parameters.Recipient !== undefined) throw notOffered('Recipient');
}

function ownerOf(key: KmsKey): { account: string; region: string; keyId: string } {
  return { account: key.account, region: key.region, keyId: key.keyId };
}
