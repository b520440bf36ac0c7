import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { handlers } from '../scripts/bundle.ts';
import { type Bundle, BundleFolder } from './bundles.ts';
import { startServer } from './lib.ts';
import { lambdaEnvironment, POLICY } from './world.ts';

export const IN_S3 = 's3://bench-policy/policy.yaml';

export interface BundledClients {
  readonly name: string;
  /** One minified file, as esbuild makes it. */
  readonly oneFile: Bundle;
  /** With the settings that the handlers are bundled with. */
  readonly alike: Bundle;
}

const CLIENTS = ['clients-s3-kms', 'clients-s3', 'clients-kms'];

/** Everything bundled once, and a server to answer. */
export interface ColdWorld {
  readonly bundles: ReadonlyMap<string, Bundle>;
  /** Clients alone, each bundled in two ways. */
  readonly clients: readonly BundledClients[];
  readonly env: (policy: string) => Record<string, string>;
  readonly policyFile: string;
  /** The same policy in JSON. */
  readonly jsonPolicyFile: string;
  stop(): void;
}

export async function makeWorld(): Promise<ColdWorld> {
  const folder = new BundleFolder();
  const made = await Promise.all([...handlers().map((name) => folder.handler(name)), folder.plain('empty')]);
  const clients = await Promise.all(
    CLIENTS.map(async (name) => ({
      name,
      oneFile: await folder.plain(name),
      alike: await folder.own(name),
    })),
  );
  const server = await startServer(0, 0);
  const policyFile = join(folder.path, 'policy.yaml');
  writeFileSync(policyFile, POLICY);
  const jsonPolicyFile = join(folder.path, 'policy.json');
  writeFileSync(jsonPolicyFile, JSON.stringify(parse(POLICY)));
  return {
    bundles: new Map(made.map((bundle) => [bundle.name, bundle])),
    clients,
    env: (policy) => lambdaEnvironment(server.port, policy),
    policyFile,
    jsonPolicyFile,
    stop: () => server.child.disconnect(),
  };
}
