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

/** The one package whose install script may run: it brings the Node that every script runs on. */
const MAY_RUN_SCRIPTS = 'node';
const EXACT = /^\d+\.\d+\.\d+$/;
const ONE_COPY = /(?:^|\/)node_modules\/(@aws-sdk\/[^/]+|@smithy\/[^/]+)$/;

/** Every problem with what the product is made of; an empty list where all is well. */
export function supplyProblems(manifest: Manifest, lock: Lock, documentation: string): readonly string[] {
  const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  const packages = Object.entries(lock).filter(([path]) => path !== '');
  return [
    ...direct
      .filter(([, range]) => !EXACT.test(range))
      .map(([name, range]) => `package.json: ${name} is "${range}": expected one exact version`),
    ...direct
      .filter(([name]) => !documentation.includes(`\`${name}\``))
      .map(([name]) => `docs/dependencies.md: there is no row for \`${name}\`: say what it is for`),
    ...packages
      .filter(([, { integrity }]) => integrity === undefined)
      .map(([path]) => `package-lock.json: ${path} has no integrity hash`),
    ...packages
      .filter(([, { resolved }]) => resolved !== undefined)
      .map(([path]) => `package-lock.json: ${path} names the registry it came from`),
    ...packages.flatMap(([path, locked]) => scriptProblems(nameOf(path), locked, manifest)),
    ...packages.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !hasPackage(lock, path, name))
        .map(
          (name) => `package-lock.json: ${path} may need ${name} on another platform, which is not locked`,
        ),
    ),
    ...copies(packages.map(([path]) => path)),
  ];
}

const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function scriptProblems(
  name: string,
  { hasInstallScript }: LockedPackage,
  manifest: Manifest,
): readonly string[] {
  if (hasInstallScript !== true || name === MAY_RUN_SCRIPTS || manifest.allowScripts?.[name] === false)
    return [];
  return [`${name} has an install script: refuse it in allowScripts, or do without the package`];
}

const hasPackage = (lock: Lock, path: string, name: string): boolean =>
  lock[`${path}/node_modules/${name}`] !== undefined || lock[`node_modules/${name}`] !== undefined;

function copies(paths: readonly string[]): readonly string[] {
  const found = Map.groupBy(
    paths.flatMap((path) => ONE_COPY.exec(path)?.[1] ?? []),
    (name) => name,
  );
  return [...found]
    .filter(([, all]) => all.length > 1)
    .map(([name, all]) => `package-lock.json: ${name} is there ${all.length} times: expected one copy`);
}
