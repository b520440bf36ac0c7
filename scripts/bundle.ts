// Builds what runs elsewhere: each Lambda handler as one `.mjs`, and the command line for the npm package.
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** `yaml` is CommonJS inside, so the bundle needs a `require`; without `module` first esbuild would take the SDK's CommonJS too. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

export const bundleOptions: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE },
  outExtension: { '.js': '.mjs' },
  minify: true,
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
};

export const handlers = (): readonly string[] =>
  readdirSync(join(root, 'handlers'))
    .filter((name) => name.endsWith('.ts'))
    .sort();

/** Bundles the tree at `from` into `to`, which is emptied first. */
export async function bundleInto(from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  await build({
    ...bundleOptions,
    absWorkingDir: from,
    entryPoints: handlers().map((name) => join(from, 'handlers', name)),
    outdir: join(to, 'handlers'),
  });
  await build({
    ...bundleOptions,
    absWorkingDir: from,
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
    entryPoints: [{ in: join(from, 'src/cli/main.ts'), out: 'cli' }],
    outdir: to,
  });
}

async function bundleAll(): Promise<void> {
  await bundleInto(root, join(root, 'dist'));
  console.error(
    `bundled ${[...handlers(), 'cli'].map((name) => basename(name, '.ts')).join(', ')} into dist/`,
  );
}

if (import.meta.main) await bundleAll();
