import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, BundleFolder, shippedHandlers } from './bundles.ts';
import { startServer } from './lib.ts';
import { lambdaEnvironment, POLICY } from './world.ts';

export const IN_S3 = 's3://bench-policy/policy.yaml';

/** Everything bundled once, and a server to answer. */
export interface ColdWorld {
  readonly bundles: ReadonlyMap<string, Bundle>;
  /** audit-queue with a file for each part that is loaded by itself. */
  readonly split: Bundle;
  readonly env: (policy: string) => Record<string, string>;
  readonly policyFile: string;
  stop(): void;
}

export async function makeWorld(): Promise<ColdWorld> {
  const folder = new BundleFolder();
  const all = [
    ...shippedHandlers().map((name) => folder.handler(name)),
    ...['empty', 'clients-s3-kms', 'clients-s3', 'clients-kms'].map((name) => folder.own(name)),
  ];
  const split = await folder.handler('audit-queue', { splitting: true });
  const made = await Promise.all(all);
  const server = await startServer(0, 0);
  const policyFile = join(folder.path, 'policy.yaml');
  writeFileSync(policyFile, POLICY);
  return {
    bundles: new Map(made.map((bundle) => [bundle.name, bundle])),
    split,
    env: (policy) => lambdaEnvironment(server.port, policy),
    policyFile,
    stop: () => server.child.disconnect(),
  };
}
