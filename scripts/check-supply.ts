// Checks what the product is made of: exact versions, no install scripts, and a bundle that comes out the same each time.
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleInto } from './bundle.ts';
import { type Lock, MUTATION, type Place, PRODUCT, supplyProblems } from './supply.ts';

const root = join(import.meta.dirname, '..');
const json = (name: string): never => JSON.parse(readFileSync(join(root, name), 'utf8')) as never;

/** SHA-256 of every file of a bundle, by its path within. */
function hashesOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [
        path.slice(folder.length + 1),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ])
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Bundles the tree where it stands and a copy of it elsewhere: a path or a time in the output would show. */
async function bundledTwice(): Promise<readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>]> {
  const scratch = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    const copy = join(scratch, 'another', 'place');
    for (const part of ['src', 'handlers', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    await bundleInto(root, join(scratch, 'first'));
    await bundleInto(copy, join(scratch, 'second'));
    return [hashesOf(join(scratch, 'first')), hashesOf(join(scratch, 'second'))];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** How many packages a lockfile holds beside the entry of the folder itself. */
const counted = ([{ folder }, packages]: readonly [Place, Lock]): string =>
  `${Object.keys(packages).length - 1} packages in ${folder}package-lock.json`;

const [first, second] = await bundledTwice();
const documentation = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
const locked = [PRODUCT, MUTATION].map((place): readonly [Place, Lock] => {
  const { packages }: { readonly packages: Lock } = json(`${place.folder}package-lock.json`);
  return [place, packages];
});
const problems = [
  ...locked.flatMap(([place, packages]) =>
    supplyProblems(json(`${place.folder}package.json`), packages, documentation, place),
  ),
  ...(first.size === 0 ? ['nothing was bundled'] : []),
  ...[...first]
    .filter(([path, hash]) => second.get(path) !== hash)
    .map(([path]) => `dist/${path} comes out different when it is bundled again elsewhere`),
];
for (const problem of problems) console.error(problem);
for (const [path, hash] of first) console.log(`${hash}  ${path}`);
console.error(
  problems.length === 0
    ? `${locked.map(counted).join(', ')}, ${first.size} bundled files twice the same`
    : `${problems.length} problems with what the product is made of`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
