// Prints the software bill of materials of what is shipped, as CycloneDX JSON: the same bytes for the same lockfile.
// npm's own `npm sbom --omit=dev` leaves out every package that a development tool needs too, so it is made here.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One package of a package-lock.json, version 3. */
interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
export type LockedPackages = Readonly<Record<string, Locked>>;

interface Root extends Locked {
  readonly name: string;
  readonly description?: string;
}

interface Component {
  readonly 'bom-ref': string;
  readonly purl: string;
}

/**
 * Takes the root package and the `packages` of its lockfile, gives a CycloneDX 1.5 document of all that its
 * `dependencies` bring, however deep. https://cyclonedx.org/docs/1.5/json/ . Throws where the lockfile lacks one.
 */
export function billOfMaterials(root: Root, packages: LockedPackages): object {
  const components = new Map<string, Component>();
  const dependencies = new Map<string, readonly string[]>();
  const visit = (path: string, locked: Locked, ref: string): void => {
    if (dependencies.has(ref)) return;
    const wanted = Object.keys({ ...locked.dependencies, ...locked.optionalDependencies });
    const found = wanted.map((name) => resolve(packages, path, name));
    const refs = found.map(({ name, locked: { version } }) => `${name}@${version}`);
    dependencies.set(ref, refs.toSorted(byBytes));
    for (const [index, one] of found.entries()) {
      const at = refs[index] ?? '';
      components.set(at, libraryOf(one.name, one.locked));
      visit(one.path, one.locked, at);
    }
  };
  const rootRef = `${root.name}@${root.version}`;
  visit('', root, rootRef);
  const content = {
    metadata: { component: applicationOf(root) },
    components: [...components.values()].toSorted((a, b) => byBytes(a['bom-ref'], b['bom-ref'])),
    dependencies: [...dependencies]
      .map(([ref, dependsOn]) => ({ ref, dependsOn }))
      .toSorted((a, b) => byBytes(a.ref, b.ref)),
  };
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: serialOf(content),
    version: 1,
    ...content,
  };
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface Found {
  readonly path: string;
  readonly name: string;
  readonly locked: Locked;
}

/** As Node resolves: the nearest `node_modules` on the way up. */
function resolve(packages: LockedPackages, from: string, name: string): Found {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    const locked = packages[path];
    if (locked !== undefined) return { path, name, locked };
    if (folder === '') throw new Error(`${from || 'the root'} needs ${name}, which package-lock.json lacks`);
  }
}

const purl = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

const licensesOf = (license: string | undefined): object =>
  license === undefined ? {} : { licenses: [{ license: { id: license } }] };

const applicationOf = ({ name, version, description, license }: Root): object => ({
  'bom-ref': `${name}@${version}`,
  type: 'application',
  name,
  version,
  ...(description === undefined ? {} : { description }),
  ...licensesOf(license),
  purl: purl(name, version),
});

function libraryOf(name: string, { version, license, integrity }: Locked): Component {
  const [algorithm, digest] = integrity?.split('-') ?? [];
  const hashes =
    algorithm === 'sha512' && digest !== undefined
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
      : {};
  const described = { type: 'library', name, version, scope: 'required', ...hashes, ...licensesOf(license) };
  return { 'bom-ref': `${name}@${version}`, ...described, purl: purl(name, version) };
}

/** From the content, so that nothing but the content changes it. */
function serialOf(content: object): string {
  const hex = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`];
  return `urn:uuid:${parts.join('-')}-${hex.slice(20, 32)}`;
}

if (import.meta.main) {
  const read = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8');
  const root = JSON.parse(read('package.json')) as Root;
  const { packages } = JSON.parse(read('package-lock.json')) as { readonly packages: LockedPackages };
  console.log(JSON.stringify(billOfMaterials(root, packages), null, 2));
}
