import { handlers } from '../scripts/bundle.ts';
import { FIRST_EVENTS } from './cold-events.ts';
import type { ColdRun } from './cold-process.ts';
import { type ColdWorld, IN_S3 } from './cold-world.ts';

/** One subject of the bench: a bundle and what its first event finds. */
export interface Variant extends ColdRun {
  readonly name: string;
  /** The clients that it may not take 1.3 times of; empty for what is compared with nothing. */
  readonly beside: readonly string[];
}

export const oneFile = (clients: string): string => `${clients}, one file`;
export const alike = (clients: string): string => `${clients}, bundled alike`;

/** All that is asked of S3 and KMS, by their clients. */
const BOTH = 'clients-s3-kms';
/** What is loaded of the SDK where S3 is asked without its client. */
const KMS_ONLY = 'clients-kms';
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  'reaudit-batch': [BOTH],
  'reaudit-summary': ['clients-s3'],
};

/** Everything that is measured side by side. */
export function variants(world: ColdWorld): readonly Variant[] {
  const { bundles, env, policyFile, jsonPolicyFile } = world;
  const file = (name: string): string => bundles.get(name)?.file ?? '';
  const queue = (name: string, policy: string): Variant => ({
    ...{ name, file: file('audit-queue'), event: FIRST_EVENTS['audit-queue'], env: env(policy) },
    beside: [`${KMS_ONLY}, policy in the bundle`],
  });
  return [
    { name: 'empty handler', file: file('empty'), event: {}, env: env(IN_S3), beside: [] },
    ...clientVariants(world),
    ...handlers().map((name) => ({
      ...{ name, file: file(name), event: FIRST_EVENTS[name], env: env(IN_S3) },
      beside: BESIDE[name] ?? [BOTH, KMS_ONLY],
    })),
    queue('audit-queue, policy in the bundle', policyFile),
    queue('audit-queue, policy in the bundle as JSON', jsonPolicyFile),
  ];
}

/** Each of the clients alone, bundled in both ways; KMS's also without the policy's GET. */
function clientVariants({ clients, env, policyFile }: ColdWorld): readonly Variant[] {
  return clients.flatMap((bundled) => {
    const named = (name: string, policy: string): readonly Variant[] => [
      { name: oneFile(name), file: bundled.oneFile.file, event: {}, env: env(policy), beside: [] },
      { name: alike(name), file: bundled.alike.file, event: {}, env: env(policy), beside: [] },
    ];
    const { name } = bundled;
    const inBundle = name === KMS_ONLY ? named(`${name}, policy in the bundle`, policyFile) : [];
    return [...named(name, IN_S3), ...inBundle];
  });
}
