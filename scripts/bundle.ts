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

async function bundleAll(): Promise<void> {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  await build({
    ...bundleOptions,
    entryPoints: handlers().map((name) => join(root, 'handlers', name)),
    outdir: join(root, 'dist', 'handlers'),
  });
  await build({
    ...bundleOptions,
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
    entryPoints: [{ in: join(root, 'src/cli/main.ts'), out: 'cli' }],
    outdir: join(root, 'dist'),
  });
  console.error(
    `bundled ${[...handlers(), 'cli'].map((name) => basename(name, '.ts')).join(', ')} into dist/`,
  );
}

if (import.meta.main) await bundleAll();
