import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExportedApplication } from '../../src/emr/export.ts';
import { importPolicy } from '../../src/emr/import.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderConfigurations } from '../../src/emr/render-configurations.ts';
import { renderStartJobRun } from '../../src/emr/render-eks.ts';
import { renderSparkSubmit, renderSparkSubmitParameters } from '../../src/emr/render-spark-submit.ts';
import { COLUMNS, type Column } from '../../src/emr/setting.ts';
import type { Rule } from '../../src/policy/types.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { keyArn } from '../support/keys.ts';
import { policyOf } from '../support/policy.ts';
import { exported, rulesOf } from './export-support.ts';

/** Every form in which an application can be written down, for both flavours of EMR. */
const FORMS: Readonly<Record<string, (app: ExportedApplication, column: Column) => string>> = {
  'spark-submit': renderSparkSubmit,
  sparkSubmitParameters: renderSparkSubmitParameters,
  'Configurations of EMR on EC2': renderConfigurations,
  'start-job-run of EMR on EKS': renderStartJobRun,
};

const anyKey = fc.oneof(
  fc.constantFrom('a', 'b', 'c').map((digit) => keyArn(digit)),
  fc.constantFrom('alias/finance', 'alias/payroll', `arn:aws:kms:eu-west-1:111122223333:alias/shared`),
  fc.constant('mrk-0123456789abcdef0123456789abcdef'),
);

const serverSide = fc.oneof(
  fc.constant('sse: { algorithm: [AES256] }'),
  anyKey.map((key) => `sse: { algorithm: ["aws:kms"], key: "${key}" }`),
);
const doubled = anyKey.map((key) => `sse: { algorithm: ["aws:kms:dsse"], key: "${key}" }`);
const clientSide = anyKey.map((key) => `cse: { key: "${key}", wrap: [kms] }`);

/** What the column's clients can be asked for in one way alone, so that nothing of it may change. */
const requirementsOf = (column: Column) =>
  column === 's3-emrfs' ? fc.oneof(serverSide, clientSide) : fc.oneof(serverSide, doubled);

const PREFIXES = [
  's3://acme-lake/a/',
  's3://acme-lake/b b/',
  "s3://acme-lake/c'$(x);`/",
  's3://acme-drop/',
  's3://acme-logs/x',
];

const anyPolicy = fc.constantFrom(...COLUMNS).chain((column) =>
  fc.record({
    column: fc.constant(column),
    rules: fc
      .subarray(PREFIXES, { minLength: 1 })
      .chain((prefixes) =>
        fc.tuple(
          ...prefixes.map((prefix) =>
            requirementsOf(column).map((wants) => `match: ${JSON.stringify(prefix)}, ${wants}`),
          ),
        ),
      ),
  }),
);

/** What a rule asks for, without its name and place. */
const asks = ({ sse, cse }: Rule): unknown => ({ sse, cse });

const targetOf = (address: string) => {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(address) ?? [];
  return { bucket, prefix };
};

function reimported(app: ExportedApplication, column: Column, form: string): readonly Rule[] {
  const render = FORMS[form] ?? renderConfigurations;
  const reading = readConfiguration(render(app, column), 'exported');
  expect(reading.problems).toEqual([]);
  const targets = app.prefixes.map(targetOf);
  const { text } = importPolicy({ readings: [reading], column, targets });
  return policyOf(text).rules;
}

describe.each(Object.keys(FORMS))('policy to configuration to policy, as %s', (form) => {
  it('gives every prefix the same requirements, in the three columns', { timeout: FUZZ_TIMEOUT }, () => {
    fc.assert(
      fc.property(anyPolicy, ({ column, rules }) => {
        const yaml = rulesOf(...rules);
        const { applications, notExported } = exported(yaml, column, { bucketDefaults: 'never' });
        expect(notExported).toEqual([]);
        const after = applications.flatMap((app) => reimported(app, column, form));
        const before = policyOf(yaml).rules;
        const byMatch = (list: readonly Rule[]) => new Map(list.map((rule) => [rule.match.text, asks(rule)]));
        expect(byMatch(after)).toEqual(byMatch(before));
        expect(after).toHaveLength(before.length);
      }),
      { numRuns: fuzzRuns({ every: 4 }) },
    );
  });
});
