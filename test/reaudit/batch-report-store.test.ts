import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BeforeRequest, type LocalAws, startLocalAws } from '../../local/aws.ts';
import { RetryableFailure } from '../../src/audit/failures.ts';
import { S3ReportStore } from '../../src/aws/report-store.ts';
import { NotStored, type ReportStore, type StoredObject } from '../../src/reaudit/batch-ports.ts';
import { MemoryStore } from './batch-support.ts';

/** What every adapter of the port has to answer. */
function contract(name: string, store: () => ReportStore): void {
  describe(name, () => {
    it.each(['', 'x', 'é\n'.repeat(100_000)])('reads what it was given to keep (%#)', async (body) => {
      await store().put('reaudit/r/a b+c', body, 'text/plain');
      expect(await text(store(), 'reaudit/r/a b+c')).toBe(body);
    });

    it('keeps the later of two under one key', async () => {
      await store().put('reaudit/r/again', 'one', 'text/plain');
      await store().put('reaudit/r/again', 'two', 'text/plain');
      expect(await text(store(), 'reaudit/r/again')).toBe('two');
    });

    it('lists what lies below a prefix, with its bytes', async () => {
      await store().put('reaudit/list/1', 'é', 'text/plain');
      await store().put('reaudit/list/2', '', 'text/plain');
      await store().put('reaudit/lost', '', 'text/plain');
      expect(await listed(store(), 'reaudit/list/')).toEqual([
        { key: 'reaudit/list/1', bytes: 2 },
        { key: 'reaudit/list/2', bytes: 0 },
      ]);
      expect(await listed(store(), 'nothing/')).toEqual([]);
    });

    it('says that what is not there is not there', async () => {
      await expect(text(store(), 'reaudit/nothing')).rejects.toBeInstanceOf(NotStored);
    });
  });
}

async function text(store: ReportStore, key: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.read(key)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function listed(store: ReportStore, prefix: string): Promise<readonly StoredObject[]> {
  const all: StoredObject[] = [];
  for await (const object of store.list(prefix)) all.push(object);
  return all;
}

const memory = new MemoryStore();
memory.pieceBytes = 65_536;
contract('the report bucket in memory', () => memory);

describe('on the local AWS', () => {
  let aws: LocalAws;
  let s3: S3Client;
  let refusal: number | undefined;
  const refuse: BeforeRequest = () =>
    refusal === undefined ? undefined : { status: refusal, headers: {}, body: Buffer.from('') };
  const store = () => new S3ReportStore(async () => s3, 'acme-reports');

  beforeAll(async () => {
    aws = await startLocalAws({ beforeRequest: [refuse] });
    s3 = new S3Client({ ...aws.clientConfig('111122223333', 'us-east-1'), maxAttempts: 1 });
    await s3.send(new CreateBucketCommand({ Bucket: 'acme-reports' }));
  });
  afterAll(async () => {
    s3.destroy();
    await aws.close();
  });

  contract('the report bucket in S3', store);

  it('lists on past a thousand objects', async () => {
    const names = Array.from({ length: 1_001 }, (_, index) => `reaudit/many/${index}`);
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map((key) => store().put(key, 'x', 'text/plain')));
    expect((await listed(store(), 'reaudit/many/')).length).toBe(1_001);
  }, 60_000);

  it.each([
    [403, NotStored, 'access denied, the role needs s3:'],
    [503, RetryableFailure, 'HTTP 503'],
    [429, RetryableFailure, 'HTTP 429'],
  ])('tells a %i to each operation by what may be done about it', async (status, kind, message) => {
    refusal = status;
    try {
      for (const attempt of [
        () => store().put('k', '', 'text/plain'),
        () => listed(store(), ''),
        () => text(store(), 'k'),
      ]) {
        const error: unknown = await attempt().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toBeInstanceOf(kind);
        expect(String(error)).toContain(message);
      }
    } finally {
      refusal = undefined;
    }
  });
});
