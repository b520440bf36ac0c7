import { ACCOUNT, REGION } from '../template/evaluate.ts';

export { ACCOUNT, REGION };

const key = (digit: string): string =>
  `arn:aws:kms:${REGION}:${ACCOUNT}:key/${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`;

/** What each key of the world is for. */
export const KEYS = {
  lake: key('1'),
  tenantA: key('2'),
  tenantB: key('3'),
  policy: key('4'),
  topics: key('5'),
  files: key('6'),
  proof: key('7'),
} as const;

export const ALIASES: Readonly<Record<string, keyof typeof KEYS>> = {
  'alias/lake': 'lake',
  'alias/tenant-a': 'tenantA',
  'alias/tenant-b': 'tenantB',
};

export const LAKE = 'acme-lake';
export const CONFIG = 'acme-config';
export const REPORTS = 'acme-reports';
export const INVENTORY = 'acme-inventory';

export const POLICY = `
version: 1
rules:
  - { id: plain, match: s3://${LAKE}/plain/, sse: { key: "${KEYS.lake}" } }
  - { id: alias, match: s3://${LAKE}/alias/, sse: { key: alias/lake } }
  - { id: tenants, match: "s3://${LAKE}/tenants/{tenant}/", sse: { key: "alias/tenant-{tenant}" } }
  - { id: sealed, match: s3://${LAKE}/sealed/, cse: required }
  - { id: proven, match: s3://${LAKE}/proven/, cse: { key: "${KEYS.proof}", proof: decrypt-dry-run } }
`;
