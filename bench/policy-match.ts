import { bucketName, type ObjectKey, objectKey } from '../src/objects/object.ts';
import { compileRules, decideRule, type RuleIndex } from '../src/policy/match.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { collectGarbage, interleaved, nowMicros, ratios, spread } from './lib.ts';
import type { Budget, Finding, PartInput, Table } from './results.ts';

const RULES = [10, 1_000, 100_000];
const MOST = 4;
const bucket = bucketName('acme-lake');
/** Six characters whatever the number, so that keys of all policies are equally long. */
const named = (index: number): string => String(index).padStart(6, '0');

interface Shape {
  readonly name: string;
  readonly match: (index: number) => string;
  readonly key: (index: number, turn: number) => string;
}

const file = (turn: number): string => `dt=2026-11-21/part-${String(turn).padStart(6, '0')}.parquet`;

/** Every rule of a shape is equally deep. */
const SHAPES: readonly Shape[] = [
  {
    name: 'a literal prefix for each rule',
    match: (index) => `s3://acme-lake/tenants/${named(index)}/data/`,
    key: (index, turn) => `tenants/${named(index)}/data/${file(turn)}`,
  },
  {
    name: 'a capture for each rule',
    match: (index) => `s3://acme-lake/{zone}/team-${named(index)}-{table}/`,
    key: (index, turn) => `raw/team-${named(index)}-orders/${file(turn)}`,
  },
];

/** As JSON, which is read faster than YAML. */
function policyText(shape: Shape, rules: number): string {
  const list = Array.from({ length: rules }, (_, index) => ({
    id: `rule-${named(index)}`,
    match: shape.match(index),
    sse: { algorithm: ['aws:kms'] },
  }));
  return JSON.stringify({ version: 1, rules: list });
}

interface Case {
  readonly shape: Shape;
  readonly rules: number;
  readonly index: RuleIndex;
  readonly keys: readonly ObjectKey[];
}

/** Keys drawn evenly over all rules; the same number for every policy, so that all touch as much memory of keys. */
function makeCase(shape: Shape, rules: number, keys: number): Case {
  const { policy, problems } = parsePolicy(policyText(shape, rules), { today: '2026-11-21' });
  if (policy === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  // A step that shares no factor with the number of rules visits all of them, in an order no cache foresees.
  const key = (_: unknown, turn: number) => objectKey(shape.key((turn * 7_919) % rules, turn));
  return { shape, rules, index: compileRules(policy.rules), keys: Array.from({ length: keys }, key) };
}

/** Nanoseconds for each key. */
async function decideAll({ index, keys, shape, rules }: Case): Promise<number> {
  collectGarbage();
  let decided = 0;
  const started = nowMicros();
  for (const key of keys) if (decideRule(index, bucket, key) !== undefined) decided += 1;
  const nanoseconds = (nowMicros() - started) * 1_000;
  if (decided !== keys.length) throw new Error(`${shape.name}, ${rules} rules: a key has no rule`);
  return nanoseconds / keys.length;
}

interface Reading {
  readonly text: string;
  readonly name: string;
  readonly rules: number;
}

/** Milliseconds to read a policy and to arrange its rules, of which matching is no part. */
async function load({ text }: Reading): Promise<number> {
  collectGarbage();
  const started = nowMicros();
  const { policy } = parsePolicy(text, { today: '2026-11-21' });
  if (policy === undefined) throw new Error('expected a policy');
  compileRules(policy.rules);
  return (nowMicros() - started) / 1_000;
}

function yamlText(rules: number): string {
  const [shape] = SHAPES;
  const line = (index: number): string =>
    `  - id: rule-${named(index)}\n    match: ${shape?.match(index)}\n    sse:\n      algorithm: [aws:kms]\n`;
  return `version: 1\nrules:\n${Array.from({ length: rules }, (_, index) => line(index)).join('')}`;
}

async function loading(quick: boolean): Promise<Table> {
  const [shape] = SHAPES;
  const counts = quick ? [10, 1_000] : [10, 1_000, 10_000];
  const readings = counts.flatMap((rules): readonly Reading[] => [
    { rules, name: 'JSON', text: shape === undefined ? '' : policyText(shape, rules) },
    { rules, name: 'YAML', text: yamlText(rules) },
  ]);
  const taken = await interleaved(readings, 3, load);
  return {
    title: 'Reading a policy and arranging its rules, once for each policy',
    columns: [{ name: 'rules' }, { name: 'form' }, { name: 'milliseconds' }],
    rows: readings.map((one) => [one.rules.toLocaleString('en-US'), one.name, spread(taken.get(one) ?? [])]),
  };
}

/** The time of choosing the rule for a key, by the number of rules. */
export async function find({ quick }: PartInput): Promise<Finding> {
  const [keys, rounds] = quick ? [20_000, 5] : [200_000, 15];
  const cases = SHAPES.flatMap((shape) => RULES.map((rules) => makeCase(shape, rules, keys)));
  for (const one of cases) for (let turn = 0; turn < 3; turn++) await decideAll(one);
  const taken = await interleaved(cases, rounds, decideAll);
  const [fewest = 0] = RULES;
  const least = (shape: Shape): readonly number[] =>
    [...taken].find(([one]) => one.shape === shape && one.rules === fewest)?.[1] ?? [];
  const budgets = SHAPES.map((shape): Budget => {
    const most = [...taken].filter(([one]) => one.shape === shape).at(-1)?.[1] ?? [];
    const measured = ratios(most, least(shape));
    const name = `${shape.name}: 100,000 rules / 10 rules`;
    return { name, wanted: `at most ${MOST}`, measured, met: measured.median <= MOST };
  });
  return {
    title: 'Policy matching by the number of rules',
    settings: `${keys} keys a round, drawn evenly over all rules, ${rounds} rounds, all policies in one process.`,
    tables: [
      {
        title: 'Choosing the rule for a key',
        columns: [
          { name: 'rules of the policy' },
          { name: 'rules' },
          { name: 'ns a key', digits: 0 },
          { name: 'times 10 rules', digits: 2 },
        ],
        rows: [...taken].map(([{ shape, rules }, times]) => [
          shape.name,
          rules.toLocaleString('en-US'),
          spread(times),
          ratios(times, least(shape)),
        ]),
      },
      await loading(quick),
    ],
    budgets,
    notes: [],
    facts: {},
  };
}
