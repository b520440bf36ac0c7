import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUZZ_RUNS, fuzzRuns } from '../support/fuzz.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const self = 'test/hostile/fuzz-runs.test.ts';
const tests = globSync('test/**/*.ts', { cwd: root })
  .filter((path) => path !== self)
  .map((path) => ({ path, text: read(path) }));
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('how many cases a property draws', () => {
  it('is 2,000 or as many as the flag says, one in so many of it, or at least so many', () => {
    expect(fuzzRuns()).toBe(FUZZ_RUNS);
    expect(fuzzRuns({ every: 7 })).toBe(Math.ceil(FUZZ_RUNS / 7));
    expect(fuzzRuns({ atLeast: FUZZ_RUNS + 1 })).toBe(FUZZ_RUNS + 1);
    expect(FUZZ_RUNS).toBe(Number(process.env.FUZZ_RUNS ?? 2_000));
  });

  it('is said by test/support/fuzz.ts alone: no property draws as many as its file likes', () => {
    for (const { path, text } of tests) {
      expect([path, count(text, 'fuzzRuns(')]).toEqual([path, count(text, 'fc.assert(')]);
      if (path.endsWith('.test.ts')) expect([path, text.includes('env.FUZZ_RUNS')]).toEqual([path, false]);
    }
    expect(tests.filter(({ text }) => text.includes('fc.assert(')).length).toBeGreaterThan(50);
  });

  it('is fewer exactly where docs/limits.md says so', () => {
    const fewer = tests.flatMap(({ path, text }) =>
      [...text.matchAll(/fuzzRuns\(\{ every: (\d+) \}\)/g)].map(([, every]) => `${path} one in ${every}`),
    );
    const told = [...read('docs/limits.md').matchAll(/^\| `(test\/[^`]+)` \| (one in \d+)\D/gm)];
    expect(told.map(([, path, every]) => `${path} ${every}`).sort()).toEqual([...new Set(fewer)].sort());
  });
});
