// Mutates the pure folders and runs their tests against each mutant: `npm run mutation -- keys policy` for some of them.
// Writes mutation/results.json, one entry a folder, and leaves the others as they were.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type FolderScore, type Mutants, scoresOf } from './score.ts';

const folder = import.meta.dirname;
const root = join(folder, '..');

/** Runs one program to its end; its failure is this script's. */
function run(program: string, options: readonly string[], cwd: string, env = process.env): void {
  const { status } = spawnSync(program, options, { cwd, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(join(folder, 'node_modules'))) {
  // vitest is the repository's own, which the runner names as a peer.
  run('npm', ['ci', '--no-audit', '--no-fund', '--legacy-peer-deps', '--ignore-scripts'], folder);
}
const asked = process.argv.slice(2);
const stryker = join(folder, 'node_modules/@stryker-mutator/core/bin/stryker.js');
run(process.execPath, [stryker, 'run', join(folder, 'stryker.config.mjs')], root, {
  ...process.env,
  FUZZ_RUNS: process.env.FUZZ_RUNS ?? '20',
  ...(asked.length === 0 ? {} : { MUTATE: asked.join(',') }),
});

const results = join(folder, 'results.json');
const read = (path: string): string => readFileSync(path, 'utf8');
const before = existsSync(results)
  ? (JSON.parse(read(results)) as { readonly folders: FolderScore[] }).folders
  : [];
const report = JSON.parse(read(join(folder, 'report/mutants.json'))) as Mutants;
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
const now = scoresOf(report).map((score) => ({
  ...score,
  at: new Date().toISOString().slice(0, 10),
  machine,
}));
const kept = before.filter(({ folder: name }) => !now.some((one) => one.folder === name));
const folders = [...kept, ...now].toSorted((a, b) => (a.folder < b.folder ? -1 : 1));
writeFileSync(results, `${JSON.stringify({ folders }, null, 2)}\n`);
run(process.execPath, [join(folder, 'table.ts')], root);
