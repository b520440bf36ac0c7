import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { PROBLEM_IDS, problemLevel } from '../../src/policy/problem.ts';
import { renderProblems } from '../../src/policy/render-problems.ts';

const TODAY = '2026-11-21';
const folder = (name: string): URL => new URL(`../fixtures/policy/${name}/`, import.meta.url);
const names = (name: string, ending: string): string[] =>
  readdirSync(folder(name)).filter((file) => file.endsWith(ending));
const read = (name: string, file: string): string => readFileSync(new URL(file, folder(name)), 'utf8');

function check(name: string, file: string) {
  const text = read(name, file);
  const { policy, problems } = parsePolicy(text, { today: TODAY });
  return { policy, problems, output: renderProblems(problems, { file: 'policy.yaml', text, color: false }) };
}

describe('a policy with a mistake', () => {
  test.each(names('bad', '.yaml'))('%s is refused with the output beside it', (file) => {
    const { policy, problems, output } = check('bad', file);
    expect(output).toBe(read('bad', file.replace(/yaml$/, 'out')));
    expect(policy).toBeUndefined();
    expect(problems.some(({ level }) => level === 'error')).toBe(true);
  });
});

describe('a good policy', () => {
  const told = new Set(names('ok', '.out'));
  test.each(names('ok', '.yaml'))('%s is taken, with no more than the warnings beside it', (file) => {
    const { policy, problems, output } = check('ok', file);
    const out = file.replace(/yaml$/, 'out');
    expect(output).toBe(told.has(out) ? read('ok', out) : '');
    expect(policy).toBeDefined();
    expect(problems.every(({ level }) => level === 'warning')).toBe(true);
  });
});

test('every .out stands beside a .yaml', () => {
  for (const name of ['bad', 'ok']) {
    const policies = new Set(names(name, '.yaml'));
    expect(names(name, '.out').filter((file) => !policies.has(file.replace(/out$/, 'yaml')))).toEqual([]);
  }
});

test('every problem id has a fixture: errors among the bad, warnings among the good', () => {
  const drawn = (name: string): Set<string> =>
    new Set(names(name, '.yaml').flatMap((file) => check(name, file).problems.map(({ id }) => id)));
  const [bad, ok] = [drawn('bad'), drawn('ok')];
  const missing = PROBLEM_IDS.filter((id) => !(problemLevel(id) === 'error' ? bad : ok).has(id));
  expect(missing).toEqual([]);
});

test('eight different mistakes in one file are eight problems, each with its caret', () => {
  const { problems, output } = check('bad', 'eight-mistakes.yaml');
  expect(problems.map(({ id }) => id)).toEqual([
    'policy/not-allowed',
    'policy/wrong-type',
    'policy/bad-date',
    'policy/bad-key-reference',
    'policy/unknown-key',
    'policy/bad-capture',
    'policy/unmeetable',
    'policy/duplicate-match',
  ]);
  expect(output.match(/^ +\| +\^~*$/gm)).toHaveLength(8);
});
