import type { Case } from './case.ts';
import { ALGORITHM_CASES } from './cases-algorithms.ts';
import { KEY_CASES } from './cases-keys.ts';
import { LIFE_CASES } from './cases-life.ts';
import { NAME_CASES } from './cases-names.ts';
import { RULE_CASES } from './cases-rules.ts';

export const CASES: readonly Case[] = [
  ...KEY_CASES,
  ...ALGORITHM_CASES,
  ...RULE_CASES,
  ...NAME_CASES,
  ...LIFE_CASES,
];
