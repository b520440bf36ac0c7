// Mutates the pure folders and runs their tests against each mutant: `npm run mutation -- keys policy` for some of them.
// Writes mutation/results.json after each folder, and leaves what it holds of the others. `--again` tries only what the
// last run on this machine did not kill, and what has changed since.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type FolderScore, type Mutants, scoresOf } from './score.ts';

const FOLDERS = ['objects', 'keys', 'encryption', 'verdict', 'policy', 'emr'];
const here = import.meta.dirname;
const root = join(here, '..');
const results = join(here, 'results.json');
const read = (path: string): string => readFileSync(path, 'utf8');

/** Runs one program to its end; its failure is this script's. */
function run(program: string, options: readonly string[], cwd: string, env = process.env): void {
  const { status } = spawnSync(program, options, { cwd, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function mutate(folder: string, again: boolean): void {
  const stryker = join(here, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const report = join(here, `report/${folder}.json`);
  const before = join(here, `report/${folder}.before.json`);
  const goesOn = again && existsSync(report);
  if (goesOn) copyFileSync(report, before);
  const env = {
    ...process.env,
    FUZZ_RUNS: process.env.FUZZ_RUNS ?? '20',
    MUTATE: folder,
    ...(goesOn ? { BEFORE: before } : {}),
  };
  run(process.execPath, [stryker, 'run', join(here, 'stryker.config.mjs')], root, env);
  keep(JSON.parse(read(report)) as Mutants);
}

function keep(report: Mutants): void {
  const before = existsSync(results)
    ? (JSON.parse(read(results)) as { readonly folders: FolderScore[] }).folders
    : [];
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
  const at = new Date().toISOString().slice(0, 10);
  const now = scoresOf(report).map((score) => ({ ...score, at, machine }));
  const others = before.filter(({ folder }) => !now.some((one) => one.folder === folder));
  const folders = [...others, ...now].toSorted((a, b) => (a.folder < b.folder ? -1 : 1));
  writeFileSync(results, `${JSON.stringify({ folders }, null, 2)}\n`);
}

if (!existsSync(join(here, 'node_modules'))) {
  // vitest is the repository's own, which the runner names as a peer.
  run('npm', ['ci', '--no-audit', '--no-fund', '--legacy-peer-deps', '--ignore-scripts'], here);
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { again: { type: 'boolean', default: false } },
});
for (const folder of positionals.length === 0 ? FOLDERS : positionals) mutate(folder, values.again);
run(process.execPath, [join(here, 'table.ts')], root);
