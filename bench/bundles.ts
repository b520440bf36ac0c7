import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { bundleOptions, handlers } from '../scripts/bundle.ts';

const ROOT = join(import.meta.dirname, '..');

export interface Bundle {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  /** What esbuild says of its inputs and outputs. */
  readonly metafile: Metafile;
}

/** Bundles as they ship, in a folder of their own, so that nothing rebuilds them while they are measured. */
export class BundleFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'bench-bundles-'));

  constructor() {
    process.once('exit', () => rmSync(this.path, { recursive: true, force: true }));
  }

  /** A shipped handler, by its name without an ending. */
  handler(name: string, changes: BuildOptions = {}): Promise<Bundle> {
    return this.#build(name, join(ROOT, 'handlers', `${name}.ts`), changes);
  }

  /** A handler of the bench, bundled in the same way. */
  own(name: string): Promise<Bundle> {
    return this.#build(name, join(ROOT, 'bench/handlers', `${name}.ts`), {});
  }

  async #build(name: string, entry: string, changes: BuildOptions): Promise<Bundle> {
    const outdir = join(this.path, `${name}${changes.splitting ? '-split' : ''}`);
    const { metafile } = await build({
      ...bundleOptions,
      ...changes,
      absWorkingDir: ROOT,
      entryPoints: [entry],
      outdir,
      metafile: true,
    });
    const file = join(outdir, `${name}.mjs`);
    return { name, file, bytes: statSync(file).size, metafile };
  }
}

export const shippedHandlers = (): readonly string[] => handlers().map((name) => basename(name, '.ts'));

/** The npm package that an input comes from, or the folder of this product. */
export function packageOf(input: string): string {
  const path = relative(ROOT, join(ROOT, input));
  const inside = path.split('node_modules/').at(-1) ?? path;
  if (!path.includes('node_modules/')) return 'this product';
  const [scope = '', name = ''] = inside.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

/** Bytes of a bundle by the package that they come from, the largest first. */
export function bytesByPackage({ metafile }: Bundle): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const name = packageOf(input);
      sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return new Map([...sizes].sort((a, b) => b[1] - a[1]));
}
