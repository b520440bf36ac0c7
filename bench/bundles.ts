import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { bundleCli, bundleOptions } from '../scripts/bundle.ts';

const ROOT = join(import.meta.dirname, '..');

/** What anybody would bundle with: one minified file. */
const ONE_FILE: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  outExtension: { '.js': '.mjs' },
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
};

export interface Bundle {
  readonly name: string;
  readonly file: string;
  /** Of the file and of all its parts, whether an event needs them or not. */
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
  handler(name: string): Promise<Bundle> {
    return this.#build(name, 'handlers', bundleOptions);
  }

  /** A handler of the bench, bundled in the same way. */
  own(name: string): Promise<Bundle> {
    return this.#build(name, 'bench/handlers', bundleOptions);
  }

  /** A handler of the bench as esbuild makes it without any of this product's settings. */
  plain(name: string): Promise<Bundle> {
    return this.#build(name, 'bench/handlers', ONE_FILE);
  }

  /** The command line as it ships; answers its file. */
  async cli(): Promise<string> {
    await bundleCli(ROOT, this.path);
    return join(this.path, 'cli.mjs');
  }

  async #build(name: string, folder: string, options: BuildOptions): Promise<Bundle> {
    const outdir = mkdtempSync(join(this.path, `${name}-`));
    const { metafile } = await build({
      ...options,
      absWorkingDir: ROOT,
      entryPoints: [join(ROOT, folder, `${name}.ts`)],
      outdir,
      metafile: true,
    });
    const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
    return { name, file: join(outdir, `${name}.mjs`), bytes, metafile };
  }
}

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
