import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMR_PROBLEM_LEVELS } from '../../src/emr/problem.ts';
import { SETTING_COLUMNS } from '../../src/verdict/remedy-settings.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/emr.md'), 'utf8');

describe('the page on EMR', () => {
  it('explains every message id, and none that there is not', () => {
    const explained = [...PAGE.matchAll(/^\| `(emr\/[a-z0-9-]+)` \|/gm)].map(([, id]) => id);
    expect(explained).toEqual(Object.keys(EMR_PROBLEM_LEVELS));
  });

  it('names the three columns as alerts do', () => {
    for (const { paths } of Object.values(SETTING_COLUMNS)) {
      expect(PAGE).toContain(`| ${paths.replace(/^(\S+)/, '`$1`')} |`);
    }
  });
});
