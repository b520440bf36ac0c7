import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';

const TODAY = { today: '2026-11-21' };
const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const idsOf = (text: string): string[] => parsePolicy(text, TODAY).problems.map(({ id }) => id);

describe('a file built to exhaust its reader', () => {
  test.each([
    ['lists nested in a megabyte of brackets', '['.repeat(1_000_000), 'policy/too-large'],
    [
      'maps nested by indentation',
      Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'policy/too-large',
    ],
    ['JSON nested too deep', `{"a":${'['.repeat(65)}${']'.repeat(65)}}`, 'policy/too-large'],
    ['17 million characters', ' '.repeat(17 * 1024 * 1024), 'policy/too-large'],
  ])('is refused for its %s', (_, text, id) => {
    expect(idsOf(text)).toContain(id);
  });
  test('is refused where its aliases grow exponentially', () => {
    const lists = Array.from(
      { length: 20 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(5).fill(`*a${i}`).join(', ')}]`,
    );
    expect(idsOf(`a0: &a0 [x, x, x, x]\n${lists.join('\n')}\n`)).toContain('policy/too-large');
  });
  // Quadratic work on so many would not end within the timeout of a test.
  test('is read in linear time where it has many keys', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `  key-${i}: alias/k${i}`).join('\n');
    const text = `version: 1\nkeys:\n${keys}\nrules: [{ id: a, match: s3://abc, cse: required }]`;
    expect(idsOf(text)).toEqual([]);
  });
});

test('a hundred thousand rules are read', () => {
  const rules = Array.from({ length: 100_000 }, (_, i) => ({
    id: `r${i}`,
    match: `s3://acme/p${i}/`,
    sse: { key: 'a' },
  }));
  const text = JSON.stringify({ version: 1, keys: { a: ARN }, rules });
  expect(parsePolicy(text, TODAY).policy?.rules).toHaveLength(100_000);
});
