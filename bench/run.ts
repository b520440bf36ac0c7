// Measures the product: all parts, or those that are named. `node bench/run.ts [--quick] [--keep] [--check] [a b c d e f g]`
//   --quick  a smoke run with small numbers, which replaces no results unless --keep is given
//   --check  ends with exit status 1 where a budget is not met
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { commit, machine } from './lib.ts';
import { sectionText } from './render.ts';
import { type Finding, PARTS, type Part, type Results, readResults, writeResults } from './results.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});

const FILES: Readonly<Record<Part, string>> = {
  a: 'reaudit-head.ts',
  b: 'event-path.ts',
  c: 'policy-match.ts',
  d: 'cold-start.ts',
  e: 'envelopes.ts',
  f: 'fold.ts',
  g: 'cost-model.ts',
};

const unknown = positionals.filter((name) => !PARTS.some((part) => part === name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}. expected some of ${PARTS.join(', ')}`);
  process.exit(2);
}

/** Else what V8 gives its young generation, under any work, would hide what folding holds. */
const FLAGS: Readonly<Partial<Record<Part, readonly string[]>>> = { f: ['--max-semi-space-size=8'] };

/** Runs a part in a process of its own, so that none inherits another's heap. */
function find(part: Part, results: Results): Promise<Finding> {
  const child = fork(join(import.meta.dirname, 'part.ts'), [join(import.meta.dirname, FILES[part])], {
    execArgv: [...(FLAGS[part] ?? [])],
  });
  return new Promise((resolve, reject) => {
    let found: Finding | undefined;
    child.on('message', (finding: Finding) => {
      found = finding;
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      found === undefined
        ? reject(new Error(`part ${part} ended with exit status ${code} and no result`))
        : resolve(found),
    );
    child.send({ quick: values.quick, results });
  });
}

let results = readResults();
const measured = commit();
const missed: string[] = [];
for (const part of PARTS) {
  if (positionals.length > 0 && !positionals.includes(part)) continue;
  const started = performance.now();
  const finding = await find(part, results).catch((error: unknown) => {
    console.error(String(error));
    process.exit(2);
  });
  const seconds = Math.round((performance.now() - started) / 1_000);
  const section = {
    ...finding,
    at: new Date().toISOString(),
    machine: machine(),
    commit: measured,
    quick: values.quick,
    seconds,
  };
  results = { ...results, [part]: section };
  console.log(`\n## (${part}) ${finding.title}, ${seconds} s\n\n${sectionText(section)}`);
  missed.push(...finding.budgets.filter(({ met }) => !met).map(({ name }) => `(${part}) ${name}`));
  // After each part, so that an interrupted run keeps what it has.
  if (!values.quick || values.keep) writeResults(results);
}
console.log(
  missed.length === 0 ? '\nevery budget is met' : `\nbudgets that are not met:\n  ${missed.join('\n  ')}`,
);
if (values.check && missed.length > 0) process.exitCode = 1;
