import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { headsFor, listerFor } from '../../src/aws/heads-for.ts';
import { S3ObjectHeads } from '../../src/aws/s3-object-heads.ts';
import { S3ObjectLister } from '../../src/aws/s3-object-lister.ts';
import { bucketSettingsContract } from '../contract/bucket-settings.ts';
import { instructionFilesContract } from '../contract/instruction-files.ts';
import { keyDirectoryContract } from '../contract/key-directory.ts';
import { objectHeadsContract } from '../contract/object-heads.ts';
import { objectListerContract } from '../contract/object-lister.ts';
import { Buckets } from './buckets.ts';
import { chosenEndpoint } from './choose.ts';
import type { Endpoint } from './endpoint.ts';
import { exceptionsOf } from './exceptions.ts';
import { keysWorld } from './keys-world.ts';
import { pathContract } from './path.ts';
import { versionsContract } from './path-versions.ts';
import { filesWorld, headsWorld, listerWorld, settingsWorld } from './s3-worlds.ts';
import { signaturesContract } from './signatures.ts';
import { alertSinkContract, reportStoreContract } from './sinks.ts';

const chosen = await chosenEndpoint();

if ('why' in chosen) {
  // Whoever names an endpoint wants it asked; `npm test` names none.
  if (process.env.ENDPOINT) throw new Error(chosen.why);
  process.stderr.write(`The suites against moto are skipped: ${chosen.why}\n`);
  it.skip(`the contracts and the path against moto, for ${chosen.why}`, () => {});
} else {
  describe(`on ${chosen.name}`, () => {
    afterAll(async () => {
      await Buckets.closeAll();
      await chosen.close();
    });
    suites(chosen);
  });
}

function suites(endpoint: Endpoint): void {
  const { name, own } = endpoint;
  const client = new S3Client({ ...endpoint.s3, forcePathStyle: true });
  const clients = { s3: async () => client };
  afterAll(() => client.destroy());

  for (const [adapter, heads] of [
    ['S3ObjectHeads', new S3ObjectHeads(client)],
    ['FastObjectHeads', headsFor(clients)],
  ] as const) {
    objectHeadsContract({
      name: adapter,
      make: () => headsWorld(endpoint, heads),
      ...exceptionsOf(name, 'ObjectHeads', adapter),
    });
  }
  for (const [adapter, lister] of [
    ['S3ObjectLister', new S3ObjectLister(client)],
    ['FastObjectLister', listerFor(clients)],
  ] as const) {
    const exceptions = exceptionsOf(name, 'ObjectLister', adapter);
    objectListerContract(adapter, () => listerWorld(endpoint, lister), exceptions);
  }
  describe('over the wire', () => {
    let world: Awaited<ReturnType<typeof filesWorld>>;
    beforeAll(async () => {
      world = await filesWorld(endpoint);
    });
    afterAll(() => world.close());
    instructionFilesContract('S3InstructionFiles', () => world, exceptionsOf(name, 'InstructionFiles'));
  });
  bucketSettingsContract({
    name: 'S3BucketSettings',
    make: () => settingsWorld(endpoint),
    ...exceptionsOf(name, 'BucketSettings'),
  });
  reportStoreContract(endpoint, exceptionsOf(name, 'ReportStore'));
  signaturesContract(endpoint, exceptionsOf(name, 'signatures'));
  if (own.includes('kms')) {
    keyDirectoryContract({
      name: 'KmsKeyDirectory',
      make: () => keysWorld(endpoint),
      ...exceptionsOf(name, 'KeyDirectory'),
    });
  }
  if (own.includes('alerts')) alertSinkContract(endpoint, exceptionsOf(name, 'AlertSink'));
  pathContract(endpoint, exceptionsOf(name, 'path'));
  versionsContract(endpoint, exceptionsOf(name, 'versions'));
}
