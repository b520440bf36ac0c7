import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleHandler, bundleOptions, handlers } from '../../scripts/bundle.ts';
import { alone, bundledTree, folderOfTest, ROOT, typeOfExport } from './bundle.ts';
import { isObject } from './parse.ts';
import { ALL_ON, at, deploy, idsOfType, properties, template } from './stack.ts';

const functions = idsOfType(deploy(ALL_ON), 'AWS::Serverless::Function').map((id) => {
  const { CodeUri, Handler } = properties(deploy(ALL_ON), id);
  const [module = '', exported = ''] = String(Handler).split('.');
  return { id, code: String(CodeUri), module, exported };
});

const variables = (id: string): Readonly<Record<string, string>> => {
  const found = at(properties(deploy(ALL_ON), id), 'Environment', 'Variables');
  return isObject(found)
    ? Object.fromEntries(Object.entries(found).map(([name, value]) => [name, String(value)]))
    : {};
};

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();

/** What esbuild makes of a `require` that it leaves to run time. */
const REQUIRE_AT_RUN_TIME = /Dynamic require of/;

const IMPORT_OF_HTTP = /(?:from|import\(|import) *["'](?:node:)?https?["']/;

const matching = (folder: string, pattern: RegExp): readonly string[] =>
  filesIn(folder).filter((name) => pattern.test(readFileSync(join(folder, name), 'utf8')));

/** The SDK, and CommonJS that asks for a module of Node, as a dependency might. */
const BOTH_KINDS = `
import { S3Client } from '@aws-sdk/client-s3';
import old from 'data:text/javascript,module.exports = require("node:os")';
export const handler = () => [new S3Client({}), old];`;

let tree = '';
beforeAll(() => {
  tree = bundledTree();
  return () => rmSync(tree, { recursive: true });
}, 120_000);

describe('the code of the functions', () => {
  it('is for each of them one of the handlers, and each handler is a function', () => {
    expect(functions.map(({ module }) => module).toSorted()).toEqual(handlers());
  });

  it.each(functions)('$id is deployed as it was bundled: SAM is told to build nothing', ({ id }) => {
    expect(at(template.Resources, id)).not.toHaveProperty('Metadata');
  });

  it.each(functions)(
    '$id can be imported from what `npm run bundle` made, as Lambda imports it, and exports a handler',
    ({ id, code, module, exported }) => {
      const task = alone(join(tree, code));
      expect(typeOfExport(join(task, `${module}.mjs`), exported, variables(id))).toBe('typeof function');
    },
  );

  it.each(functions)(
    '$id is byte for byte what its handler gives when it is bundled by itself, as the tests of the whole path do',
    async ({ code, module }) => {
      const folder = folderOfTest('bundle-');
      await bundleHandler(ROOT, module, folder);
      const names = filesIn(folder);
      expect(names).toContain(`${module}.mjs`);
      for (const name of names) {
        expect(readFileSync(join(tree, code, name)).equals(readFileSync(join(folder, name))), name).toBe(
          true,
        );
      }
    },
  );

  it('holds no file besides the handlers and their parts, all of them ES modules by their names', () => {
    const [first] = functions;
    const names = filesIn(join(tree, first?.code ?? ''));
    expect(names.filter((name) => !name.startsWith('parts/'))).toEqual(
      handlers().map((name) => `${name}.mjs`),
    );
    expect(names.filter((name) => !name.endsWith('.mjs'))).toEqual([]);
  });

  it('calls no require, which an ES module does not have', () => {
    const folder = join(tree, 'dist');
    expect(filesIn(folder).length).toBeGreaterThan(handlers().length);
    expect(matching(folder, REQUIRE_AT_RUN_TIME)).toEqual([]);
  });

  it('would not load with such a call, so its absence tells', async () => {
    const stdin = { contents: BOTH_KINDS, resolveDir: ROOT };
    const folder = folderOfTest('bundle-');
    await build({ ...bundleOptions, stdin, outdir: folder });
    expect(matching(folder, REQUIRE_AT_RUN_TIME)).not.toEqual([]);
    expect(typeOfExport(join(folder, 'stdin.mjs'), 'handler')).toMatch(REQUIRE_AT_RUN_TIME);
  });

  it('imports http nowhere, since Node would load its fetch with it', async () => {
    expect(matching(join(tree, 'dist'), IMPORT_OF_HTTP)).toEqual([]);
    const folder = folderOfTest('bundle-');
    const entryPoints = [join(ROOT, 'handlers/audit-queue.ts')];
    await build({ ...bundleOptions, plugins: [], entryPoints, absWorkingDir: ROOT, outdir: folder });
    expect(matching(folder, IMPORT_OF_HTTP)).not.toEqual([]);
  });

  it.each(handlers())('of %s holds in one file what it shares with its parts', async (name) => {
    const folder = folderOfTest('bundle-');
    const entryPoints = [join(ROOT, `handlers/${name}.ts`)];
    const options = { ...bundleOptions, entryPoints, absWorkingDir: ROOT, outdir: folder };
    const { metafile } = await build({ ...options, write: false, metafile: true });
    const entry = Object.values(metafile.outputs).find(
      ({ entryPoint }) => entryPoint === `handlers/${name}.ts`,
    );
    const inputs = (entry?.imports ?? []).map(({ path }) =>
      Object.keys(metafile.outputs[path]?.inputs ?? {}),
    );
    const ours = inputs.filter((all) => all.some((input) => input.startsWith('src/')));
    expect(ours).toHaveLength(1);
    expect(ours[0]).toContain('src/compose.ts');
  });
});
