import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { TEMPLATE_URL } from './parse.ts';

export const ROOT = fileURLToPath(new URL('.', TEMPLATE_URL));
const NODE = join(ROOT, 'node_modules/.bin/node');

/** Runs the script behind `npm run bundle` in a copy of the tree, and answers where the copy is. */
export function bundledTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'bundled-tree-'));
  for (const part of ['src', 'handlers', 'scripts', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, part), join(tree, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  const { status, stderr } = spawnSync(NODE, ['scripts/bundle.ts'], { cwd: tree, encoding: 'utf8' });
  if (status !== 0) throw new Error(`scripts/bundle.ts ended with exit status ${status}:\n${stderr}`);
  return tree;
}

/** A folder that is gone when the test has ended. */
export function folderOfTest(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Copies a folder to where no package can be found, as Lambda has it. */
export function alone(folder: string): string {
  const task = folderOfTest('task-');
  cpSync(folder, task, { recursive: true });
  return task;
}

/**
 * Imports a module in a Node of its own, from a real `.mjs` (in `node -e` there is a `require`, which hides failures) and
 * with the flags that Lambda sets; answers the type of one export, or the error.
 */
export function typeOfExport(file: string, name: string, env: Readonly<Record<string, string>> = {}): string {
  const loader = join(folderOfTest('load-'), 'load.mjs');
  writeFileSync(
    loader,
    "const [file, name] = process.argv.slice(2);\nconst loaded = await import(file);\nprocess.stdout.write('typeof ' + typeof loaded[name]);\n",
  );
  const flags = ['--no-experimental-require-module', '--no-experimental-detect-module'];
  const { status, stdout, stderr, error } = spawnSync(NODE, [...flags, loader, file, name], {
    encoding: 'utf8',
    env: { ...env, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
  });
  return status === 0 ? stdout : `${error?.message ?? ''}${stderr}`;
}
