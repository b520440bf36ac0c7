import { describe, expect, it } from 'vitest';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { bucketName } from '../../src/objects/object.ts';
import type { ListAnswer, ObjectLister } from '../../src/reaudit/ports.ts';
import { ListingRefused, RunInterrupted } from '../../src/reaudit/run-errors.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { codesOf } from '../support/audit.ts';
import { found } from '../support/memory.ts';
import { MemoryFiles } from './memory-files.ts';
import { chance, MemoryLister, type StoredVersion } from './memory-lister.ts';
import { A, B, instructionFile, type Lake, lake, underKms } from './run-objects.ts';
import { OUTPUT, type Sitting, sit } from './run-world.ts';

/** Runs over a bucket, and gives its records by key and version. */
async function records({ bed, entries }: Lake, more: Partial<Sitting> = {}) {
  const files = new MemoryFiles();
  const ending = await sit({ bed, files, lister: new MemoryLister(entries), ...more });
  const lines = files.text(OUTPUT).split('\n').slice(0, -1);
  const parsed = lines.map((line): AuditRecord => JSON.parse(line));
  const byKey = new Map(
    parsed.map((record) => [`${record.object.key} ${record.object.versionId ?? ''}`.trimEnd(), record]),
  );
  return { ...ending, parsed, byKey };
}

describe('a run', () => {
  it('gives each listed object one record with what HEAD showed, and counts what by policy has none', async () => {
    const { byKey, parsed, counts, state } = await records(lake());
    expect(parsed).toHaveLength(25);
    expect(byKey.size).toBe(25);
    expect(counts).toEqual({ compliant: 18, violation: 4, uncovered: 2, exempt: 1, unknown: 1, gone: 1 });
    expect(state).toEqual({ listed: 27, deleteMarkers: 0, ignored: 2 });
    expect(byKey.get('tenants/a/1')).toMatchObject({ outcome: 'compliant', source: 'head', size: 400 });
  });

  it('tells of what it does not HEAD the size and date of the listing', async () => {
    const made = lake();
    const { byKey } = await records(made);
    expect(byKey.get('tenants/a/_SUCCESS')).toEqual({
      object: { bucket: 'acme-lake', key: 'tenants/a/_SUCCESS' },
      outcome: 'exempt',
      exemption: 's3://acme-lake/**/_SUCCESS',
      size: 1,
      etag: 'e',
      lastModified: '1970-01-01T00:00:00Z',
      storageClass: 'STANDARD',
      id: expect.any(String),
      policy: 'sha256:test',
      auditedAt: '2026-11-21T02:00:00.000Z',
    });
    expect(made.bed.heads.asked).not.toContain('acme-lake/tenants/a/_SUCCESS');
  });

  it('calls gone what vanished between the listing and the HEAD', async () => {
    const { byKey } = await records(lake());
    expect(byKey.get('tenants/b/gone')?.outcome).toBe('gone');
  });

  it('audits nothing but its prefix', async () => {
    const { parsed } = await records(lake(), { request: { prefix: 'tenants/b/' } });
    expect(parsed.map(({ object }) => object.key).sort()).toHaveLength(10);
    expect(parsed.every(({ object }) => object.key.startsWith('tenants/b/'))).toBe(true);
  });

  it('of a prefix that holds nothing lists nothing and keeps nothing', async () => {
    const { state, parsed } = await records(lake(), { request: { prefix: 'tenants/z/' } });
    expect(state.listed).toBe(0);
    expect(parsed).toEqual([]);
  });
});

describe('instruction files in a run', () => {
  it('are judged once, and so is the object beside them, which is listed itself', async () => {
    const { parsed, byKey } = await records(lake(), { request: { prefix: 'sealed/' } });
    expect(parsed).toHaveLength(4);
    expect(byKey.get('sealed/whole')?.outcome).toBe('compliant');
    expect(byKey.get('sealed/whole.instruction')).toMatchObject({ outcome: 'compliant' });
    expect(byKey.get('sealed/whole.instruction')?.diagnosis).toBeUndefined();
    expect(byKey.get('sealed/orphan.instruction')?.diagnosis).toEqual([
      { code: 'INSTRUCTION_FILE_ORPHAN', args: { companion: 'sealed/orphan' } },
    ]);
    expect(codesOf(byKey.get('sealed/missing') ?? ({} as AuditRecord))).toEqual(['CSE_MISSING']);
  });

  it('of objects outside the prefix bring no record of those', async () => {
    const { parsed } = await records(lake(), { request: { prefix: 'sealed/whole.' } });
    expect(parsed.map(({ object }) => object.key)).toEqual(['sealed/whole.instruction']);
  });

  it('that come second are found when the run looks once more at its end', async () => {
    const made = lake();
    const { files, heads } = made.bed;
    const asked: string[] = [];
    const read = files.read.bind(files);
    files.read = async (object) => {
      asked.push(object.key);
      const seconds = asked.filter((key) => key === 'sealed/missing.instruction').length;
      if (seconds === 2) files.put('acme-lake/sealed/missing.instruction', instructionFile(A));
      return read(object);
    };
    const { byKey } = await records(made, { request: { prefix: 'sealed/missing' } });
    expect(byKey.get('sealed/missing')?.outcome).toBe('compliant');
    expect(heads.asked.filter((place) => place === 'acme-lake/sealed/missing')).toHaveLength(2);
  });
});

