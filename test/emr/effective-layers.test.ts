import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveClient } from '../../src/emr/effective.ts';
import { COLUMNS, LAYERS, type Setting } from '../../src/emr/setting.ts';
import { referenceText } from '../../src/keys/reference.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { keyArn } from '../support/keys.ts';
import { anySettings, setting } from './settings.ts';

const KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const [K, L] = [keyArn('a'), keyArn('b')];

const under = (...settings: readonly Setting[]) =>
  effectiveClient({
    settings: [setting('fs.s3.enableServerSideEncryption', 'true'), ...settings],
    column: 's3-emrfs',
    bucket: 'acme-lake',
  });

const keyOf = ({ encryption }: ReturnType<typeof under>): string | undefined =>
  'key' in encryption && encryption.key.kind === 'reference'
    ? referenceText(encryption.key.reference)
    : undefined;

describe('a property in two layers', () => {
  it.each([
    ['job', 'spark-defaults'],
    ['job', 'emrfs-site'],
    ['spark-defaults', 'emrfs-site'],
    ['spark-defaults', 'core-site'],
    ['security-configuration', 'emrfs-site'],
    ['security-configuration', 'core-site'],
    ['emrfs-site', 'core-site'],
  ] as const)('has the value of %s, not of %s, and both places are told', (stronger, weaker) => {
    for (const settings of [
      [setting(KEY, K, stronger), setting(KEY, L, weaker)],
      [setting(KEY, L, weaker), setting(KEY, K, stronger)],
    ]) {
      const got = under(...settings);
      expect(keyOf(got)).toBe(K);
      expect(got.problems).toMatchObject([{ id: 'emr/conflict', place: { source: `${weaker}.txt` } }]);
      expect(got.problems[0]?.message).toContain(`${stronger}.txt`);
      expect(got.problems[0]?.message).toContain('which wins');
    }
  });

  it.each(['job', 'spark-defaults'] as const)(
    'is undecided between %s and a security configuration, which AWS does not document',
    (layer) => {
      const got = under(setting(KEY, K, layer), setting(KEY, L, 'security-configuration'));
      expect(got.encryption.type).toBe('undecided');
      expect(got.problems.map(({ id }) => id)).toEqual(['emr/undecided-order']);
      const equal = under(setting(KEY, K, layer), setting(KEY, K, 'security-configuration'));
      expect(keyOf(equal)).toBe(K);
      expect(equal.problems).toEqual([]);
    },
  );

  it('has no problem where the values are equal, whatever their case and blanks', () => {
    const switches = ['TRUE', ' true '].map((value, index) =>
      setting('fs.s3.enableServerSideEncryption', value, index === 0 ? 'job' : 'core-site'),
    );
    expect(under(...switches)).toMatchObject({ encryption: { type: 'sse-s3' }, problems: [] });
  });
});

describe('a property twice in one layer', () => {
  it('is undecided between two documents, and the last of one counts', () => {
    const one = setting(KEY, K, 'core-site', { source: 'a.xml' });
    const other = setting(KEY, L, 'core-site', { source: 'b.xml' });
    expect(under(one, other).encryption.type).toBe('undecided');
    const same = under(one, { ...other, place: one.place });
    expect(keyOf(same)).toBe(L);
    expect(same.problems.map(({ id }) => id)).toEqual(['emr/conflict']);
  });
});

describe('any settings', () => {
  it('give a client of each column without an error, and never a key that no setting holds', () => {
    fc.assert(
      fc.property(anySettings, fc.constantFrom(...COLUMNS), fc.boolean(), (settings, column, mapped) => {
        for (const bucket of ['acme-lake', 'acme.logs', 'other', '']) {
          const { encryption, from, problems } = effectiveClient({ settings, column, bucket, mapped });
          if ('key' in encryption && encryption.key.kind !== 'absent') {
            const { key } = encryption;
            const text = key.kind === 'reference' ? referenceText(key.reference) : key.text;
            expect(from.map(({ value }) => value.trim())).toContain(text);
          }
          expect(from.every((one) => settings.includes(one))).toBe(true);
          const needsWhy = encryption.type === 'undecided';
          if (needsWhy) expect(problems.some(({ level }) => level === 'error')).toBe(true);
          for (const { message } of problems) expect(message).not.toMatch(/[\p{Cc}\p{Cs}\u202E]/u);
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('of the strongest layer that is not contradicted count: as if no weaker one were there', () => {
    const layered = fc.uniqueArray(
      fc.record({ layer: fc.constantFrom(...LAYERS), value: fc.constantFrom(K, L) }),
      { minLength: 1, selector: ({ layer }) => layer },
    );
    fc.assert(
      fc.property(layered, (values) => {
        const got = under(...values.map(({ layer, value }) => setting(KEY, value, layer)));
        const byLayer = new Map(values.map(({ layer, value }) => [layer, value]));
        const spark = byLayer.get('job') ?? byLayer.get('spark-defaults');
        const secured = byLayer.get('security-configuration');
        const files = byLayer.get('emrfs-site') ?? byLayer.get('core-site');
        const open = spark !== undefined && secured !== undefined && spark !== secured;
        expect(got.encryption.type).toBe(open ? 'undecided' : 'sse-kms');
        if (!open) expect(keyOf(got)).toBe(spark ?? secured ?? files);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
