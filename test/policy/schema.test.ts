import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parsePolicy } from '../../src/policy/parse.ts';
import { anyPolicy } from '../fixtures/policy/arbitraries.ts';
import { FUZZ_RUNS, fuzzRuns } from '../support/fuzz.ts';

const fixtures = new URL('../fixtures/policy/', import.meta.url);
const schema: unknown = JSON.parse(
  readFileSync(new URL('../../schemas/policy.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
}).compile(schema as object);

const noTree = 'no value can be read from the text';
const onlyText = 'the mistake is in how the text is written, the value is fine';
const across = 'it takes comparing one part of the policy with another';
/** Bad fixtures that are valid under the schema, or have no value to validate, each with the reason. */
const BEYOND_A_SCHEMA: Readonly<Record<string, string>> = {
  syntax: noTree,
  'syntax-several': noTree,
  'syntax-unquoted-capture': noTree,
  'syntax-unknown-alias': noTree,
  'unsupported-yaml-merge-key': onlyText,
  'unsupported-yaml-tag': onlyText,
  'unsupported-yaml-two-documents': onlyText,
  'unsupported-yaml-version-1.1': onlyText,
  'unsupported-yaml-alias-cycle': noTree,
  'too-large-nesting': onlyText,
  'too-large-aliases': onlyText,
  'duplicate-key': onlyText,
  'duplicate-key-in-json': onlyText,
  'wrong-type-number-as-key-name': onlyText,
  'duplicate-id': across,
  'duplicate-match': across,
  'duplicate-match-equal-rank': across,
  'duplicate-match-other-capture-names': across,
  'bad-capture-unknown': across,
  'bad-capture-none-to-use': across,
  'bad-capture-twice': 'a pattern cannot tell that two captures have one name',
  'bad-key-reference-unknown-name': across,
  'bad-key-reference-many-names': across,
  'duplicate-alias': across,
  'duplicate-alias-by-yaml-alias': across,
  'untrusted-account': across,
  'bad-match-lone-surrogate': 'patterns of a schema should not depend on the engine in what a character is',
};

const read = (folder: string, name: string): string =>
  readFileSync(new URL(`${folder}/${name}.yaml`, fixtures), 'utf8');
const names = (folder: string): string[] =>
  readdirSync(new URL(`${folder}/`, fixtures))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace(/\.yaml$/, ''));

describe('the schema for editors', () => {
  test.each(names('ok'))('takes the good policy %s', (name) => {
    validate(parse(read('ok', name), { merge: false }));
    expect(validate.errors ?? []).toEqual([]);
  });

  test.each(names('bad').filter((name) => !(name in BEYOND_A_SCHEMA)))(
    'refuses the bad policy %s',
    (name) => {
      expect(validate(parse(read('bad', name)))).toBe(false);
    },
  );

  test.each(Object.entries(BEYOND_A_SCHEMA).filter(([, why]) => why !== noTree))(
    'cannot refuse %s, because %s',
    (name) => {
      expect(
        validate(
          parse(read('bad', name), { uniqueKeys: false, merge: true, maxAliasCount: -1, logLevel: 'silent' }),
        ),
      ).toBe(true);
    },
  );

  test('describes every key', () => {
    const undescribed: string[] = [];
    JSON.stringify(schema, (key, value: unknown) => {
      if (key !== 'properties' || typeof value !== 'object' || value === null) return value;
      for (const [name, property] of Object.entries(value)) {
        const restricts =
          property.const !== undefined || property.contains !== undefined || property.pattern !== undefined;
        if (property.description === undefined && !restricts && property.enum === undefined)
          undescribed.push(name);
      }
      return value;
    });
    expect(undescribed).toEqual([]);
  });

  test('takes every policy that the parser takes', () => {
    let taken = 0;
    fc.assert(
      fc.property(anyPolicy, (value) => {
        const { policy } = parsePolicy(JSON.stringify(value), { today: '2026-11-21' });
        if (policy === undefined) return;
        taken++;
        validate(value);
        expect(validate.errors ?? []).toEqual([]);
      }),
      { numRuns: fuzzRuns() },
    );
    // With few draws it is chance.
    if (FUZZ_RUNS >= 1000) expect(taken).toBeGreaterThan(FUZZ_RUNS / 100);
  });
});