describe('a run over all versions', () => {
  it('judges each by its id, the one without an id as the one without, and counts delete markers', async () => {
    const made = lake();
    const entries: readonly StoredVersion[] = [
      { key: 'tenants/a/k', versionId: 'v3' },
      { key: 'tenants/a/k', versionId: 'd2', deleteMarker: true },
      { key: 'tenants/a/k', versionId: 'v1' },
      { key: 'tenants/a/k', versionId: 'null' },
      { key: 'tenants/b/k', versionId: 'null' },
    ];
    made.bed.heads
      .put('acme-lake/tenants/a/k?v3', underKms(A))
      .put('acme-lake/tenants/a/k?v1', underKms(B))
      .put('acme-lake/tenants/a/k?null', underKms(B))
      .put('acme-lake/tenants/b/k', underKms(B));
    const { byKey, state } = await records({ ...made, entries }, { request: { versions: true } });
    expect(Object.fromEntries([...byKey].map(([place, { outcome }]) => [place, outcome]))).toEqual({
      'tenants/a/k v3': 'compliant',
      'tenants/a/k v1': 'violation',
      'tenants/a/k': 'violation',
      'tenants/b/k': 'compliant',
    });
    expect(state).toEqual({ listed: 4, deleteMarkers: 1, ignored: 0 });
  });
});

describe('what may pass', () => {
  /** HEADs, listings and KMS of which a share fails, by chance from a seed. */
  function shaky(share: number, seed: number): { readonly made: Lake; readonly lister: ObjectLister } {
    const made = lake();
    const random = chance(seed);
    const fail = (operation: string): void => {
      if (random() < share) throw new RetryableFailure(operation, 'HTTP 503');
    };
    const head = made.bed.heads.head.bind(made.bed.heads);
    made.bed.heads.head = async (object) => {
      fail('s3:HeadObject');
      return head(object);
    };
    const alias = made.bed.keys.alias.bind(made.bed.keys);
    made.bed.keys.alias = async (...question) => {
      fail('kms:DescribeKey');
      return alias(...question);
    };
    const lister = new MemoryLister(made.entries, { page: 3 });
    return {
      made,
      lister: {
        list: async (request) => {
          fail('s3:ListObjectsV2');
          return lister.list(request);
        },
      },
    };
  }

  it('is tried again, and changes no verdict', async () => {
    const expected = await records(lake());
    for (const seed of [1, 2, 3, 4, 5]) {
      const { made, lister } = shaky(0.25, seed);
      const run = await records(made, { lister });
      expect(run.records).toEqual(expected.records);
      expect(run.report).toEqual(expected.report);
      expect(run.retries).toBeGreaterThan(0);
    }
  });

  it('and never does becomes UNAVAILABLE, of that object alone', async () => {
    const made = lake();
    made.bed.heads.put('acme-lake/tenants/a/3', { kind: 'transient' });
    const { byKey, counts, retries } = await records(made);
    expect(byKey.get('tenants/a/3')).toMatchObject({
      outcome: 'unknown',
      reasons: [{ code: 'UNAVAILABLE', args: { operation: 's3:HeadObject' } }],
    });
    expect(counts.unknown).toBe(2);
    expect(retries).toBe(8);
  });

  it('and never does of the listing stops the run, which can be gone on with', async () => {
    const { made } = shaky(0, 1);
    const failing: ObjectLister = {
      list: async () => {
        throw new RetryableFailure('s3:ListObjectsV2', 'HTTP 503');
      },
    };
    const files = new MemoryFiles();
    await expect(sit({ bed: made.bed, files, lister: failing })).rejects.toThrow(RetryableFailure);
    const ending = await sit({ bed: made.bed, files, lister: new MemoryLister(made.entries) });
    expect(ending.records).toEqual((await records(lake())).records);
  });
});

