import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { isObject, type Json, type JsonObject, TEMPLATE_URL } from './parse.ts';
import { at, list, template } from './stack.ts';

export const ROOT = fileURLToPath(new URL('.', TEMPLATE_URL));

export const buildProperties = (id: string): JsonObject => {
  const found = at(template.Resources, id, 'Metadata', 'BuildProperties');
  if (!isObject(found)) throw new Error(`${id} has no BuildProperties`);
  return found;
};

/** SAM passes a list as `--key:NAME=VALUE` for each member. */
function pairs(value: Json): Readonly<Record<string, string>> {
  if (!Array.isArray(value)) throw new Error('SAM takes a list there');
  return Object.fromEntries(
    value.map(String).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
}

function text(value: Json, allowed: readonly string[]): string {
  if (typeof value !== 'string' || !allowed.includes(value))
    throw new Error(`${JSON.stringify(value)} is not known here`);
  return value;
}

const OPTIONS: Readonly<Record<string, (value: Json) => BuildOptions>> = {
  EntryPoints: (value) => ({ entryPoints: list(value).map(String) }),
  Format: (value) => ({ format: text(value, ['esm']) === 'esm' ? 'esm' : 'cjs' }),
  MainFields: (value) => {
    if (typeof value !== 'string')
      throw new Error('as a list SAM would make it --main-fields:NAME, which esbuild refuses');
    return { mainFields: value.split(',') };
  },
  Banner: (value) => ({ banner: pairs(value) }),
  OutExtension: (value) => ({ outExtension: pairs(value) }),
  Target: (value) => ({ target: String(value) }),
  Minify: (value) => ({ minify: value === true }),
  Sourcemap: (value) => ({ sourcemap: value === true }),
};

/** The options of esbuild that SAM makes of a function's `BuildProperties`, with what SAM always adds. */
export function esbuildOptions(properties: JsonObject): BuildOptions {
  const own = Object.entries(properties).map(([name, value]) => {
    const option = OPTIONS[name];
    if (option === undefined) throw new Error(`BuildProperties holds ${name}, which this test does not know`);
    return option(value);
  });
  return Object.assign({ bundle: true, platform: 'node', logLevel: 'silent' } satisfies BuildOptions, ...own);
}

/** Builds into a new folder outside the repository, and answers its path. */
export async function bundle(options: BuildOptions): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), 'bundle-'));
  await build({ ...options, outdir, absWorkingDir: ROOT });
  return outdir;
}

/**
 * Imports a module in a Node of its own, from a real `.mjs` (in `node -e` there is a `require`, which hides failures) and
 * with the flags that Lambda sets; answers the type of one export, or the error.
 */
export function typeOfExport(file: string, name: string, env: Readonly<Record<string, string>> = {}): string {
  const loader = join(mkdtempSync(join(tmpdir(), 'load-')), 'load.mjs');
  writeFileSync(
    loader,
    "const [file, name] = process.argv.slice(2);\nconst loaded = await import(file);\nprocess.stdout.write('typeof ' + typeof loaded[name]);\n",
  );
  const flags = ['--no-experimental-require-module', '--no-experimental-detect-module'];
  const node = join(ROOT, 'node_modules/.bin/node');
  const { status, stdout, stderr, error } = spawnSync(node, [...flags, loader, file, name], {
    encoding: 'utf8',
    env: { ...env, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
  });
  return status === 0 ? stdout : `${error?.message ?? ''}${stderr}`;
}
