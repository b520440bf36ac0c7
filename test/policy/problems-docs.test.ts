import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { PROBLEM_IDS } from '../../src/policy/problem.ts';

const doc = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const blocks = (text: string): string[] =>
  [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml]) => yaml ?? '');
const idsOf = (yaml: string): string[] =>
  parsePolicy(yaml, { today: '2026-11-21' }).problems.map(({ id }) => id);

const sections = doc('policy-problems.md')
  .split(/^## /m)
  .slice(1)
  .map((section) => ({ id: section.slice(0, section.indexOf('\n')), section }));

test('the page of problems has one section for each id, in the same order, and no other', () => {
  expect(sections.map(({ id }) => id)).toEqual([...PROBLEM_IDS]);
});

describe.each(sections)('the section $id', ({ id, section }) => {
  const [avoid = '', prefer = '', ...more] = blocks(section);

  test('has Avoid, Prefer and Why, and two examples', () => {
    expect(section.match(/\*\*(Avoid|Prefer|Why\.)\*\*/g)).toEqual(['**Avoid**', '**Prefer**', '**Why.**']);
    expect(more).toEqual([]);
  });
  test('shows under Avoid a policy that draws this problem and no other', () => {
    expect([...new Set(idsOf(avoid))]).toEqual([id]);
  });
  test('shows under Prefer a policy that draws none', () => {
    expect(prefer).not.toBe('');
    expect(idsOf(prefer)).toEqual([]);
  });
});

test('every policy in the description of the language is silent', () => {
  const examples = blocks(doc('policy.md'));
  expect(examples.length).toBeGreaterThan(4);
  for (const example of examples) expect(idsOf(example)).toEqual([]);
});
