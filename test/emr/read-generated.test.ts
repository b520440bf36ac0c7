import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROPERTIES } from '../../src/emr/properties.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { fuzzRuns } from '../support/fuzz.ts';

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
    { numRuns: fuzzRuns() },
  );
});
