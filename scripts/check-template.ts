/** `npm run check:template`: runs test/template and says what it looked at. Looking at nothing is a failure. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTemplate } from '../test/template/parse.ts';

interface Outcome {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'check-template-'));
const file = join(folder, 'outcome.json');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/template', ...reporters], {
  cwd: root,
  stdio: 'inherit',
});
// vitest writes no file where it could not start; then this throws, which fails the check as it should.
const outcome: Outcome = JSON.parse(readFileSync(file, 'utf8'));
rmSync(folder, { recursive: true });

const template = readTemplate();
const counts = ['Parameters', 'Conditions', 'Resources', 'Outputs'].map(
  (section) => [Object.keys(template[section] ?? {}).length, section.toLowerCase()] as const,
);
console.log(`template.yaml: ${counts.map(([count, what]) => `${count} ${what}`).join(', ')}`);
console.log(
  `test/template: ${outcome.numTotalTests} tests, ${outcome.numPassedTests} passed, ${outcome.numFailedTests} failed, ${outcome.numPendingTests} skipped`,
);
const sawNothing = outcome.numPassedTests === 0 || counts.some(([count]) => count === 0);
if (sawNothing) console.error('check:template looked at nothing');
process.exitCode = status === 0 && !sawNothing ? 0 : 1;
