import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleHandler as bundleInto } from '../../scripts/bundle.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Bundle {
  readonly file: string;
  remove(): Promise<void>;
}

/** Bundles a handler as it is shipped, into a folder of its own. */
export async function bundleHandler(name: string): Promise<Bundle> {
  const outdir = await mkdtemp(join(tmpdir(), 'path-bundle-'));
  await bundleInto(ROOT, name, outdir);
  return {
    file: join(outdir, `${name}.mjs`),
    remove: () => rm(outdir, { recursive: true, force: true }),
  };
}
