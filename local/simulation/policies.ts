import { sha256 } from '../../src/compose.ts';
import { ACCOUNT, REGION } from './messages.ts';

const arn = (digits: string): string =>
  `arn:aws:kms:${REGION}:${ACCOUNT}:key/${digits.padStart(8, '0')}-aaaa-4bbb-8ccc-000000000000`;

export const TENANTS = 20;
export const KEYS = {
  plain: arn('1'),
  other: arn('2'),
  third: arn('3'),
  disabled: arn('4'),
  tenant: (number: number): string => arn(`5${number}`),
} as const;

export const LAKE = 'sim-lake';
export const VERSIONS = 'sim-versions';

/**
 * The versions of the policy that are in force one after the other. They differ in one rule: under an even one `moving/`
 * wants the key `plain`, under an odd one the key `other`.
 */
export const policyText = (number: number): string => `version: 1
# number ${number}
defaults: { severity: high, uncovered: alert }
rules:
  - { id: arn, match: s3://${LAKE}/arn/, sse: { key: "${KEYS.plain}" } }
  - { id: alias, match: s3://${LAKE}/alias/, sse: { key: alias/plain } }
  - { id: tenants, match: "s3://${LAKE}/tenants/{tenant}/", sse: { key: "alias/tenant-{tenant}" } }
  - { id: aes, match: s3://${LAKE}/aes/, sse: { algorithm: [AES256] } }
  - { id: managed, match: s3://${LAKE}/managed/, sse: { key: alias/aws/s3 } }
  - { id: any, match: s3://${LAKE}/any/, sse: { algorithm: [aws:kms] } }
  - { id: sealed, match: s3://${LAKE}/sealed/, cse: required }
  - { id: moving, match: s3://${LAKE}/moving/, sse: { key: "${number % 2 === 0 ? KEYS.plain : KEYS.other}" } }
  - { id: versions, match: s3://${VERSIONS}, sse: { key: alias/plain } }
exempt:
  - { match: "s3://${LAKE}/**/_temporary/**", reason: scratch space }
`;

/** What stands where the policy should: each breaks it in another way. */
export const BROKEN: readonly string[] = [
  'version: 1\nrules: []\n',
  policyText(0).replace('sse: { algorithm: [AES256] }', 'sse: { algorithm: [AES257] }'),
  '',
];

export const POLICIES = 6;

/** The number of the policy that has this hash; `undefined` for one that was never in force. */
export const policyOfHash = (hash: string): number | undefined => NUMBERS.get(hash);

const NUMBERS: ReadonlyMap<string, number> = new Map(
  Array.from({ length: POLICIES }, (_, number) => [sha256(policyText(number)), number]),
);
