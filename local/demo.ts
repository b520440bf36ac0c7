// The main job on a laptop, with no account: a Spark job writes two tenants' folders, and the wrong key is found.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { BUCKET, type DemoWorld, startDemoWorld } from './demo-world.ts';
import { EmrfsWriter } from './emrfs-writer.ts';

const root = join(import.meta.dirname, '..');

/** As EMRFS and S3A do: the file system is cached with the settings of its first use, and later ones never reach it. */
class CachedFileSystem {
  readonly #s3: S3Client;
  #key: string | undefined;

  constructor(s3: S3Client) {
    this.#s3 = s3;
  }

  async write(key: string, configuredKmsKey: string): Promise<void> {
    this.#key ??= configuredKmsKey;
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: key,
        Body: 'PAR1',
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: this.#key,
      }),
    );
  }
}

const say = (text: string): void => console.log(text);

async function sparkJob({ s3 }: DemoWorld): Promise<void> {
  const files = new CachedFileSystem(s3);
  for (const tenant of ['a', 'b']) {
    for (let part = 0; part < 3; part++) {
      await files.write(
        `tenants/${tenant}/date=2026-11-21/part-0000${part}.parquet`,
        `alias/tenant-${tenant}`,
      );
    }
    say(`  wrote s3://${BUCKET}/tenants/${tenant}/ (3 files), asking for alias/tenant-${tenant}`);
  }
}

/** Three writes of payroll data, client-side encrypted: right, wrong, and with the envelope in a file of its own that comes second. */
async function emrfsJob({ s3, kms }: DemoWorld): Promise<void> {
  const writer = (kmsKeyId: string) => new EmrfsWriter({ s3, kms, bucket: BUCKET, kmsKeyId });
  await writer('alias/payroll-cse').write('payroll/2026-11/right.avro', 'salaries');
  say(`  wrote s3://${BUCKET}/payroll/2026-11/right.avro under alias/payroll-cse`);
  await writer('alias/hr-cse').write('payroll/2026-11/wrong.avro', 'salaries');
  say(`  wrote s3://${BUCKET}/payroll/2026-11/wrong.avro under alias/hr-cse`);
  const aWhile = () => new Promise<void>((resolve) => setTimeout(resolve, 150));
  await writer('alias/payroll-cse').writeWithInstructionFile('payroll/2026-11/late.avro', 'salaries', aWhile);
  say(`  wrote s3://${BUCKET}/payroll/2026-11/late.avro, and 150 ms later its instruction file`);
}

/** Lets the queue drain and prints the mails that have come since. */
async function showMails(world: DemoWorld, expected: number): Promise<void> {
  const before = world.mails().length;
  say('\nS3 -> SQS -> Lambda -> SNS ...\n');
  await world.mapping.untilDrained();
  const mails = world.mails().slice(before);
  for (const { subject, body } of mails) {
    say(`${'='.repeat(78)}\nSubject: ${subject}\n\n${body.trimEnd()}\n${'='.repeat(78)}`);
  }
  // On a busy machine one job's objects may come in several batches, each with a digest of its own.
  if (mails.length < expected) throw new Error(`${mails.length} alerts came, expected ${expected} or more`);
}

async function demo(world: DemoWorld): Promise<void> {
  say('The policy (examples/data-lake-policy.yaml):\n');
  say(
    readFileSync(join(root, 'examples/data-lake-policy.yaml'), 'utf8')
      .replace(/^(?=.)/gm, '  ')
      .trimEnd(),
  );
  say(
    '\n1. A Spark job writes two tenants. Its file system client is cached with the first key it was given:\n',
  );
  await sparkJob(world);
  await showMails(world, 1);
  say('\n2. EMRFS encrypts payroll data before upload; the envelope names the key:\n');
  await emrfsJob(world);
  await showMails(world, 1);
}

const { values } = parseArgs({ options: { quiet: { type: 'boolean', default: false } } });
const started = performance.now();
const world = await startDemoWorld(root);
try {
  await demo(world);
} catch (error) {
  say(`The function said:\n${world.lambda.logs().join('\n')}`);
  throw error;
} finally {
  await world.close();
}
if (!values.quiet)
  say(`\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s, without an AWS account.`);
