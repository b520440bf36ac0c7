import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { billOfMaterials, type LockedPackages } from '../../scripts/sbom.ts';
import { type Lock, type Manifest, MUTATION, supplyProblems } from '../../scripts/supply.ts';

const MANIFEST: Manifest = {
  dependencies: { yaml: '2.9.1' },
  devDependencies: { esbuild: '0.28.2' },
  allowScripts: { node: true, esbuild: false },
};
const LOCK: Lock = {
  '': {},
  'node_modules/yaml': { version: '2.9.1', integrity: 'sha512-AA==' },
  'node_modules/esbuild': {
    version: '0.28.2',
    integrity: 'sha512-AA==',
    hasInstallScript: true,
    optionalDependencies: { '@esbuild/linux-x64': '0.28.2' },
  },
  'node_modules/@esbuild/linux-x64': { version: '0.28.2', integrity: 'sha512-AA==' },
};
const DOCUMENTATION = '| `yaml` | the policy |\n| `esbuild` | the bundles |';

const withPackage = (path: string, locked: Lock[string]): Lock => ({ ...LOCK, [path]: locked });
const whole = { version: '1.0.0', integrity: 'sha512-AA==' };

describe('what the product is made of', () => {
  it('has no problem where versions are exact, hashes are there and no script runs', () => {
    expect(supplyProblems(MANIFEST, LOCK, DOCUMENTATION)).toEqual([]);
  });

  it('a range in place of a version is a problem', () => {
    const manifest = { ...MANIFEST, dependencies: { yaml: '^2.9.1' } };
    expect(supplyProblems(manifest, LOCK, DOCUMENTATION)).toEqual([
      'package.json: yaml is "^2.9.1": expected one exact version',
      'package-lock.json: yaml is not locked at ^2.9.1',
    ]);
  });

  it('a direct dependency that the lockfile lacks is a problem, so that an empty lockfile is none without problems', () => {
    expect(supplyProblems(MANIFEST, { '': {} }, DOCUMENTATION)).toEqual([
      'package-lock.json: yaml is not locked at 2.9.1',
      'package-lock.json: esbuild is not locked at 0.28.2',
    ]);
  });

  it('a direct dependency that the page does not explain is a problem', () => {
    const manifest = { ...MANIFEST, dependencies: { yaml: '2.9.1', leftpad: '1.0.0' } };
    const lock = withPackage('node_modules/leftpad', whole);
    const missing = ['docs/dependencies.md: there is no row for `leftpad`: say what it is for'];
    for (const more of [
      '',
      'We thought of `leftpad` once.',
      '| `yaml` | it goes with `leftpad` |',
      '| `leftpad` |',
      '| `leftpad` | |',
      '| no `leftpad` | text |',
      '| `leftpad-more` | text |',
    ]) {
      expect([more, supplyProblems(manifest, lock, `${DOCUMENTATION}\n${more}`)]).toEqual([more, missing]);
    }
    expect(supplyProblems(manifest, lock, `${DOCUMENTATION}\n| \`leftpad\` | pads |`)).toEqual([]);
  });

  it.each([
    ['a package without a hash', { version: '1.0.0' }, 'has no SHA-512 hash'],
    ['a package with a weak hash', { ...whole, integrity: 'sha1-AA==' }, 'has no SHA-512 hash'],
    ['a package that names its registry', { ...whole, resolved: 'https://registry.test/x.tgz' }, 'registry'],
    ['an install script that nobody refused', { ...whole, hasInstallScript: true }, 'has an install script'],
    ['another platform that is not locked', { ...whole, optionalDependencies: { x: '1.0.0' } }, 'may need x'],
  ])('%s is a problem', (_name, locked, expected) => {
    const problems = supplyProblems(MANIFEST, withPackage('node_modules/other', locked), DOCUMENTATION);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  it('two copies of one line of the SDK are a problem', () => {
    const lock = {
      ...withPackage('node_modules/@smithy/core', whole),
      'node_modules/yaml/node_modules/@smithy/core': whole,
    };
    expect(supplyProblems(MANIFEST, lock, DOCUMENTATION)).toEqual([
      'package-lock.json: @smithy/core is there 2 times: expected one copy',
    ]);
  });
});

describe('what the mutation tester is made of', () => {
  const manifest: Manifest = { devDependencies: { tester: '1.0.0' } };
  const lock: Lock = { '': {}, 'node_modules/tester': whole, 'node_modules/node': whole };
  const documentation = '| `tester` | mutates |';
  const problemsOf = (locked: Lock[string]) =>
    supplyProblems(manifest, { ...lock, 'node_modules/node': locked }, documentation, MUTATION);

  it('is held to the same', () => {
    expect(problemsOf(whole)).toEqual([]);
    expect(problemsOf({ ...whole, resolved: 'https://registry.test/x.tgz' })).toEqual([
      'mutation/package-lock.json: node_modules/node names the registry it came from',
    ]);
    expect(problemsOf({ version: '1.0.0' })).toEqual([
      'mutation/package-lock.json: node_modules/node has no SHA-512 hash',
    ]);
    expect(supplyProblems({ devDependencies: { tester: '*' } }, lock, '', MUTATION)).toEqual([
      'mutation/package.json: tester is "*": expected one exact version',
      'mutation/package-lock.json: tester is not locked at *',
      'docs/dependencies.md: there is no row for `tester`: say what it is for',
    ]);
  });

  it('may have no install script at all, not even that of node', () => {
    expect(problemsOf({ ...whole, hasInstallScript: true })).toEqual([
      expect.stringMatching(/^mutation\/package-lock\.json: node_modules\/node has an install script/),
    ]);
    const root = { ...LOCK, 'node_modules/node': { ...whole, hasInstallScript: true } };
    expect(supplyProblems(MANIFEST, root, DOCUMENTATION)).toEqual([]);
  });

  it('is installed from the repository with --ignore-scripts', () => {
    const run = readFileSync(new URL('../../mutation/run.ts', import.meta.url), 'utf8');
    const installs = [...run.matchAll(/run\('npm', \[(.*)\]/g)].map(([, words = '']) => words);
    expect(installs).toHaveLength(1);
    expect(installs[0]).toContain("'ci'");
    expect(installs[0]).toContain("'--ignore-scripts'");
  });
});

describe('the bill of materials', () => {
  const root = { name: 'product', version: '1.0.0', license: 'Apache-2.0', dependencies: { a: '1.0.0' } };
  const packages: LockedPackages = {
    'node_modules/a': {
      version: '1.0.0',
      license: 'MIT',
      integrity: 'sha512-AQI=',
      dependencies: { b: '2' },
    },
    'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { c: '1' } },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/c': { version: '1.0.0', dependencies: { a: '1' } },
    'node_modules/only-for-tests': { version: '1.0.0' },
  };

  it('holds what is shipped, however deep, as Node resolves it, and nothing else', () => {
    expect(billOfMaterials(root, packages)).toMatchObject({
      components: [{ 'bom-ref': 'a@1.0.0' }, { 'bom-ref': 'b@2.0.0' }, { 'bom-ref': 'c@1.0.0' }],
      dependencies: [
        { ref: 'a@1.0.0', dependsOn: ['b@2.0.0'] },
        { ref: 'b@2.0.0', dependsOn: ['c@1.0.0'] },
        { ref: 'c@1.0.0', dependsOn: ['a@1.0.0'] },
        { ref: 'product@1.0.0', dependsOn: ['a@1.0.0'] },
      ],
    });
  });

  it('gives licence, hash and package URL of each', () => {
    expect(billOfMaterials(root, packages)).toMatchObject({
      components: [
        {
          licenses: [{ license: { id: 'MIT' } }],
          hashes: [{ alg: 'SHA-512', content: '0102' }],
          purl: 'pkg:npm/a@1.0.0',
        },
        {},
        {},
      ],
    });
  });

  it('is the same for the same lockfile, and another for another', () => {
    expect(billOfMaterials(root, packages)).toEqual(billOfMaterials(root, packages));
    const other = { ...packages, 'node_modules/c': { version: '1.0.1' } };
    expect(billOfMaterials(root, other)).not.toEqual(billOfMaterials(root, packages));
  });

  it('is refused where the lockfile lacks a package that is needed', () => {
    expect(() => billOfMaterials({ ...root, dependencies: { absent: '1' } }, packages)).toThrow(
      'the root needs absent, which package-lock.json lacks',
    );
  });
});
