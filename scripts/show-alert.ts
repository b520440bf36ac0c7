// Prints the alert of the README: the sample event, on the embedded local AWS, with the clock held still.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startLocalAws } from '../local/aws.ts';
import { mailMessage } from '../src/alerts/messages.ts';
import { connect, kmsKeys, loadPolicyText, queueDeps, s3Heads, s3InstructionFiles } from '../src/compose.ts';
import { runEvent } from '../src/queue/run-event.ts';

const root = join(import.meta.dirname, '..');
const place = { account: '111122223333', region: 'eu-west-1' } as const;
const clock = () => Date.parse('2026-11-21T02:00:00Z');

const aws = await startLocalAws({ clock });
aws.kms.control.createKey({
  ...place,
  keyId: 'aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa',
  alias: 'alias/tenant-a',
});
aws.kms.control.createKey({
  ...place,
  keyId: 'bbbbbbbb-2222-4222-8222-bbbbbbbbbbbb',
  alias: 'alias/tenant-b',
});
const s3 = new S3Client(aws.clientConfig(place.account, place.region));
await s3.send(
  new CreateBucketCommand({
    Bucket: 'acme-lake',
    CreateBucketConfiguration: { LocationConstraint: place.region },
  }),
);
const written = await s3.send(
  new PutObjectCommand({
    Bucket: 'acme-lake',
    Key: 'tenants/b/part-0.parquet',
    Body: 'PAR1',
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: 'alias/tenant-a',
  }),
);
const event = JSON.parse(readFileSync(join(root, 'examples/event.json'), 'utf8'));
event.Records[0].s3.object.eTag = written.ETag?.replaceAll('"', '');

Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: aws.credentials(place.account).accessKeyId,
  AWS_SECRET_ACCESS_KEY: 'local',
});
const clients = connect({ endpointUrl: aws.endpoint, region: place.region });
const policy = await loadPolicyText(readFileSync(join(root, 'examples/policy.yaml'), 'utf8'), 'policy.yaml');
const heads = s3Heads(clients);
const deps = queueDeps({
  policy: async () => policy,
  heads,
  instructionFiles: s3InstructionFiles(clients, heads, false),
  keys: kmsKeys(clients, 'minutes'),
  alert: async (digest) => {
    const { subject, body } = mailMessage(digest);
    console.log(`Subject: ${subject}\n\n${body.trimEnd()}`);
  },
  concurrency: 1,
  report: { record: () => {}, failure: (_source, why) => console.error(why), metrics: () => {} },
});
try {
  await runEvent(event, { ...deps, now: clock }, 60_000);
} finally {
  await aws.close();
}
