import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exported, ExportedSession } from '../../src/emr/export.ts';
import {
  type Job,
  type PlannedWrite,
  type Prediction,
  predictWrites,
  withKey,
} from '../../src/emr/predict.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderSparkSubmit } from '../../src/emr/render-spark-submit.ts';
import { COLUMNS, type Column, type Setting } from '../../src/emr/setting.ts';
import type { BucketDefault } from '../../src/encryption/bucket-default.ts';
import { referenceText } from '../../src/keys/reference.ts';
import { audit, codesOf, testBed, written } from '../support/audit.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { found } from '../support/memory.ts';
import { exported, rulesOf } from './export-support.ts';

const ALIASES: Readonly<Record<string, string>> = {
  'alias/finance': keyArn('d'),
  'alias/tenant-a': keyArn('e'),
  'alias/tenant-b': keyArn('f'),
};

const SSE = [
  '{ algorithm: [AES256] }',
  '{ algorithm: [AES256, "aws:kms"] }',
  '{ algorithm: ["aws:kms:dsse", AES256] }',
  `{ key: "${keyArn('a')}" }`,
  `{ key: "${keyArn('b')}", algorithm: ["aws:kms"] }`,
  `{ key: ["${keyArn('b')}", "${keyArn('a')}"] }`,
  `{ key: "${keyArn('a')}", algorithm: ["aws:kms:dsse"] }`,
  '{ key: [old, alias/finance] }',
  '{ key: alias/finance }',
  '{ algorithm: ["aws:fsx"] }',
];
const CSE = [
  'forbidden',
  'required',
  `{ key: "${keyArn('a')}" }`,
  `{ key: "${keyArn('b')}", wrap: [kms], format: [V2] }`,
  '{ key: alias/finance, wrap: [kms, kms+context] }',
  `{ key: "${keyArn('a')}", suite: [AES/GCM/NoPadding] }`,
  '{ wrap: [kms+context] }',
  `{ key: "${keyArn('a')}", context: { team: a } }`,
];
const MATCHES = [
  's3://acme-lake/',
  's3://acme-lake/a/',
  's3://acme-lake/a/deep/',
  's3://acme-lake/tenants/{tenant}/',
  's3://acme-lake/tenants/b/',
  's3://acme-drop/',
  's3://acme-*/logs/',
];
const WRITES = [
  's3://acme-lake/a/',
  's3://acme-lake/a/deep/er',
  's3://acme-lake/tenants/a/',
  's3a://acme-lake/tenants/b/x/',
  's3://acme-lake/tenants/$(x)/',
  's3://acme-lake/other/',
  's3://acme-drop/',
  's3://acme-drop/logs/',
];

const anyRequirement = fc.oneof(
  { arbitrary: fc.constantFrom(...SSE).map((sse) => `sse: ${sse}`), weight: 4 },
  fc.constantFrom(...CSE).map((cse) => `cse: ${cse}`),
  fc.tuple(fc.constantFrom(...SSE), fc.constantFrom(...CSE)).map(([sse, cse]) => `sse: ${sse}, cse: ${cse}`),
);

const anyRequest = fc.record({
  column: fc.constantFrom(...COLUMNS),
  flavour: fc.constantFrom('ec2' as const, 'eks' as const),
  singleSession: fc.boolean(),
  known: fc.boolean(),
  bucketDefaults: fc.constantFrom('where-one-key-serves' as const, 'never' as const),
  writes: fc.subarray(WRITES),
  rules: fc.subarray(MATCHES, { minLength: 1 }).chain((matches) =>
    fc.tuple(
      ...matches.map((match) => {
        const tenants = fc.constant('sse: { key: "alias/tenant-{tenant}" }');
        const wants = match.includes('{') ? fc.oneof(tenants, anyRequirement) : anyRequirement;
        return wants.map((want) => `match: "${match}", ${want}`);
      }),
    ),
  ),
});
type Asked = typeof anyRequest extends fc.Arbitrary<infer T> ? T : never;

const yamlOf = ({ rules }: Asked): string =>
  `${rulesOf(...rules)}keys: { old: [{ key: "${keyArn('c')}", until: 2026-11-20 }] }\n`;

const exportOf = (asked: Asked): Exported =>
  exported(yamlOf(asked), asked.column, {
    ...asked,
    resolve: (alias) => (asked.known ? arnOf(referenceText(alias)) : undefined),
  });

const arnOf = (alias: string) => {
  const arn = ALIASES[alias];
  return arn === undefined ? undefined : keyReference(arn).arn;
};

const setting = ([name, value]: readonly [string, string]): Setting => ({
  name,
  value,
  layer: 'job',
  place: { source: 'session' },
});

