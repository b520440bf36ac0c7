import { type Exported, type ExportRequest, exportPolicy } from '../../src/emr/export.ts';
import type { Column } from '../../src/emr/setting.ts';
import { policyOf, TODAY } from '../support/policy.ts';

/** A policy of these rules: lines of YAML, each a rule as a flow map without its id. */
export const rulesOf = (...rules: readonly string[]): string =>
  ['version: 1', 'rules:', ...rules.map((rule, index) => `  - { id: r${index}, ${rule} }`), ''].join('\n');

type Asked = Partial<Omit<ExportRequest, 'policy' | 'column'>>;

/** Exports a policy given as YAML: every rule, one application for each key, no alias known. */
export const exported = (yaml: string, column: Column = 's3-emrfs', asked: Asked = {}): Exported =>
  exportPolicy({
    policy: policyOf(yaml),
    column,
    writes: [],
    flavour: 'ec2',
    singleSession: false,
    resolve: () => undefined,
    today: TODAY,
    ...asked,
  });

/** What each application sets, by its name. */
export const settingsByName = ({ applications }: Exported): Readonly<Record<string, unknown>> =>
  Object.fromEntries(applications.map(({ name, settings }) => [name, Object.fromEntries(settings)]));

export const messagesOf = ({ problems }: Exported): readonly string[] =>
  problems.map(({ id, message }) => `${id}: ${message}`);
