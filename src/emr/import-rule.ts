import { AWS_MANAGED_S3_ALIAS, type KeyReference, referenceText } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { ClientEncryption, ConfiguredKey } from './client-encryption.ts';
import { list, scalar } from './import-text.ts';
import type { Column } from './setting.ts';

/** What a client does, as a requirement of a policy, or why it can be none. */
export type ImportedRequirement =
  | {
      readonly kind: 'rule';
      /** Lines of YAML inside the rule: `sse: {...}` or `cse: {...}`. */
      readonly lines: readonly string[];
      /** What to know about the rule, one sentence each. */
      readonly remarks: readonly string[];
      /** There where the policy resolves the alias in another account than the writer may. */
      readonly alias?: string;
    }
  /** Nothing is asked for: the bucket's default decides, so there is nothing to require. */
  | { readonly kind: 'unstated' }
  | { readonly kind: 'none'; readonly id: 'emr/not-expressible' | 'reported'; readonly why: string };

const none = (why: string): ImportedRequirement => ({ kind: 'none', id: 'emr/not-expressible', why });
const reported = (why: string): ImportedRequirement => ({ kind: 'none', id: 'reported', why });

/** Takes what a client does and gives the requirement that holds for what it writes, and for nothing weaker. */
export function requirementOf(encryption: ClientEncryption, column: Column): ImportedRequirement {
  switch (encryption.type) {
    case 'unstated':
      return { kind: 'unstated' };
    case 'sse-s3':
      return { kind: 'rule', lines: [`sse: { algorithm: ${list(['AES256'])} }`], remarks: [] };
    case 'sse-kms':
      return serverSide('aws:kms', encryption.key);
    case 'dsse-kms':
      return serverSide('aws:kms:dsse', encryption.key);
    case 'sse-c':
      return none(
        'SSE-C cannot be required: HEAD shows nothing of it without the key, and every rule refuses it',
      );
    case 'cse-kms':
      return clientSide(encryption, column);
    case 'cse-custom':
      return {
        kind: 'rule',
        lines: ['cse: required'],
        remarks: [
          "a class of the user's supplies the key, so any envelope passes: add what its envelopes hold, for example a description",
          ...instructionRemarks(encryption.storage),
        ],
      };
    case 'undecided':
      return reported(`what the client does cannot be told: ${encryption.why}`);
    default:
      return assertNever(encryption);
  }
}

function serverSide(algorithm: 'aws:kms' | 'aws:kms:dsse', key: ConfiguredKey): ImportedRequirement {
  if (key.kind === 'unresolved') return unresolved(key.text);
  if (key.kind === 'reference' && isForeignAwsAlias(key.reference)) return awsAlias(key.reference);
  const managed = key.kind === 'absent';
  const text = managed ? AWS_MANAGED_S3_ALIAS : referenceText(key.reference);
  const remarks = managed ? ['no key is set, so S3 takes the AWS-managed key aws/s3'] : [];
  return {
    kind: 'rule',
    lines: [`sse: { algorithm: ${list([algorithm])}, key: ${scalar(text)} }`],
    remarks,
    ...(managed ? {} : aliasOf(key.reference)),
  };
}

type ClientSide = Extract<ClientEncryption, { type: 'cse-kms' }>;

function clientSide({ key, wrap, storage }: ClientSide, column: Column): ImportedRequirement {
  if (key.kind === 'unresolved') return unresolved(key.text);
  if (key.kind === 'absent') return reported('client-side encryption under KMS is asked for without a key');
  if (isForeignAwsAlias(key.reference)) return awsAlias(key.reference);
  if (aliasName(key.reference) === AWS_MANAGED_S3_ALIAS) {
    return none('aws/s3 is no key for client-side encryption: S3 alone may use it');
  }
  const text = referenceText(key.reference);
  const instruction = instructionRemarks(storage);
  if (wrap === 'kms') {
    const lines = [`cse: { key: ${scalar(text)}, wrap: ${list(['kms'])} }`];
    return { kind: 'rule', lines, remarks: instruction, ...aliasOf(key.reference) };
  }
  const presumed =
    column === 's3-emrfs'
      ? ['that version 2 of EMRFS wraps with kms+context is presumed and not documented: check one object']
      : [];
  const untold = `HEAD cannot tell the key ${text} of an envelope under kms+context: to have it proven, write key: ${text} beside wrap, with proof: decrypt-dry-run`;
  return {
    kind: 'rule',
    lines: [`cse: { wrap: ${list(['kms+context'])} }`],
    remarks: [untold, ...presumed, ...instruction],
  };
}

const instructionRemarks = (storage: ClientSide['storage']): readonly string[] =>
  storage === 'instruction-file'
    ? ['the envelope is in an instruction file: the auditor has to be allowed to read those']
    : [];

const unresolved = (text: string): ImportedRequirement =>
  reported(`the key ${scalar(text)} is a placeholder, or names no key`);

const awsAlias = (reference: KeyReference): ImportedRequirement =>
  none(`${referenceText(reference)} is an alias of AWS's own that no policy can name: S3 uses aws/s3 alone`);

const aliasName = (reference: KeyReference): string | undefined =>
  'name' in reference ? reference.name : undefined;

const isForeignAwsAlias = (reference: KeyReference): boolean =>
  aliasName(reference)?.startsWith('alias/aws/') === true && aliasName(reference) !== AWS_MANAGED_S3_ALIAS;

function aliasOf(reference: KeyReference): { readonly alias?: string } {
  const name = aliasName(reference);
  return name === undefined || name === AWS_MANAGED_S3_ALIAS ? {} : { alias: referenceText(reference) };
}
