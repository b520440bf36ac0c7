import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { handlers } from '../scripts/bundle.ts';
import { type Bundle, BundleFolder } from './bundles.ts';
import { startServer } from './lib.ts';
import { lambdaEnvironment, POLICY } from './world.ts';

export const IN_S3 = 's3://bench-policy/policy.yaml';

/** Everything bundled once, and a server to answer. */
export interface ColdWorld {
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly env: (policy: string) => Record<string, string>;
  readonly policyFile: string;
  /** The same policy in JSON. */
  readonly jsonPolicyFile: string;
  stop(): void;
}

export async function makeWorld(): Promise<ColdWorld> {
  const folder = new BundleFolder();
  const all = [
    ...handlers().map((name) => folder.handler(name)),
    ...['empty', 'clients-s3-kms', 'clients-s3', 'clients-kms'].map((name) => folder.plain(name)),
  ];
  const made = await Promise.all(all);
  const server = await startServer(0, 0);
  const policyFile = join(folder.path, 'policy.yaml');
  writeFileSync(policyFile, POLICY);
  const jsonPolicyFile = join(folder.path, 'policy.json');
  writeFileSync(jsonPolicyFile, JSON.stringify(parse(POLICY)));
  return {
    bundles: new Map(made.map((bundle) => [bundle.name, bundle])),
    env: (policy) => lambdaEnvironment(server.port, policy),
    policyFile,
    jsonPolicyFile,
    stop: () => server.child.disconnect(),
  };
}
