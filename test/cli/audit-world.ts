import { Readable } from 'node:stream';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../local/aws.ts';
import { listerFor } from '../../src/aws/heads-for.ts';
import { type Audit, type AuditEdge, audit } from '../../src/cli/audit.ts';
import type { CliIo } from '../../src/cli/io.ts';
import { ACCOUNT, REGION } from './local-lake.ts';
import { Collector, NOW_MS, type Run } from './run.ts';

export const BUCKET = 'acme-lake';

/** Two tenants with a key each, behind aliases; everything else in the bucket is under no rule. */
export const POLICY = `version: 1
defaults: { uncovered: report }
rules:
  - id: tenants
    match: s3://${BUCKET}/tenants/{tenant}/
    sse: { key: "alias/tenant-{tenant}" }
  - id: sealed
    match: s3://${BUCKET}/sealed/
    cse: required
exempt:
  - { match: "s3://${BUCKET}/**/_SUCCESS", reason: "an empty marker", maxSize: 16 }
`;

export interface World {
  readonly aws: LocalAws;
  readonly keys: Readonly<Record<'a' | 'b', string>>;
  /** Stores an object without a request, under the key given. */
  put(key: string, kmsKeyId?: string, body?: string): void;
  versioned(): Promise<void>;
}

/** A bucket in a local AWS of the test's own. */
export async function world(options: LocalAwsOptions = {}): Promise<World> {
  const aws = await startLocalAws(options);
  const config = { ...aws.clientConfig(ACCOUNT, REGION), maxAttempts: 10 };
  const [s3, kms] = [new S3Client(config), new KMSClient(config)] as const;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const newKey = async (AliasName: string): Promise<string> => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata?.KeyId }));
    return KeyMetadata?.Arn ?? '';
  };
  const keys = { a: await newKey('alias/tenant-a'), b: await newKey('alias/tenant-b') };
  kms.destroy();
  return {
    aws,
    keys,
    put: (key, kmsKeyId, body = 'x') => {
      const encryption =
        kmsKeyId === undefined
          ? { serverSideEncryption: 'AES256' }
          : { serverSideEncryption: 'aws:kms', kmsKeyId };
      aws.s3.control.putRaw({ bucket: BUCKET, key, body, ...encryption, lastModified: NOW_MS - 3_600_000 });
    },
    versioned: async () => {
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
    },
  };
}

/** Tenants with keys of their own, one object in ten under the other's key, and an exempt marker each. */
export function fill({ put, keys }: World, objects: number): void {
  for (let i = 0; i < objects; i++) {
    const tenant = i % 2 === 0 ? 'a' : 'b';
    const key = i % 10 === 0 ? keys.b : keys[tenant];
    put(`tenants/${tenant}/2026/part-${String(i).padStart(7, '0')}.parquet`, key);
  }
  for (const tenant of ['a', 'b']) put(`tenants/${tenant}/_SUCCESS`, undefined, '');
}

export const EDGE: AuditEdge = { lister: (clients) => listerFor(clients) };

export interface AuditOptions extends Partial<Omit<Audit, 'command'>> {
  readonly policy: string;
}

/** Runs `audit` in this process, with streams in memory. Throws what the command line would print. */
export async function runAudit(
  { aws }: Pick<World, 'aws'>,
  options: AuditOptions,
  { edge = {}, io = {} }: { readonly edge?: Partial<AuditEdge>; readonly io?: Partial<CliIo> } = {},
): Promise<Run> {
  const stdout = new Collector();
  const stderr = new Collector({ isTTY: io.terminal === true, columns: io.columns ?? 100 });
  const status = await audit(
    {
      command: 'audit',
      target: `s3://${BUCKET}/tenants/`,
      versions: false,
      aws: { endpointUrl: aws.endpoint, region: REGION },
      ...options,
    },
    {
      stdin: Readable.from([]),
      stdout,
      stderr,
      terminal: false,
      color: false,
      columns: 100,
      now: () => NOW_MS,
      ...io,
    },
    { ...EDGE, ...edge },
  );
  return { status, stdout: stdout.text, stderr: stderr.text };
}
