import { describe, expect, it } from 'vitest';
import { readMapBatch, readSummaryRequest } from '../../src/intake/read-map-batch.ts';
import { absent, changed, sample } from './sample.ts';

const LISTED = sample('map-batch');
const ROW = {
  Bucket: 'acme-lake',
  Key: 'tenants/a/totals+2026%2B11.csv',
  VersionId: '3sL4',
  IsLatest: 'false',
  IsDeleteMarker: 'false',
  Size: '37',
  EncryptionStatus: 'SSE-KMS',
};
const inventory = (...rows: readonly unknown[]): unknown => ({
  BatchInput: { runId: 'run', bucket: 'acme-lake', prefix: '', keyEncoding: 'url', policy: '' },
  Items: rows,
});

function batch(event: unknown) {
  const reading = readMapBatch(event);
  if (reading.kind === 'malformed') throw new Error(reading.why);
  return reading.batch;
}

describe('a batch of a Distributed Map', () => {
  it('of a listing holds the objects with keys as they are, console folders too, and their sizes', () => {
    expect(batch(LISTED)).toMatchObject({
      runId: '2026-11-21T020000.000Z_weekly',
      items: 3,
      skipped: 0,
      unreadable: [],
      objects: [
        { bucket: 'acme-lake', key: 'tenants/a/', sizeBytes: 0 },
        { bucket: 'acme-lake', key: 'tenants/a/part-0.parquet', sizeBytes: 1_048_576 },
        { bucket: 'acme-lake', key: 'tenants/a/totals 2026+11.csv', sizeBytes: 37 },
      ],
    });
  });

  it('of an inventory holds its rows with decoded keys, versions and sizes, and the other reading of the key', () => {
    expect(batch(inventory(ROW)).objects).toEqual([
      {
        bucket: 'acme-lake',
        key: 'tenants/a/totals 2026+11.csv',
        versionId: '3sL4',
        change: 'write',
        sizeBytes: 37,
        otherReading: ROW.Key,
      },
    ]);
  });

  it('reads the same row as it stands where the batch says that keys are raw', () => {
    const raw = changed(inventory(ROW), 'BatchInput.keyEncoding', 'raw');
    expect(batch(raw).objects[0]).toMatchObject({
      key: ROW.Key,
      otherReading: 'tenants/a/totals 2026+11.csv',
    });
  });

  it.each([absent, '', 'URL', 'form', null])(
    'never guesses how keys are encoded: %s is malformed',
    (value) => {
      expect(readMapBatch(changed(LISTED, 'BatchInput.keyEncoding', value))).toMatchObject({
        kind: 'malformed',
        why: expect.stringContaining('never guessed'),
      });
    },
  );

  it('skips delete markers, and rows outside the prefix', () => {
    const rows = inventory(ROW, { ...ROW, IsDeleteMarker: 'true' }, { ...ROW, Key: 'other/x' });
    const read = batch(changed(rows, 'BatchInput.prefix', 'tenants/'));
    expect([read.items, read.skipped, read.objects.length]).toEqual([3, 2, 1]);
  });

  it('names each item that cannot be read, and reads the others', () => {
    const read = batch(inventory({ ...ROW, Key: 'a%ZZ' }, { ...ROW, Bucket: 'acme-drop' }, 7, ROW));
    expect(read.objects.length).toBe(1);
    expect(read.unreadable).toEqual([
      expect.stringMatching(/^Items\[0\]\.Key: found "a%ZZ", expected form-urlencoded UTF-8/),
      expect.stringMatching(/^Items\[1\]\.Bucket: found "acme-drop", expected the run's bucket, acme-lake/),
      expect.stringMatching(/^Items\[2\]\.Key: found nothing/),
    ]);
  });

  it('is the same batch by its keys and versions, whatever else a listing says of them by now', () => {
    const later = changed(LISTED, 'Items.1.Etag', '"another"');
    expect(batch(later).identity).toBe(batch(LISTED).identity);
    const others = [
      changed(LISTED, 'Items.1.Key', 'tenants/a/part-1.parquet'),
      changed(LISTED, 'BatchInput.bucket', 'acme-drop'),
      inventory(ROW),
      inventory({ ...ROW, VersionId: '3sL5' }),
    ];
    expect(new Set([LISTED, ...others].map((event) => batch(event).identity)).size).toBe(5);
  });

  it.each([
    ['s3://acme-config/policy.yaml', { kind: 's3', bucket: 'acme-config', key: 'policy.yaml' }],
    ['', undefined],
    [null, undefined],
    [absent, undefined],
  ])('names a policy of its own: %s', (value, policy) => {
    expect(batch(changed(LISTED, 'BatchInput.policy', value)).policy).toEqual(policy);
  });

  it.each(['ssm:policy', './policy.yaml', '/etc/passwd', 's3://acme-config', 's3:///x', 7])(
    'takes its policy from S3 alone: %s is malformed',
    (value) => {
      expect(readMapBatch(changed(LISTED, 'BatchInput.policy', value)).kind).toBe('malformed');
    },
  );

  it.each(['', 'a/b', '..\u0000', 'x'.repeat(201), absent, 7])(
    'names its run by what can name a folder: %j is malformed',
    (value) => {
      expect(readMapBatch(changed(LISTED, 'BatchInput.runId', value)).kind).toBe('malformed');
    },
  );

  it.each([null, undefined, 7, [], {}, { Items: [] }])('is malformed where it is %j', (event) => {
    expect(readMapBatch(event).kind).toBe('malformed');
  });
});

describe('the request for a summary', () => {
  it('names the run, what it audited, and the manifest that ResultWriter told of', () => {
    const event = {
      runId: 'run',
      bucket: 'acme-lake',
      prefix: 'tenants/',
      policy: '',
      manifest: { Bucket: 'acme-reports', Key: 'reaudit/run/results/x/manifest.json' },
    };
    expect(readSummaryRequest(event)).toEqual({
      kind: 'request',
      request: {
        runId: 'run',
        bucket: 'acme-lake',
        prefix: 'tenants/',
        manifestKey: 'reaudit/run/results/x/manifest.json',
      },
    });
  });

  it('needs no more than the run, so that a person can ask', () => {
    expect(readSummaryRequest({ runId: 'run' })).toEqual({
      kind: 'request',
      request: { runId: 'run', prefix: '' },
    });
    expect(readSummaryRequest({}).kind).toBe('malformed');
  });
});
