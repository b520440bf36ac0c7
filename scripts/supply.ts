/** What package.json, package-lock.json and docs/dependencies.md must agree on. Pure: takes what was read. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
export type Lock = Readonly<Record<string, LockedPackage>>;

/** Where a manifest and its lockfile lie, and the packages whose install scripts may run there. */
export interface Place {
  /** Relative to the root, with a slash at its end; empty for the root itself. */
  readonly folder: string;
  readonly mayRunScripts: readonly string[];
}

/** One install script may run: it brings the Node that every script runs on. */
export const PRODUCT: Place = { folder: '', mayRunScripts: ['node'] };
/** It is installed with --ignore-scripts, which somebody who installs by hand may leave out: no package may have one. */
export const MUTATION: Place = { folder: 'mutation/', mayRunScripts: [] };

const EXACT = /^\d+\.\d+\.\d+$/;
const HASH = /^sha512-/;
const ONE_COPY = /(?:^|\/)node_modules\/(@aws-sdk\/[^/]+|@smithy\/[^/]+)$/;

/** Every problem with what the product, or a tool beside it, is made of; an empty list where all is well. */
export function supplyProblems(
  manifest: Manifest,
  lock: Lock,
  documentation: string,
  place: Place = PRODUCT,
): readonly string[] {
  return [
    ...manifestProblems(manifest, lock, documentation, place),
    ...lockProblems(manifest, lock, place),
    ...copies(Object.keys(lock), lockfileOf(place)),
  ];
}

const lockfileOf = ({ folder }: Place): string => `${folder}package-lock.json`;

function manifestProblems(
  manifest: Manifest,
  lock: Lock,
  documentation: string,
  place: Place,
): readonly string[] {
  const explained = rowsOf(documentation);
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).flatMap(
    ([name, version]) => [
      ...(EXACT.test(version)
        ? []
        : [`${place.folder}package.json: ${name} is "${version}": expected one exact version`]),
      ...(lock[`node_modules/${name}`]?.version === version
        ? []
        : [`${lockfileOf(place)}: ${name} is not locked at ${version}`]),
      ...(explained.has(name)
        ? []
        : [`docs/dependencies.md: there is no row for \`${name}\`: say what it is for`]),
    ],
  );
}

function lockProblems({ allowScripts = {} }: Manifest, lock: Lock, place: Place): readonly string[] {
  return Object.entries(lock).flatMap(([path, { integrity = '', resolved, ...locked }]) => {
    if (path === '') return [];
    const name = nameOf(path);
    const mayRun = place.mayRunScripts.includes(name) || allowScripts[name] === false;
    const problems = [
      ...(HASH.test(integrity) ? [] : ['has no SHA-512 hash']),
      ...(resolved === undefined ? [] : ['names the registry it came from']),
      ...(locked.hasInstallScript !== true || mayRun
        ? []
        : ['has an install script: refuse it in allowScripts, or do without the package']),
      ...Object.keys(locked.optionalDependencies ?? {})
        .filter((optional) => !hasPackage(lock, path, optional))
        .map((optional) => `may need ${optional} on another platform, which is not locked`),
    ];
    return problems.map((problem) => `${lockfileOf(place)}: ${path} ${problem}`);
  });
}

/** The packages that a table explains: the first cell is the name alone, and the second one says something. */
const rowsOf = (documentation: string): ReadonlySet<string> =>
  new Set([...documentation.matchAll(/^\| `([^`|]+)` \| [^\s|]/gm)].map(([, name = '']) => name));

const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

const hasPackage = (lock: Lock, path: string, name: string): boolean =>
  lock[`${path}/node_modules/${name}`] !== undefined || lock[`node_modules/${name}`] !== undefined;

function copies(paths: readonly string[], lockfile: string): readonly string[] {
  const found = Map.groupBy(
    paths.flatMap((path) => ONE_COPY.exec(path)?.[1] ?? []),
    (name) => name,
  );
  return [...found]
    .filter(([, all]) => all.length > 1)
    .map(([name, all]) => `${lockfile}: ${name} is there ${all.length} times: expected one copy`);
}
