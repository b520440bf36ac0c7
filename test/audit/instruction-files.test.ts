import { describe, expect, it } from 'vitest';
import { auditWritten } from '../../src/audit/audit-written.ts';
import { CallerRefused } from '../../src/audit/failures.ts';
import { audit, codesOf, NOW_MS, type TestBed, testBed, written } from '../support/audit.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';

const A = keyArn('a');
const B = keyArn('b');
const POLICY = `version: 1\nrules:\n  - { id: r, match: "s3://lake/p/", sse: { algorithm: [AES256] }, cse: { key: "${A}", wrap: [kms] } }\n  - { id: free, match: "s3://lake/free/", cse: forbidden }\n`;
const file = (key: string): string =>
  JSON.stringify({
    'x-amz-key-v2': 'd3JhcHBlZC1kYXRhLWtleS1vZi10aGUtdGVzdA==',
    'x-amz-iv': 'AAAAAAAAAAAAAAAA',
    'x-amz-wrap-alg': 'kms',
    'x-amz-cek-alg': 'AES/GCM/NoPadding',
    'x-amz-tag-len': '128',
    'x-amz-matdesc': JSON.stringify({ kms_cmk_id: key }),
  });
const plain = (more: object = {}) => found({ serverSideEncryption: 'AES256', ...more });
const secondsAgo = (seconds: number) => ({ lastModifiedMs: NOW_MS - seconds * 1_000 });

const both = (key: string): TestBed => {
  const bed = testBed(POLICY);
  bed.heads.put('lake/p/o', plain()).put('lake/p/o.instruction', plain({ sizeBytes: 400 }));
  bed.files.put('lake/p/o.instruction', file(key));
  return bed;
};

describe('an object with its envelope in an instruction file', () => {
  it('is judged by that file', async () => {
    const right = await audit(both(A), written('lake/p/o'));
    expect(right.outcome).toBe('compliant');
    expect(right.observed?.cse).toMatchObject({ storage: 'instruction-file', claimedKey: A });
    expect(codesOf(await audit(both(B), written('lake/p/o')))).toEqual(['CSE_KEY_NOT_ALLOWED']);
  });

  it('is a violation under forbidden, though HEAD shows plain data', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/free/o', plain());
    bed.files.put('lake/free/o.instruction', file(A));
    expect(codesOf(await audit(bed, written('lake/free/o')))).toEqual(['CSE_NOT_ALLOWED']);
  });

  it('is unknown where the file may not be read', async () => {
    const bed = both(A);
    bed.files.put('lake/p/o.instruction', { kind: 'unreadable', why: 'access denied' });
    const record = await audit(bed, written('lake/p/o'));
    expect(record.reasons).toEqual([
      { code: 'INSTRUCTION_FILE_UNREADABLE', args: { key: 'p/o.instruction', why: 'access denied' } },
    ]);
  });

  it('is not looked for where metadata hold the envelope, nor under a rule without cse', async () => {
    const bed = testBed(
      `version: 1\nrules:\n  - { id: r, match: "s3://lake/", sse: { algorithm: [AES256] } }\n`,
    );
    bed.heads.put('lake/p/o', plain());
    await audit(bed, written('lake/p/o'));
    expect(bed.files.asked).toEqual([]);
  });

  it('is INSTRUCTION_FILE_VERSION where the version judged is not the current one', async () => {
    const bed = both(A);
    bed.heads.put('lake/p/o', plain({ versionId: 'v2' })).put('lake/p/o?v1', plain({ versionId: 'v1' }));
    expect(codesOf(await audit(bed, written('lake/p/o', { versionId: 'v1' })))).toEqual([
      'INSTRUCTION_FILE_VERSION',
    ]);
    bed.heads.put('lake/p/o?v2', plain({ versionId: 'v2' }));
    expect((await audit(bed, written('lake/p/o', { versionId: 'v2' }))).outcome).toBe('compliant');
  });

  it('is unknown for the reason that S3 gives where it may not be told which version is current', async () => {
    const bed = both(A);
    bed.heads.put('lake/p/o?v1', plain({ versionId: 'v1' })).put('lake/p/o', { kind: 'denied' });
    const { reasons } = await audit(bed, written('lake/p/o', { versionId: 'v1' }));
    const resource = 'arn:aws:s3:::lake/p/o';
    expect(reasons).toEqual([{ code: 'ACCESS_DENIED', args: { permission: 's3:GetObject', resource } }]);
  });

  it('has no verdict where the question for the current version speaks of the caller', async () => {
    const bed = both(A);
    bed.heads.put('lake/p/o?v1', plain({ versionId: 'v1' })).put('lake/p/o', { kind: 'bad-request' });
    bed.heads.putError('lake/p/o', { kind: 'error', status: 400, code: 'ExpiredToken', message: 'no' });
    const judging = audit(bed, written('lake/p/o', { versionId: 'v1' }));
    await expect(judging).rejects.toBeInstanceOf(CallerRefused);
  });

  it('is CSE_MISSING in an old version where nothing speaks of an instruction file', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o?v1', plain({ versionId: 'v1' }));
    expect(codesOf(await audit(bed, written('lake/p/o', { versionId: 'v1' })))).toEqual(['CSE_MISSING']);
  });
});

