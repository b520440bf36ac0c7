import fc from 'fast-check';
import { expect, it } from 'vitest';
import { importPolicy } from '../../src/emr/import.ts';
import { type Prediction, predictWrites, withKey } from '../../src/emr/predict.ts';
import { COLUMNS, type Column, type Setting } from '../../src/emr/setting.ts';
import type { BucketDefault } from '../../src/encryption/bucket-default.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { audit, codesOf, testBed, written } from '../support/audit.ts';
import { FUZZ_RUNS, FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { found } from '../support/memory.ts';
import { TODAY } from '../support/policy.ts';
import { anySettings, likelySettings } from './settings.ts';

const [MANAGED, OTHER] = [keyArn('e'), keyArn('f')];

const anyTarget = fc.record({
  bucket: fc.oneof(fc.constantFrom('acme-lake', 'acme.logs', 'other'), fc.string()),
  prefix: fc.oneof(
    fc.constantFrom('', 'a/', 'a', '{x}/', '# "\n: /'),
    fc.string({ unit: 'binary' }),
    fc.string(),
  ),
});

it('any configuration is imported as text that parses, with as many rules as are told', {
  timeout: FUZZ_TIMEOUT,
}, () => {
  const targets = fc.array(anyTarget, { maxLength: 4 });
  fc.assert(
    fc.property(anySettings, targets, fc.constantFrom(...COLUMNS), (settings, wanted, column) => {
      const readings = [{ settings, problems: [] }];
      const { text, rules } = importPolicy({ readings, column, targets: wanted });
      expect(text).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
      expect(text).toMatch(/^version: 1$/m);
      const { policy, problems } = parsePolicy(text, { today: TODAY });
      if (rules === 0) {
        expect(problems.map(({ id }) => id)).toEqual(['policy/missing-key']);
        return;
      }
      expect(problems.filter(({ level }) => level === 'error')).toEqual([]);
      expect(policy?.rules.length).toBe(rules);
    }),
    { numRuns: fuzzRuns() },
  );
});

const connectorOf = (column: Column) => (column === 's3-emrfs' ? 'emrfs' : 's3a');
const LATE: BucketDefault = { algorithm: 'AES256', bucketKeyEnabled: false, blockedTypes: [] };

function predictionOf(settings: readonly Setting[], column: Column): Prediction | undefined {
  const scheme = column === 's3a-s3a' ? 's3a' : 's3';
  const place = { source: 'flag' };
  return predictWrites({
    settings,
    s3Connector: connectorOf(column),
    writes: [{ uri: `${scheme}://acme-lake/out/`, settings: [], place }],
    defaults: new Map([['acme-lake', LATE]]),
  })[0];
}

it('what a client writes satisfies the rule that was imported from it, and what another writes does not', {
  timeout: FUZZ_TIMEOUT,
}, async () => {
  const column = fc.constantFrom(...COLUMNS);
  let judged = 0;
  await fc.assert(
    fc.asyncProperty(likelySettings, column, async (settings, at) => {
      const released = at === 's3-emrfs' ? 'emr-7.9.0' : 'emr-7.10.0';
      const targets = [{ bucket: 'acme-lake', prefix: 'out/' }];
      const quiet = settings.filter(({ name }) => !name.endsWith('.impl'));
      const { text, rules } = importPolicy({
        readings: [{ settings: quiet, problems: [] }],
        column: at,
        targets,
        released,
      });
      const prediction = predictionOf(quiet, at);
      if (prediction?.kind !== 'head' || prediction.hidden || rules === 0) return;
      const asked = prediction.serverSideKey?.reference;
      const managed = asked?.kind === 'alias-name' && asked.name === 'alias/aws/s3';
      const resolved = managed ? MANAGED : asked?.kind === 'alias-name' ? keyArn('a') : undefined;
      const { head } = resolved === undefined ? prediction : withKey(prediction, keyReference(resolved).arn);
      const bed = testBed(text);
      bed.keys.describe(MANAGED, 'AWS').point('alias/finance', keyArn('a'));
      if (prediction.instructionFile !== undefined) {
        bed.files.put('acme-lake/out/part-00000.instruction', prediction.instructionFile);
      }
      bed.heads
        .put('acme-lake/out/part-00000', found(head))
        .put('acme-lake/out/other', found({ ...head, kmsKeyId: OTHER }));
      const record = await audit(bed, written('acme-lake/out/part-00000'));
      if (record.outcome === 'uncovered') return;
      judged += 1;
      expect([record.outcome, codesOf(record)]).toEqual(['compliant', []]);
      if (prediction.serverSideKey?.from !== 'client') return;
      const different = await audit(bed, written('acme-lake/out/other'));
      expect(codesOf(different)).toContain('KMS_KEY_NOT_ALLOWED');
    }),
    { numRuns: fuzzRuns() },
  );
  // With few draws it is chance.
  if (FUZZ_RUNS >= 1000) expect(judged).toBeGreaterThan(FUZZ_RUNS / 4);
});
