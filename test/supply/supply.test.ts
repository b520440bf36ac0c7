import { describe, expect, it } from 'vitest';
import { billOfMaterials, type LockedPackages } from '../../scripts/sbom.ts';
import { type Lock, type Manifest, supplyProblems } from '../../scripts/supply.ts';

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
    ]);
  });

  it('a direct dependency that the page does not explain is a problem', () => {
    const manifest = { ...MANIFEST, dependencies: { yaml: '2.9.1', leftpad: '1.0.0' } };
    expect(supplyProblems(manifest, LOCK, DOCUMENTATION)).toEqual([
      'docs/dependencies.md: there is no row for `leftpad`: say what it is for',
    ]);
  });

  it.each([
    ['a package without a hash', { version: '1.0.0' }, 'has no integrity hash'],
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
