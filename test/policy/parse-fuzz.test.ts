import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parsePolicy } from '../../src/policy/parse.ts';
import { renderProblems } from '../../src/policy/render-problems.ts';
import { anyPolicy } from '../fixtures/policy/arbitraries.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';

const FRAGMENTS = [
  'version: 1',
  'rules:',
  '  - id: a',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '<<: ',
  '---\n',
  '- ',
  '? ',
  ': ',
  '"',
  "'",
  '|\n',
];
const MORE = [
  '!!str ',
  '!x ',
  '%YAML 1.1\n',
  '#',
  '\t',
  '\r\n',
  '\n',
  '\r',
  '\u0000',
  '\uFEFF',
  '\uD800',
  '🔑',
  '\u202E',
  'match: s3://b{/',
  '`',
];

/** Every problem lies within the text, problems are in source order, and a policy is there exactly when none is an error. */
function isSound(raw: string): void {
  const { policy, problems } = parsePolicy(raw, { today: '2026-11-21' });
  expect(policy === undefined).toBe(problems.some(({ level }) => level === 'error'));
  const lines = raw.replace(/^\uFEFF/, '').split(/\r?\n/);
  let before = { line: 1, column: 1 };
  for (const { place } of problems) {
    const line = lines[place.line - 1];
    expect(line).toBeDefined();
    expect(place.column).toBeGreaterThanOrEqual(1);
    expect(place.length).toBeGreaterThanOrEqual(0);
    expect(place.column - 1 + place.length).toBeLessThanOrEqual(line?.length ?? -1);
    expect(place.line > before.line || (place.line === before.line && place.column >= before.column)).toBe(
      true,
    );
    before = place;
  }
  const output = renderProblems(problems, { file: 'p.yaml', text: raw, color: false });
  expect(output).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
}

test('any text is parsed or refused, with every problem within it', { timeout: FUZZ_TIMEOUT }, () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.array(fc.constantFrom(...FRAGMENTS, ...MORE)).map((parts) => parts.join('')),
  );
  fc.assert(fc.property(text, isSound), { numRuns: fuzzRuns() });
});

test('any value, written as JSON or YAML, is parsed or refused, with every problem within it', {
  timeout: FUZZ_TIMEOUT,
}, () => {
  const value = fc.oneof(fc.jsonValue(), anyPolicy);
  fc.assert(
    fc.property(value, fc.constantFrom('json', 'indented', 'yaml'), (any, form) => {
      isSound(
        form === 'yaml' ? stringify(any) : JSON.stringify(any, undefined, form === 'json' ? undefined : '\t'),
      );
    }),
    { numRuns: fuzzRuns() },
  );
});

test('a policy is the same whether it is written as JSON or as YAML', { timeout: FUZZ_TIMEOUT }, () => {
  fc.assert(
    fc.property(anyPolicy, (value) => {
      const lineless = (text: string): unknown => {
        const { policy, problems } = parsePolicy(text, { today: '2026-11-21' });
        const rules = policy?.rules.map((rule) => ({ ...rule, line: 0 }));
        const exemptions = policy?.exemptions.map((exemption) => ({ ...exemption, line: 0 }));
        return {
          policy: { ...policy, rules, exemptions },
          problems: problems.map(({ id, message }) => [id, message.replace(/line \d+/, 'line')]),
        };
      };
      expect(lineless(stringify(value, { aliasDuplicateObjects: false }))).toEqual(
        lineless(JSON.stringify(value)),
      );
    }),
    { numRuns: fuzzRuns() },
  );
});
