import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMR_PROBLEM_LEVELS } from '../../src/emr/problem.ts';
import { PROPERTIES } from '../../src/emr/properties.ts';
import { readConfFlag } from '../../src/emr/read-conf-line.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { readEmrfsShorthand } from '../../src/emr/read-emrfs-shorthand.ts';

const numRuns = Number(process.env.FUZZ_RUNS ?? 2000);
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
  fc.assert(fc.property(text, source, isSound), { numRuns });
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
    { numRuns },
  );
});

const names = [...PROPERTIES].filter(([name]) => name.startsWith('fs.'));
const property = fc.constantFrom(...names).chain(([name, { value, perBucket }]) => {
  const values =
    value === 'boolean'
      ? fc.constantFrom('true', 'false')
      : fc.stringMatching(/^[A-Za-z0-9:/_.$"'\\ -]{0,20}$/).map((text) => `x${text}x`);
  const scheme = name.slice(0, name.indexOf('.', 3));
  const bucket = fc.constantFrom('acme-lake', 'acme.dotted.lake');
  const named =
    perBucket && scheme !== 'fs.s3n'
      ? fc.oneof(
          fc.constant(name),
          bucket.map((text) => `${scheme}.bucket.${text}${name.slice(scheme.length)}`),
        )
      : fc.constant(name);
  return fc.tuple(named, values);
});
const properties = fc.uniqueArray(property, { minLength: 1, maxLength: 6, selector: ([name]) => name });
const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const shell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The same properties in the four forms. */
const FORMS: readonly ((list: readonly (readonly [string, string])[]) => string)[] = [
  (list) => JSON.stringify([{ Classification: 'core-site', Properties: Object.fromEntries(list) }]),
  (list) =>
    `<configuration>${list.map(([name, value]) => `<property><name>${name}</name><value>${xml(value)}</value></property>`).join('\n')}</configuration>`,
  (list) =>
    `spark-submit ${list.map(([name, value]) => `--conf ${shell(`spark.hadoop.${name}=${value}`)}`).join(' \\\n  ')} a.py`,
  (list) => list.map(([name, value]) => `spark.hadoop.${name} ${value.replaceAll('\\', '\\\\')}`).join('\n'),
];

test('a set of properties reads the same from Configurations, core-site.xml, spark-submit and spark-defaults.conf', () => {
  fc.assert(
    fc.property(properties, (list) => {
      for (const form of FORMS) {
        const { settings, problems } = readConfiguration(form(list), 'f');
        expect(settings.map(({ name, value }) => [name, value])).toEqual(list);
        expect(problems.filter(({ id }) => id !== 'emr/no-s3-encryption')).toEqual([]);
      }
    }),
    { numRuns },
  );
});
