import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const neededMajor = 24;

/** The Node that runs functions: this one when it is recent enough, else the one among the dev dependencies. */
export function nodeForLambda(): string {
  const major = Number(process.versions.node.split('.', 1)[0]);
  if (major >= neededMajor) return process.execPath;
  const manifest = createRequire(import.meta.url).resolve('node/package.json');
  return join(dirname(manifest), 'bin', 'node');
}
