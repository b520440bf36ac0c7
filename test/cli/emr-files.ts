import { keyArn } from '../support/keys.ts';
import { fileWith } from './run.ts';

export const FINANCE = keyArn('a');
export const PAYROLL = keyArn('b');
export const VAULT = keyArn('c');

/** A policy file of rules, one flow map each. */
export const policyFile = (rules: readonly string[], head = ''): string =>
  fileWith('policy.yaml', `version: 1\n${head}rules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`);

/** A rule of server-side encryption under one key. */
export const sseRule = (id: string, match: string, key: string, more = ''): string =>
  `{ id: ${id}, match: "${match}", sse: { key: "${key}"${more} } }`;

export const TWO_TENANTS: readonly string[] = [
  sseRule('finance', 's3://acme-lake/finance/', FINANCE),
  sseRule('payroll', 's3://acme-lake/payroll/', PAYROLL),
];

/** A Configurations list with one classification. */
export const configuration = (
  properties: Readonly<Record<string, string>>,
  classification = 'core-site',
): string =>
  fileWith(
    'configuration.json',
    JSON.stringify([{ Classification: classification, Properties: properties }]),
  );

/** S3A under SSE-KMS. */
export const s3aUnder = (key: string): string =>
  configuration({ 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': key });
