// Builds what runs elsewhere: each Lambda handler with its parts, as it is deployed, and the command line for the npm package.
import { readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { basename, join, relative } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');

const HTTP: Readonly<Record<string, object>> = { http, https };

/** A module's members that are values: to read a getter would load what it is there to load late. */
const valuesOf = (module: object): readonly string[] =>
  Object.entries(Object.getOwnPropertyDescriptors(module)).flatMap(([name, { value }]) =>
    value === undefined ? [] : [name],
  );

/**
 * Asks Node for `http` and `https` where the sources import them. An import reads every member of a built-in module, its
 * getters too, and by those of `http` Node loads its `fetch`, which no request here is made with.
 */
const httpByValue: Plugin = {
  name: 'http-by-value',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(?:node:)?https?$/ }, ({ path, kind }) =>
      kind === 'require-call' ? undefined : { path: path.replace('node:', ''), namespace: 'http-by-value' },
    );
    onLoad({ filter: /./, namespace: 'http-by-value' }, ({ path }) => ({
      contents: [
        `const module = process.getBuiltinModule('node:${path}');`,
        'export default module;',
        `export const { ${valuesOf(HTTP[path] ?? {}).join(', ')} } = module;`,
      ].join('\n'),
    }));
  },
};

/** The file that esbuild was asked to bundle; none where it is a text. */
function entryOf({ entryPoints = [] }: BuildOptions): string | undefined {
  const [first] = Array.isArray(entryPoints) ? entryPoints : Object.values(entryPoints);
  return typeof first === 'object' ? first.in : first;
}

/**
 * Lets each part of this product import the entry, by which it was loaded. esbuild makes a file of what the same parts
 * import: with the entry everywhere among them, all that the entry holds is one file in place of one for each mixture,
 * and a cold start pays for every file. Not for an entry that waits at its top level, as the command line does: its parts
 * would wait for it, and it for them.
 */
const entryInParts: Plugin = {
  name: 'entry-in-parts',
  setup: ({ initialOptions, resolve, onResolve, onLoad }) => {
    const entry = entryOf(initialOptions);
    const { absWorkingDir: top = root } = initialOptions;
    if (entry === undefined) return;
    // From the tree that is bundled: names of parts are hashes of paths too.
    const within = (path: string): string => `./${relative(top, path)}`;
    onResolve({ filter: /^\.\.?\// }, async ({ path, kind, importer, resolveDir }) => {
      if (kind !== 'dynamic-import' || importer.includes('/node_modules/')) return undefined;
      const found = await resolve(path, { kind: 'import-statement', importer, resolveDir });
      return { path: within(found.path), namespace: 'part' };
    });
    onLoad({ filter: /./, namespace: 'part' }, ({ path }) => ({
      contents: `import '${within(entry)}';\nexport * from '${path}';`,
      resolveDir: top,
    }));
  },
};

export const bundleOptions: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // Without `module` first esbuild would take the SDK's CommonJS, which it cannot shake.
  mainFields: ['module', 'main'],
  // Its build for Node is CommonJS, and reads an environment variable for every token.
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  plugins: [httpByValue, entryInParts],
  // The names of parts are hashes of paths too, which must not tell where a link to the packages leads.
  preserveSymlinks: true,
  outExtension: { '.js': '.mjs' },
  // A file for each part that is imported by `import()`: what an event does not need is not even read.
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  minify: true,
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
};

export const handlers = (): readonly string[] =>
  readdirSync(join(root, 'handlers'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => basename(name, '.ts'))
    .sort();

/**
 * Bundles the handler `name` of the tree at `from` as it is deployed: `name.mjs` in the folder `to`, and what it imports in
 * `parts` there. By itself, since handlers that are bundled together get other parts: what is tested alone would not be
 * what is deployed.
 */
export async function bundleHandler(from: string, name: string, to: string): Promise<void> {
  await build({
    ...bundleOptions,
    absWorkingDir: from,
    entryPoints: [join(from, 'handlers', `${name}.ts`)],
    outdir: to,
  });
}

/** Bundles the tree at `from` into `to`, which is emptied first. */
export async function bundleInto(from: string, to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  // Parts that come out the same have the same name, so that handlers share them.
  for (const name of handlers()) await bundleHandler(from, name, join(to, 'handlers'));
  await bundleCli(from, to);
}

/** Bundles the command line of the tree at `from` into the folder `to`, as `cli.mjs`. */
export async function bundleCli(from: string, to: string): Promise<void> {
  await build({
    ...bundleOptions,
    plugins: [httpByValue],
    absWorkingDir: from,
    banner: { js: '#!/usr/bin/env node' },
    entryPoints: [{ in: join(from, 'src/cli/main.ts'), out: 'cli' }],
    outdir: to,
  });
}

async function bundleAll(): Promise<void> {
  await bundleInto(root, join(root, 'dist'));
  console.error(`bundled ${[...handlers(), 'cli'].join(', ')} into dist/`);
}

if (import.meta.main) await bundleAll();
