import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UpdateObjectEncryptionCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, type World, world } from './audit-world.ts';
import { ACCOUNT, REGION } from './local-lake.ts';
import { fileWith, recordsOf, run } from './run.ts';

const POLICY = `version: 1
rules:
  - id: tenants
    match: s3://${BUCKET}/tenants/{tenant}/
    sse: { key: "alias/tenant-{tenant}" }
  - id: plain
    match: s3://${BUCKET}/plain/
    sse: { algorithm: [AES256] }
`;

let here: World;
let s3: S3Client;
const environment = { ...process.env };

beforeAll(async () => {
  here = await world();
  s3 = new S3Client(here.aws.clientConfig(ACCOUNT, REGION));
  const { accessKeyId, secretAccessKey } = here.aws.credentials(ACCOUNT);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  here.put('tenants/a/right', here.keys.a);
  here.put('tenants/a/wrong', here.keys.b);
  for (let i = 0; i < 5; i++) here.put(`plain/${i}`);
});
afterAll(async () => {
  process.env = environment;
  s3.destroy();
  await here.aws.close();
});

interface Listed {
  readonly key: string;
  readonly status: string;
  readonly kmsKey?: string;
}

/** What S3 itself says of the object's time and ETag, so that a difference is one of encryption alone. */
async function rowOf({ key, status, kmsKey }: Listed) {
  const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }));
  return {
    bucket: BUCKET,
    key,
    size: head.ContentLength,
    last_modified_date: head.LastModified?.toISOString(),
    e_tag: head.ETag?.replaceAll('"', ''),
    encryption_status: status,
    is_bucket_key_enabled: false,
    kms_key_arn: kmsKey ?? null,
  };
}

async function byTable(listed: readonly Listed[]) {
  const rows = await Promise.all(listed.map(rowOf));
  const table = fileWith('table.ndjson', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return audit('--metadata', table, '--as-of', '2026-11-21T01:00:00Z');
}

async function audit(...options: readonly string[]) {
  const policy = fileWith('policy.yaml', POLICY);
  const place = ['--endpoint-url', here.aws.endpoint, '--region', REGION];
  const ran = await run(['audit', `s3://${BUCKET}/`, '--policy', policy, ...place, ...options]);
  return { ...ran, records: recordsOf(ran.stdout) };
}

const plain = (key: string): Listed => ({ key, status: 'SSE-S3' });

describe('an audit by a metadata table', () => {
  it('settles key rules by the key that the table names, and HEADs where it names none', async () => {
    const { records, status } = await byTable([
      { key: 'tenants/a/right', status: 'SSE-KMS', kmsKey: here.keys.a },
      { key: 'tenants/a/wrong', status: 'SSE-KMS' },
      plain('plain/0'),
    ]);
    expect(status).toBe(1);
    expect(records.map(({ object, outcome }) => [object.key, outcome]).sort()).toEqual([
      ['plain/0', 'compliant'],
      ['tenants/a/right', 'compliant'],
      ['tenants/a/wrong', 'violation'],
    ]);
  });

  it('names a row that disagrees with HEAD, calls nothing compliant that was not HEADed, and exits 3', async () => {
    here.put('plain/rekeyed');
    const row = plain('plain/rekeyed');
    const before = await rowOf(row);
    await s3.send(
      new UpdateObjectEncryptionCommand({
        Bucket: BUCKET,
        Key: row.key,
        ObjectEncryption: { SSEKMS: { KMSKeyArn: here.keys.b } },
      }),
    );
    expect(await rowOf(row)).toEqual(before);
    const { records, status, stderr } = await byTable([row, plain('plain/1')]);
    expect(status).toBe(3);
    expect(stderr).toContain(`s3://${BUCKET}/plain/rekeyed`);
    expect(records.filter(({ outcome, source }) => outcome === 'compliant' && source !== 'head')).toEqual([]);
  });
});

describe('an audit by an inventory', () => {
  it('HEADs only the rows whose verdict hangs on the key', async () => {
    const line = (key: string, status: string) =>
      `"${BUCKET}","${key}","1","2026-11-20T10:00:00.000Z","aa","STANDARD","${status}","DISABLED"\n`;
    const body = gzipSync(
      [line('plain/2', 'SSE-S3'), line('tenants/a/right', 'SSE-KMS'), line('plain/3', 'NOT-SSE')].join(''),
    );
    const manifest = {
      sourceBucket: BUCKET,
      destinationBucket: `arn:aws:s3:::${BUCKET}`,
      version: '2016-11-30',
      creationTimestamp: '1763683200000',
      fileFormat: 'CSV',
      fileSchema:
        'Bucket, Key, Size, LastModifiedDate, ETag, StorageClass, EncryptionStatus, BucketKeyStatus',
      files: [
        {
          key: 'inventory/data.csv.gz',
          size: body.length,
          MD5checksum: createHash('md5').update(body).digest('hex'),
        },
      ],
    };
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'inventory/data.csv.gz', Body: body }));
    const Body = JSON.stringify(manifest);
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'inventory/manifest.json', Body }));
    const { records, stderr } = await audit('--inventory', `s3://${BUCKET}/inventory/manifest.json`);
    expect(stderr).toContain('inventory');
    expect(records.map(({ object, outcome }) => [object.key, outcome]).sort()).toEqual([
      ['plain/2', 'compliant'],
      ['plain/3', 'compliant'],
      ['tenants/a/right', 'compliant'],
    ]);
  });

  it('refuses --resume, and says why', async () => {
    const { status, stderr } = await audit(
      ...['--inventory', `s3://${BUCKET}/inventory/manifest.json`],
      ...['--resume', 'state', '--output', 'records'],
    );
    expect([status, stderr]).toEqual([2, expect.stringContaining('begun anew')]);
  });
});
