import { describe, expect, it } from 'vitest';
import { readConfFlag } from '../../src/emr/read-conf-line.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { readEmrfsShorthand } from '../../src/emr/read-emrfs-shorthand.ts';

const MEBI = 1024 * 1024;
const ids = (text: string, source = 'f'): string[] =>
  readConfiguration(text, source).problems.map(({ id }) => id);

describe('a text that is made to break a reader', () => {
  it('longer than two Mi characters is not read, as a file or as a flag', () => {
    const text = ' '.repeat(2 * MEBI + 1);
    expect(ids(text)).toEqual(['emr/too-large']);
    expect(readConfFlag(text, 'f').problems.map(({ id }) => id)).toEqual(['emr/too-large']);
    expect(readEmrfsShorthand(text, 'f').problems.map(({ id }) => id)).toEqual(['emr/too-large']);
  });

  it('of a million brackets is refused as JSON where it nests too deep', () => {
    const { problems } = readConfiguration('['.repeat(MEBI), 'f');
    expect(problems.map(({ id }) => id)).toEqual(['emr/syntax']);
    expect(problems[0]).toMatchObject({ place: { line: 1, column: 65 } });
  });

  it('of a hundred thousand elements within each other is no configuration', () => {
    expect(ids('<a>'.repeat(100_000))).toEqual(['emr/too-large']);
  });

  it('with entities that multiply is refused, and nothing is expanded', () => {
    const lines = Array.from({ length: 30 }, (_, i) => `<!ENTITY l${i + 1} "&l${i};&l${i};">`).join('');
    const xml = `<!DOCTYPE x [<!ENTITY l0 "ha">${lines}]><configuration>&l30;</configuration>`;
    expect(ids(xml)).toEqual(['emr/syntax']);
  });

  it('with an entity of a file is refused', () => {
    const xml = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><configuration>&f;</configuration>';
    expect(ids(xml)).toEqual(['emr/syntax']);
  });

  it('with JSON in JSON in JSON is read to its end', () => {
    let text = '{"EncryptionConfiguration":{}}';
    for (let depth = 0; depth < 12; depth++) text = JSON.stringify({ SecurityConfiguration: text });
    expect(ids(text)).toEqual(['emr/no-s3-encryption']);
  });

  it('with ten thousand misspelt properties says where it stopped to compare', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => [`fs.s3a.encryption.ke${i}`, 'x']);
    const text = JSON.stringify([{ Classification: 'core-site', Properties: Object.fromEntries(names) }]);
    expect(ids(text)).toContain('emr/too-large');
  });

  it.each([
    ['open expansions', `spark-submit ${'${'.repeat(MEBI / 2)}`],
    ['open substitutions', `spark-submit ${'$('.repeat(MEBI / 2)}`],
    ['backslashes', `spark.x ${'\\'.repeat(MEBI)}y`],
    [
      'dots',
      JSON.stringify([
        { Classification: 'core-site', Properties: { [`fs.s3a.bucket.${'.'.repeat(MEBI)}`]: 'x' } },
      ]),
    ],
    ['open braces', `spark.hadoop.fs.s3.cse.enabled ${'{{'.repeat(MEBI / 2)}`],
    ['quotes', `spark-submit ${'"'.repeat(MEBI)}`],
    ['blanks', `aws${' '.repeat(MEBI)}x`],
    ['brackets in the short form', `Encryption=${'['.repeat(MEBI)}`],
  ])('of very many %s is read in the time that its length takes', (_what, text) => {
    expect(text.length).toBeLessThan(2 * MEBI);
    expect(ids(text).length).toBeGreaterThan(0);
  });
});

describe('text that a terminal would act on', () => {
  const nasty = 'fs.s3a.encryption\u001B[31m\u202E\uD800.key';

  it.each([
    ['JSON', JSON.stringify([{ Classification: `x${nasty}`, Properties: { [nasty]: nasty } }])],
    ['spark-submit', `spark-submit --conf ${nasty}=x --properties-file ${nasty} a.py`],
    [
      'XML',
      `<configuration><property><name>${'fs.s3a.encryption\u202E.key'}</name><value>x</value></property></configuration>`,
    ],
    ['a release', JSON.stringify({ ReleaseLabel: nasty, SecurityConfiguration: nasty })],
    ['the short form', `Encryption=${nasty},${nasty}=x`],
  ])('in %s is shown printable in every message and path', (_what, text) => {
    const { problems } = readConfiguration(text, 'f');
    expect(problems.length).toBeGreaterThan(0);
    for (const { message, place } of problems) {
      expect(`${message} ${place.path ?? ''}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }
  });

  it('named __proto__ is a name like any other', () => {
    const text =
      '[{"Classification":"emrfs-site","__proto__":{"Properties":{"fs.s3.cse.enabled":"true"}},"Properties":{"__proto__":"x","constructor":"y"}}]';
    const { settings, problems } = readConfiguration(text, 'f');
    expect(settings).toEqual([]);
    expect(problems.map(({ id }) => id)).toEqual(['emr/unknown-property', 'emr/no-s3-encryption']);
    expect(Object.hasOwn(Object.prototype, 'Properties')).toBe(false);
  });

  it('that is an XML attribute named as a member of every object is no name of a property', () => {
    expect(ids('<configuration><property value="x"/></configuration>')).toEqual(['emr/no-s3-encryption']);
  });
});
