import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMR_PROBLEM_LEVELS } from '../../src/emr/problem.ts';
import { readConfFlag } from '../../src/emr/read-conf-line.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { readEmrfsShorthand } from '../../src/emr/read-emrfs-shorthand.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const FRAGMENTS = [
  '{"EncryptionConfiguration":{"EnableAtRestEncryption":true,"AtRestEncryptionConfiguration":{"S3EncryptionConfiguration":',
  '{"EncryptionMode":"SSE-KMS","AwsKmsKey":"alias/x"}',
  '"SecurityConfiguration":',
  '[{"Classification":"emrfs-site","Properties":{',
  '"fs.s3.cse.enabled":"true"',
  '<configuration>',
  '<property><name>fs.s3a.encryption.key</name><value>x</value></property>',
  '</configuration>',
  '<xi:include href="x"/>',
  '<!DOCTYPE x>',
  'spark-submit ',
  '--conf ',
  'spark.hadoop.fs.s3a.encryption.key=',
  'spark.hadoop.fs.s3.cse.enabled true\n',
  'aws emr create-cluster ',
  '--emrfs ',
  'Encryption=ClientSide,ProviderType=KMS,KMSKeyId=',
  '--configurations ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '\\',
  '\n',
  ',',
  ':',
  '$(',
  '${',
  'x}',
  '<',
  '>',
  '\uFEFF',
  '\uD800',
  '\u0000',
  '🔑',
];

/** Every setting has a known place, every problem its level and a printable message; the same text reads the same. */
function isSound(text: string, source: string): void {
  for (const read of [readConfiguration, readConfFlag, readEmrfsShorthand]) {
    const reading = read(text, source);
    const lines = text.replace(/^\uFEFF/, '').split('\n');
    for (const { place } of [...reading.settings, ...reading.problems]) {
      expect(place.source).toBe(source);
      const line = place.line === undefined ? '' : lines[place.line - 1];
      expect(line).toBeDefined();
      if (place.column !== undefined) expect(place.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
    }
    for (const { id, level, message } of reading.problems) {
      expect(EMR_PROBLEM_LEVELS[id]).toBe(level);
      expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }
    const names = reading.settings.map(({ layer, name }) => `${layer} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(read(text, source)).toEqual(reading);
  }
}

test('any text is read or told to be unreadable, with every problem within it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 12 }).map((parts) => parts.join('')),
  );
  const source = fc.constantFrom('f', 'core-site.xml', 'emrfs-site.xml', 'spark-defaults.conf');
  fc.assert(fc.property(text, source, isSound), { numRuns: fuzzRuns() });
});

test('any JSON value, below any key that EMR knows, is read or told', () => {
  const key = fc.constantFrom(
    'Configurations',
    'Properties',
    'Classification',
    'EncryptionConfiguration',
    'SecurityConfiguration',
    'sparkSubmitParameters',
    'HadoopJarStep',
    'Args',
    'ReleaseLabel',
    'Overrides',
    'Type',
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom('Spark', 'emrfs-site', '{"EncryptionConfiguration":{}}'),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => isSound(JSON.stringify(value), 'f')),
    { numRuns: fuzzRuns() },
  );
});
