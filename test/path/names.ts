/** Names that the policy, the cases and the world share. Every one is made up. */

export const REGION = 'eu-west-1';
/** Owns the buckets and runs the auditor. */
export const ACME = '111122223333';
/** Trusted by the policy, and writes too. */
export const PARTNER = '444455556666';
/** Writes, and the policy does not trust it. */
export const STRANGER = '777788889999';

const arn = (account: string, keyId: string): string => `arn:aws:kms:${REGION}:${account}:key/${keyId}`;

/** Every customer key of eu-west-1: its account, id and alias. The policy spells the same ids out. */
export const KEYS = {
  finance: { account: ACME, keyId: 'f1000000-0000-4000-8000-000000000001', alias: 'alias/finance' },
  former: { account: ACME, keyId: 'f2000000-0000-4000-8000-000000000002', alias: 'alias/finance-2025' },
  plain: { account: ACME, keyId: 'a1000000-0000-4000-8000-000000000003', alias: 'alias/plain' },
  other: { account: ACME, keyId: 'a2000000-0000-4000-8000-000000000004', alias: 'alias/other' },
  tenantA: { account: ACME, keyId: 'b1000000-0000-4000-8000-000000000005', alias: 'alias/tenant-a' },
  tenantB: { account: ACME, keyId: 'b2000000-0000-4000-8000-000000000006', alias: 'alias/tenant-b' },
  hiveA: { account: ACME, keyId: 'b3000000-0000-4000-8000-000000000007', alias: 'alias/hive-a' },
  lakeDefault: { account: ACME, keyId: 'c1000000-0000-4000-8000-000000000008', alias: 'alias/lake-default' },
  shared: { account: ACME, keyId: 'c2000000-0000-4000-8000-000000000009', alias: 'alias/shared' },
  secret: { account: ACME, keyId: 'c3000000-0000-4000-8000-00000000000a', alias: 'alias/secret' },
  disabled: { account: ACME, keyId: 'd1000000-0000-4000-8000-00000000000b', alias: 'alias/disabled' },
  doomed: { account: ACME, keyId: 'd2000000-0000-4000-8000-00000000000c', alias: 'alias/doomed' },
  many: { account: ACME, keyId: 'mrk-e1000000000040008000000000000000', alias: 'alias/many' },
  partnerShared: { account: PARTNER, keyId: 'c2000000-0000-4000-8000-00000000000d', alias: 'alias/shared' },
  partner: { account: PARTNER, keyId: 'c4000000-0000-4000-8000-00000000000e', alias: 'alias/partner' },
  partnerHidden: {
    account: PARTNER,
    keyId: 'c5000000-0000-4000-8000-00000000000f',
    alias: 'alias/partner-hidden',
  },
  stranger: { account: STRANGER, keyId: 'c6000000-0000-4000-8000-000000000010', alias: 'alias/stranger' },
} as const;

export type KeyName = keyof typeof KEYS;

export const keyArn = (name: KeyName): string => arn(KEYS[name].account, KEYS[name].keyId);
export const aliasArn = (name: KeyName): string =>
  `arn:aws:kms:${REGION}:${KEYS[name].account}:${KEYS[name].alias}`;

/** What each bucket is there for. All belong to ACME and stand in eu-west-1, but for `acme-east`. */
export const BUCKETS = [
  'acme-lake', // plain: AES256 by default
  'acme-versions', // versioned
  'acme-defaults', // aws:kms with alias/lake-default and a bucket key by default
  'acme-drop', // aws:kms with alias/shared by default: an alias that means another key to another writer
  'acme-sealed', // SSE-C is not blocked
  'acme-silent', // sends no notifications: its messages are sent by hand
  'acme-doomed', // deleted before the audit
  'acme-policy', // holds the policy, sends no notifications
] as const;

export type Bucket = (typeof BUCKETS)[number] | 'acme-east';