describe('a file that the writer may put second', () => {
  it('is waited for two minutes from the Last-Modified of the object', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o', plain(secondsAgo(5)));
    const { waitsUntilMs, records } = await auditWritten(written('lake/p/o'), bed.deps);
    expect(waitsUntilMs).toBe(NOW_MS + 115_000);
    expect(records.map(codesOf)).toEqual([['CSE_MISSING']]);
  });

  it('is not waited for under forbidden: its own event audits the object', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/free/o', plain(secondsAgo(5)));
    expect((await auditWritten(written('lake/free/o'), bed.deps)).waitsUntilMs).toBeUndefined();
  });

  it('is not waited for where an envelope stands in metadata', async () => {
    const bed = testBed(POLICY);
    const metadata = new Map(Object.entries(JSON.parse(file(B)) as Record<string, string>));
    bed.heads.put('lake/p/o', plain({ ...secondsAgo(5), metadata }));
    expect((await auditWritten(written('lake/p/o'), bed.deps)).waitsUntilMs).toBeUndefined();
  });
});

describe('the event of an instruction file', () => {
  it('audits the file by sse alone and its object by both, without a writer', async () => {
    const object = written('lake/p/o.instruction', { writer: { event: 'ObjectCreated:Put' }, etag: 'x' });
    const { records } = await auditWritten(object, both(B).deps);
    expect(records.map(({ object: { key }, outcome, writer }) => [key, outcome, writer?.event])).toEqual([
      ['p/o.instruction', 'compliant', 'ObjectCreated:Put'],
      ['p/o', 'violation', undefined],
    ]);
    expect(records[1]?.superseded).toBeUndefined();
  });

  it('says UNUSED where its object has an envelope of its own, and does not audit that again', async () => {
    const bed = both(A);
    const metadata = new Map(Object.entries(JSON.parse(file(B)) as Record<string, string>));
    bed.heads.put('lake/p/o', plain({ metadata }));
    const { records } = await auditWritten(written('lake/p/o.instruction'), bed.deps);
    expect(records.map(({ diagnosis }) => diagnosis)).toEqual([
      [{ code: 'INSTRUCTION_FILE_UNUSED', args: { companion: 'p/o' } }],
    ]);
  });

  it('waits for its object, and then says ORPHAN', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o.instruction', plain({ sizeBytes: 400, ...secondsAgo(5) }));
    bed.files.put('lake/p/o.instruction', file(A));
    const { records, waitsUntilMs } = await auditWritten(written('lake/p/o.instruction'), bed.deps);
    expect(waitsUntilMs).toBe(NOW_MS + 115_000);
    expect(records[0]?.diagnosis).toEqual([{ code: 'INSTRUCTION_FILE_ORPHAN', args: { companion: 'p/o' } }]);
  });

  it.each([
    ['plaintext', 'hello'],
    [
      'an envelope with a member that no client writes',
      JSON.stringify({ ...JSON.parse(file(A)), data: 'x' }),
    ],
    ['half an envelope', JSON.stringify({ 'x-amz-key-v2': 'AAAA' })],
    ['nothing', ''],
  ])('whose body is %s is data like any other', async (_title, body) => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o.instruction', plain({ sizeBytes: body.length })).put('lake/p/o', plain());
    bed.files.put('lake/p/o.instruction', body);
    const { records } = await auditWritten(written('lake/p/o.instruction'), bed.deps);
    expect(records.map(codesOf)).toEqual([['CSE_MISSING']]);
  });

  it('that is larger than any instruction file is data, and is not read', async () => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o.instruction', plain({ sizeBytes: 65_537 }));
    const { records } = await auditWritten(written('lake/p/o.instruction'), bed.deps);
    expect(records.map(codesOf)).toEqual([['CSE_MISSING']]);
    expect(bed.files.asked).not.toContain('lake/p/o.instruction');
  });

  it.each([
    ['removed', undefined],
    ['overwritten with data', 'data'],
  ])('of which a version is judged is what that version is, though it has been %s since', async (_, now) => {
    const bed = testBed(POLICY);
    bed.heads.put('lake/p/o.instruction?v1', plain({ sizeBytes: 400, versionId: 'v1' }));
    bed.files.put('lake/p/o.instruction?v1', file(A));
    if (now !== undefined) bed.files.put('lake/p/o.instruction', now);
    const record = await audit(bed, written('lake/p/o.instruction', { versionId: 'v1' }));
    expect([record.outcome, ...codesOf(record)]).toEqual(['compliant']);
  });

  it('of which a version holds data is data, though an instruction file stands there now', async () => {
    const bed = both(A);
    bed.heads.put('lake/p/o.instruction?v1', plain({ sizeBytes: 4, versionId: 'v1' }));
    bed.files.put('lake/p/o.instruction?v1', 'data');
    const record = await audit(bed, written('lake/p/o.instruction', { versionId: 'v1' }));
    expect(codesOf(record)).toEqual(['CSE_MISSING']);
  });

  it('that may not be read is neither file nor data: unknown', async () => {
    const bed = both(A);
    bed.files.put('lake/p/o.instruction', { kind: 'unreadable', why: 'access denied' });
    const { records } = await auditWritten(written('lake/p/o.instruction'), bed.deps);
    expect(records.map(codesOf)).toEqual([['INSTRUCTION_FILE_UNREADABLE']]);
  });
});
