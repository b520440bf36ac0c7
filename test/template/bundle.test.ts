import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProperties, bundle, esbuildOptions, ROOT, typeOfExport } from './bundle.ts';
import { isObject } from './parse.ts';
import { ALL_ON, at, deploy, idsOfType, properties, template } from './stack.ts';

const functions = idsOfType(deploy(ALL_ON), 'AWS::Serverless::Function').map((id) => {
  const [entry = ''] = esbuildOptions(buildProperties(id)).entryPoints as readonly string[];
  const [module = '', exported = ''] = String(properties(deploy(ALL_ON), id).Handler).split('.');
  return { id, entry, module, exported };
});

const variables = (id: string): Readonly<Record<string, string>> => {
  const found = at(properties(deploy(ALL_ON), id), 'Environment', 'Variables');
  return isObject(found)
    ? Object.fromEntries(Object.entries(found).map(([name, value]) => [name, String(value)]))
    : {};
};

/** The SDK, which has a module form, and `yaml`, which for Node is CommonJS and calls require. */
const BOTH_KINDS = `
import { S3Client } from '@aws-sdk/client-s3';
import { parse } from 'yaml';
export const handler = () => [new S3Client({}), parse('a: 1')];`;

describe('the bundles', () => {
  it.each(functions)(
    '$id is built by esbuild into the module that its Handler names',
    ({ id, entry, module, exported }) => {
      expect(at(template.Resources, id, 'Metadata', 'BuildMethod')).toBe('esbuild');
      expect([entry, exported]).toEqual([`handlers/${module}.ts`, 'handler']);
      expect(properties(deploy(ALL_ON), id).CodeUri).toBe('.');
    },
  );

  it.each(functions)('$id can be imported as Lambda imports it, and exports a handler', async (one) => {
    // Absent only while the handlers are being written; `test/template/structure.test.ts` does not need them.
    expect(existsSync(join(ROOT, one.entry)), `${one.entry} is there`).toBe(true);
    const folder = await bundle(esbuildOptions(buildProperties(one.id)));
    expect(readdirSync(folder).toSorted()).toEqual([`${one.module}.mjs`, `${one.module}.mjs.map`]);
    expect(typeOfExport(join(folder, `${one.module}.mjs`), one.exported, variables(one.id))).toBe(
      'typeof function',
    );
  });

  it.each(functions)(
    '$id has settings under which the SDK and a CommonJS dependency load',
    async ({ id }) => {
      const { entryPoints: _, ...options } = esbuildOptions(buildProperties(id));
      const stdin = { contents: BOTH_KINDS, resolveDir: ROOT };
      const folder = await bundle({ ...options, stdin });
      expect(typeOfExport(join(folder, 'stdin.mjs'), 'handler')).toBe('typeof function');
    },
  );

  it('would not load without the banner, so the import really tells', async () => {
    const { entryPoints: _, banner: __, ...options } = esbuildOptions(buildProperties('AuditQueueFunction'));
    const folder = await bundle({ ...options, stdin: { contents: BOTH_KINDS, resolveDir: ROOT } });
    expect(typeOfExport(join(folder, 'stdin.mjs'), 'handler')).toMatch(
      /Dynamic require of "\w+" is not supported/,
    );
  });

  it('all take the same settings', () => {
    const settings = functions.map(({ id }) => ({ ...buildProperties(id), EntryPoints: [] }));
    for (const one of settings) expect(one).toEqual(settings[0]);
  });
});
