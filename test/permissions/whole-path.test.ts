import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFunction } from '../../local/lambda/function.ts';
import { failuresOf, sqsEvent } from '../path/bench.ts';
import { type Bundle, bundleHandler } from '../path/bundle.ts';
import { s3Notification } from '../path/messages.ts';
import { recordsOf } from '../path/seen.ts';
import type { Given } from '../template/parameters.ts';
import { Functions } from './functions.ts';
import { Machine } from './machine.ts';
import { ACCOUNT, KEYS, LAKE, REGION, REPORTS } from './names.ts';
import { ALL_PARAMETERS, functionOf } from './roles.ts';
import { Site } from './site.ts';

const { Policy: _ssm, ...IN_S3 } = ALL_PARAMETERS;
const ALL_ON: Given = IN_S3;
/** The functions, without any feature that grants more. */
const ALL_OFF: Given = { DirectEvents: 'on', BatchOperations: 'on', ReportBucket: REPORTS };

const KEYS_AUDITED = [
  'plain/right',
  'plain/version',
  'plain/wrong',
  'plain/gone',
  'alias/right',
  'tenants/b/of-a',
  'sealed/file',
  'proven/right',
];
const VERDICTS = [
  'alias/right: compliant',
  'plain/gone: gone',
  'plain/right: compliant',
  'plain/version: compliant',
  'plain/wrong: violation, SSE_ALGORITHM_NOT_ALLOWED, DEFAULT_APPLIED',
  'proven/right: compliant',
  'sealed/file: compliant',
  'tenants/b/of-a: violation, KMS_KEY_NOT_ALLOWED, KEY_OF_ANOTHER_RULE',
];
const UNDECIDED = [
  'proven/right: unknown, CSE_PROOF_UNDECIDED ["AccessDeniedException"]',
  'sealed/file: unknown, INSTRUCTION_FILE_UNREADABLE "it is under SSE-KMS, and the feature InstructionFiles, which allows kms:Decrypt by way of S3, is off"',
];

let site: Site;
let bundle: Bundle;
beforeAll(async () => {
  site = await Site.start();
  bundle = await bundleHandler('audit-queue');
}, 60_000);
afterAll(async () => {
  await site.close();
  await bundle.remove();
});

const refused = (): readonly string[] =>
  site.iam
    .asked()
    .filter(({ decision }) => decision !== 'allowed')
    .map(({ role, action, resource }) => `${role}: ${action} on ${resource}`);

const expected = (given: Given): readonly string[] =>
  given.Proof === 'on'
    ? VERDICTS
    : [...VERDICTS.filter((line) => !/^(proven|sealed)/.test(line)), ...UNDECIDED].sort();

/** A listing finds the instruction file, which fares as its object does, and nothing that is gone. */
const listed = (given: Given): readonly string[] =>
  expected(given)
    .flatMap((line) => (/^sealed/.test(line) ? [line, line.replace(':', '.instruction:')] : [line]))
    .filter((line) => !/gone/.test(line))
    .toSorted();

/** With Proof off a policy that asks for proof is told that it has none: the attempt is the one thing refused. */
const expectedRefusals = (given: Given, ...roles: readonly string[]): readonly string[] =>
  given.Proof === 'on' ? [] : roles.map((role) => `${role}: kms:Decrypt on ${KEYS.proof}`);

describe.each([
  ['with every feature on', ALL_ON],
  ['with every feature off', ALL_OFF],
])('under the roles of the template, %s', (_, given) => {
  it('the bundled audit-queue audits, alerts and is refused nothing that it holds', async () => {
    const deployment = await site.deploy(given);
    const { role, environment } = functionOf(deployment.stack, 'AuditQueueFunction');
    const { accessKeyId } = deployment.credentials(role);
    const started = await startFunction({
      ...{ bundle: bundle.file, handler: 'handler', account: ACCOUNT, region: REGION, name: 'audit-queue' },
      timeoutSeconds: 20,
      environment: { ...environment, AWS_ENDPOINT_URL: site.aws.endpoint, AWS_ACCESS_KEY_ID: accessKeyId },
    });
    try {
      const bodies = KEYS_AUDITED.map((key) => s3Notification({ bucket: LAKE, ...site.written(key) }));
      expect(failuresOf(await started.invoke(sqsEvent(...bodies)))).toEqual([]);
      const told = recordsOf(started.logs()).map(({ object, outcome }) => `${object.key}: ${outcome}`);
      const wanted = expected(given).map((line) => line.split(',')[0] ?? '');
      expect(told.sort()).toEqual(wanted.filter((line) => /: (violation|unknown)$/.test(line)));
    } finally {
      await started.stop();
    }
    const digests = given.Proof === 'on' ? 2 : 4;
    expect((await site.received()).map((messages) => messages.length)).toEqual([digests, digests]);
    expect(refused()).toEqual(expectedRefusals(given, 'AuditRole'));
  });

  it('audit-event, s3-batch-operations, and the state machine with its functions do the same', async () => {
    const deployment = await site.deploy(given);
    const functions = new Functions(site, deployment);
    const objects = KEYS_AUDITED.map((key) => ({ bucket: LAKE, ...site.written(key) }));
    await functions.event(JSON.parse(s3Notification(...objects)));
    expect(functions.verdicts.splice(0).sort()).toEqual(expected(given));
    const tasks = objects.map(({ bucket, key, versionId = null }) => ({
      ...{ taskId: key, s3Key: key, s3VersionId: versionId },
      s3Bucket: bucket,
    }));
    const job = { invocationSchemaVersion: '2.0', invocationId: 'i', job: { id: 'j' }, tasks };
    const { results } = await functions.job(job);
    expect(results.length).toBe(KEYS_AUDITED.length);
    expect(functions.verdicts.splice(0).sort()).toEqual(expected(given));
    const name = given.Proof === 'on' ? 'on' : 'off';
    const ended = await new Machine(site, deployment, functions).run(name, { prefix: '' });
    expect(ended).toEqual(['SUCCEEDED after Begin, Source, AuditListing, Summarise, IsComplete, Done']);
    // An instruction file is judged once more while it waits for its object.
    expect([...new Set(functions.verdicts)].sort()).toEqual(listed(given));
    const proofs = expectedRefusals(given, 'AuditRole', 'AuditRole', 'ReauditRole');
    expect(refused()).toEqual(proofs);
  });

  it('nothing is written but below reaudit/ in the report bucket', async () => {
    const writes = site.iam.asked().filter(({ action }) => /^s3:(?!Get|List)/.test(action));
    expect(writes.length).toBeGreaterThan(0);
    for (const { resource } of writes) expect(resource).toMatch(/^arn:aws:s3:::acme-reports\/reaudit\//);
  });
});
