/** The partition that a Region belongs to: the first field of every ARN, and the scope of bucket names. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('us-isob-')) return 'aws-iso-b';
  if (region.startsWith('us-iso-')) return 'aws-iso';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
}

/** The ARN of a key. */
export function keyArnOf(account: string, region: string, keyId: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:key/${keyId}`;
}

/** The ARN of an alias, whose name starts with `alias/`. */
export function aliasArnOf(account: string, region: string, aliasName: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:${aliasName}`;
}

export interface KmsArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  /** `key/<key id>` or `alias/<name>`. */
  readonly resource: string;
}

const KMS_ARN = /^arn:([a-z-]+):kms:([a-z0-9-]+):([0-9]{12}):((?:key|alias)\/.+)$/;

/** The fields of a key ARN or alias ARN, `undefined` when it is neither. */
export function parseKmsArn(text: string): KmsArn | undefined {
  const [, partition, region, account, resource] = KMS_ARN.exec(text) ?? [];
  if (partition === undefined || region === undefined || account === undefined || resource === undefined) {
    return undefined;
  }
  return { partition, region, account, resource };
}