describe('what stops a run', () => {
  it('is a refusal of the caller, in the midst of it, after which it can be gone on with', async () => {
    const made = lake();
    const head = made.bed.heads.head.bind(made.bed.heads);
    let heads = 0;
    made.bed.heads.head = async (object) => {
      heads += 1;
      if (heads === 12) throw new CallerRefused('ExpiredToken', 'The provided token has expired.');
      return head(object);
    };
    const files = new MemoryFiles();
    const lister = new MemoryLister(made.entries, { page: 3 });
    await expect(sit({ bed: made.bed, files, lister })).rejects.toThrow(CallerRefused);
    const kept = files.text(OUTPUT).split('\n').length - 1;
    expect(kept).toBeGreaterThan(0);
    const ending = await sit({ bed: made.bed, files, lister });
    expect(ending.records).toEqual((await records(lake())).records);
  });

  it('is a wish to stop, also while it waits to try again', async () => {
    const made = lake();
    const stop = new AbortController();
    made.bed.heads.head = async () => {
      stop.abort();
      throw new RetryableFailure('s3:HeadObject', 'HTTP 503');
    };
    const files = new MemoryFiles();
    const lister = new MemoryLister(made.entries);
    await expect(sit({ bed: made.bed, files, lister, stop })).rejects.toThrow(RunInterrupted);
  });

  it.each<[string, ListAnswer, RegExp]>([
    ['no such bucket', { kind: 'no-such-bucket' }, /there is no such bucket\. Check its name/],
    [
      'no permission, which it names',
      { kind: 'denied', permission: 's3:ListBucket' },
      /s3:\/\/acme-lake cannot be listed: .* needs s3:ListBucket on the bucket/,
    ],
    ['another Region, which it names', { kind: 'wrong-region', region: 'us-east-1' }, /--region us-east-1/],
    ['another Region that S3 does not name', { kind: 'wrong-region' }, /Name its Region by --region/],
    [
      'an answer that is none of these, as S3 gave it',
      { kind: 'refused', status: 400, code: 'InvalidArgument', message: 'bad \u001b[31m prefix' },
      /S3 answered 400 InvalidArgument: bad \\u\{1B\}\[31m prefix/,
    ],
  ])('is %s', async (_, answer, message) => {
    const { bed } = lake();
    const refused = sit({ bed, files: new MemoryFiles(), lister: { list: async () => answer } });
    await expect(refused).rejects.toThrow(ListingRefused);
    await expect(refused).rejects.toThrow(message);
  });
});

describe('a run over a directory bucket', () => {
  it('lists in whatever order S3 does, by its tokens, one page after the other', async () => {
    const { bed } = lake();
    const bucket = bucketName('acme--use1-az4--x-s3');
    const pages = [['tenants/z', 'tenants/a'], ['tenants/m'], ['tenants/b']];
    const asked: (string | undefined)[] = [];
    const lister: ObjectLister = {
      list: async ({ after }) => {
        asked.push(after?.key);
        const at = after === undefined ? 0 : Number(after.key);
        const keys = pages[at] ?? [];
        const listed = await new MemoryLister(keys.map((key) => ({ key }))).list({
          bucket,
          prefix: '',
          versions: false,
        });
        const next = at + 1 < pages.length ? { next: { key: String(at + 1) } } : {};
        return { ...listed, ...next } as ListAnswer;
      },
    };
    const { state } = await sit({ bed, files: new MemoryFiles(), lister, request: { bucket } });
    expect(state).toMatchObject({ listed: 4, ignored: 4 });
    expect(asked).toEqual([undefined, '1', '2']);
  });
});

describe('SSE-C and other odd objects in a run', () => {
  it('are judged as the event path judges them', async () => {
    const made = lake();
    made.bed.heads.put('acme-lake/tenants/a/1', { kind: 'bad-request' }).putError('acme-lake/tenants/a/1', {
      kind: 'error',
      status: 400,
      code: 'InvalidRequest',
      message: 'The object was stored using a form of Server Side Encryption.',
    });
    made.bed.heads.put('acme-lake/tenants/a/2', { kind: 'denied' }).put('acme-lake/tenants/a/3', found({}));
    const { byKey } = await records(made);
    const codes = (key: string) => codesOf(byKey.get(key) ?? ({} as AuditRecord));
    expect(codes('tenants/a/1')).toEqual(['SSE_C_NOT_ALLOWED']);
    expect(codes('tenants/a/2')).toEqual(['ACCESS_DENIED']);
    expect(codes('tenants/a/3')).toEqual(['SSE_MISSING']);
    expect(byKey.get('tenants/a/4')?.outcome).toBe('violation');
  });
});