/** The session's own configuration after each step, as Hadoop's mutable one is. */
function writesOf({ steps }: ExportedSession, column: Column): readonly PlannedWrite[] {
  const held = new Map<string, string>();
  return steps.map(({ prefix, set, unset }) => {
    for (const name of unset) held.delete(name);
    for (const [name, value] of set) held.set(name, value);
    return plannedWrite(prefix, column, [...held].map(setting));
  });
}

const plannedWrite = (prefix: string, column: Column, settings: readonly Setting[] = []): PlannedWrite => ({
  uri: column === 's3a-s3a' ? prefix.replace(/^s3:/, 's3a:') : prefix,
  settings,
  place: { source: 'test' },
});

/** What would be written by everything that was exported, one job for each application. */
function predictions({ applications, bucketDefaults, singleSession }: Exported, column: Column) {
  const fallback: BucketDefault = { algorithm: 'AES256', bucketKeyEnabled: false, blockedTypes: [] };
  const defaults = new Map<string, BucketDefault>(
    bucketDefaults.map(({ bucket, encryption }) => [bucket as string, encryption]),
  );
  for (const bucket of ['acme-lake', 'acme-drop']) defaults.set(bucket, defaults.get(bucket) ?? fallback);
  const job = (settings: readonly Setting[], writes: readonly PlannedWrite[]): Job => ({
    settings,
    writes,
    s3Connector: column === 's3-emrfs' ? 'emrfs' : 's3a',
    defaults,
  });
  const jobs = [
    ...applications.map((app) =>
      job(
        readConfiguration(renderSparkSubmit(app), 'exported').settings,
        app.prefixes.map((prefix) => plannedWrite(prefix, column)),
      ),
    ),
    ...(singleSession === undefined
      ? []
      : [job(singleSession.base.map(setting), writesOf(singleSession, column))]),
    ...bucketDefaults
      .filter(({ serves }) => serves === 'whole-bucket')
      .map(({ prefixes }) =>
        job(
          [],
          prefixes.map((prefix) => plannedWrite(prefix, column)),
        ),
      ),
  ];
  return jobs.map(predictWrites);
}

async function verdictOf(prediction: Prediction, yaml: string): Promise<string> {
  if (prediction.kind !== 'head') return `${prediction.code}: ${prediction.why}`;
  const reference = prediction.serverSideKey?.reference;
  const arn = reference === undefined ? undefined : arnOf(referenceText(reference));
  const { head } = arn === undefined ? prediction : withKey(prediction, arn);
  const bed = testBed(yaml);
  for (const [alias, key] of Object.entries(ALIASES)) bed.keys.point(alias, key);
  const place = `${prediction.bucket}/${prediction.key}`;
  bed.heads.put(place, found({ ...head, lastModifiedMs: Date.parse('2026-11-21T01:00:00Z') }));
  const record = await audit(bed, written(place));
  return record.outcome === 'compliant' ? 'compliant' : `${record.outcome} ${codesOf(record).join(' ')}`;
}

describe('whatever is exported', () => {
  it('has everything that it writes compliant under the policy', { timeout: FUZZ_TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(anyRequest, async (asked) => {
        const all = predictions(exportOf(asked), asked.column).flat();
        const verdicts = await Promise.all(
          all.map(async (one) => `${one.write.uri} ${await verdictOf(one, yamlOf(asked))}`),
        );
        expect(verdicts).toEqual(all.map((one) => `${one.write.uri} compliant`));
      }),
      { numRuns: fuzzRuns({ every: 10 }) },
    );
  });

  it('gives no cached client two keys, and each write the client that its settings ask for', {
    timeout: FUZZ_TIMEOUT,
  }, () => {
    fc.assert(
      fc.property(anyRequest, (asked) => {
        for (const session of predictions(exportOf(asked), asked.column)) {
          for (const one of session) expect(one.client.encryption).toEqual(one.asked.encryption);
          const cached = session.filter(({ client }) => !client.cacheDisabled);
          expect(new Set(cached.map(({ client }) => JSON.stringify(client.encryption))).size).toBeLessThan(2);
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('covers every write that was asked for, or names it as not exported with a problem', {
    timeout: FUZZ_TIMEOUT,
  }, () => {
    fc.assert(
      fc.property(anyRequest, (asked) => {
        const { applications, bucketDefaults, singleSession, notExported, problems } = exportOf(asked);
        const covered = new Set([
          ...applications.flatMap(({ prefixes }) => prefixes),
          ...bucketDefaults.flatMap(({ prefixes }) => prefixes),
          ...(singleSession?.steps.map(({ prefix }) => prefix) ?? []),
          ...notExported,
        ]);
        for (const write of asked.writes) {
          const folder = write.replace(/^s3a:/, 's3:').replace(/\/?$/, '/');
          expect(covered).toContain(folder);
        }
        expect(problems.length).toBeGreaterThanOrEqual(notExported.length > 0 ? 1 : 0);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
