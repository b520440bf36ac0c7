declare const brand: unique symbol;

/** A KMS key ARN that has been read by `parseKeyReference`. */
export type KeyArn = string & { readonly [brand]: 'KeyArn' };

export interface KeyArnReference {
  readonly kind: 'key-arn';
  readonly arn: KeyArn;
  readonly region: string;
  readonly account: string;
  readonly keyId: string;
}
export interface KeyIdReference {
  readonly kind: 'key-id';
  readonly keyId: string;
}
/** `name` includes the leading `alias/`. */
export interface AliasNameReference {
  readonly kind: 'alias-name';
  readonly name: string;
}
export interface AliasArnReference {
  readonly kind: 'alias-arn';
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
}
export type AliasReference = AliasNameReference | AliasArnReference;
/** The four forms in which AWS names a KMS key: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id */
export type KeyReference = KeyArnReference | KeyIdReference | AliasReference;

const KEY_ID = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const ALIAS_NAME = /^alias\/[A-Za-z0-9/_-]{1,250}$/;
/** The Region is shaped like those of every partition, and short enough for a label of a host name, which it will be asked under. */
const ARN = /^arn:(aws[a-z-]*):kms:([a-z]{2,8}(?:-[a-z]{2,16}){1,3}-\d{1,2}):(\d{12}):(key|alias)\/(.+)$/;

/** The alias of the AWS-managed key that S3 uses where `aws:kms` is asked for without a key. */
export const AWS_MANAGED_S3_ALIAS = 'alias/aws/s3';

/** True for a bare key id: a lower-case UUID, or `mrk-` and 32 hexadecimal digits. */
export const isKeyId = (text: string): boolean => KEY_ID.test(text);

/** True for `alias/` and a name that KMS accepts. */
export const isAliasName = (text: string): boolean => ALIAS_NAME.test(text);

/** Reads any of the four forms; `undefined` for everything else. An unknown word is never taken for a key id. */
export function parseKeyReference(text: string): KeyReference | undefined {
  if (isKeyId(text)) return { kind: 'key-id', keyId: text };
  if (isAliasName(text)) return { kind: 'alias-name', name: text };
  const [, , region, account, type, id] = ARN.exec(text) ?? [];
  if (region === undefined || account === undefined || id === undefined) return undefined;
  if (type === 'key') {
    return isKeyId(id) ? { kind: 'key-arn', arn: text as KeyArn, region, account, keyId: id } : undefined;
  }
  const name = `alias/${id}`;
  return isAliasName(name) ? { kind: 'alias-arn', arn: text, region, account, name } : undefined;
}

/** How a reference is written: the text that `parseKeyReference` reads back. */
export function referenceText(reference: KeyReference): string {
  switch (reference.kind) {
    case 'key-arn':
    case 'alias-arn':
      return reference.arn;
    case 'key-id':
      return reference.keyId;
    case 'alias-name':
      return reference.name;
  }
}
