import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../src/encryption/head.ts';
import { audit, codesOf, NOW_MS, testBed, written } from '../support/audit.ts';
import { found } from '../support/memory.ts';

const SSE = 'sse: { algorithm: [AES256] }';
const ENVELOPE = new Map([
  ['x-amz-key-v2', 'd3JhcHBlZC1kYXRhLWtleS1vZi10aGUtdGVzdA=='],
  ['x-amz-iv', 'AAAAAAAAAAAAAAAA'],
  ['x-amz-wrap-alg', 'AES/GCM'],
  ['x-amz-cek-alg', 'AES/GCM/NoPadding'],
]);

/** A HEAD that was taken with the customer's key shows all that is there. */
async function judged(requirements: string, more: Partial<ObjectHead> = {}, place = 'lake/p/o') {
  const bed = testBed(`version: 1\nrules:\n  - { id: r, match: "s3://lake/p/", ${requirements} }\n`);
  bed.heads.put(place, found({ customerAlgorithm: 'AES256', ...more }));
  const record = await audit(bed, written(place, { etag: 'e' }));
  return { record, verdict: [record.outcome, ...codesOf(record)], files: bed.files.asked };
}

describe("a HEAD with the customer's key", () => {
  it.each([
    ['cse: required', ['unknown', 'SSE_C_HIDES_METADATA']],
    ['cse: forbidden', ['unknown', 'SSE_C_HIDES_METADATA']],
    [`${SSE}, cse: required`, ['violation', 'SSE_C_NOT_ALLOWED', 'SSE_C_HIDES_METADATA']],
    [SSE, ['violation', 'SSE_C_NOT_ALLOWED']],
  ])('is judged under %s as one without it, with metadata and without', async (requirements, verdict) => {
    expect((await judged(requirements)).verdict).toEqual(verdict);
    expect((await judged(requirements, { metadata: ENVELOPE })).verdict).toEqual(verdict);
  });

  it('never lets an envelope be missed or found: the record tells of the outer layer alone', async () => {
    const { record } = await judged('cse: required', { metadata: ENVELOPE });
    expect(record.observed).toEqual({ sse: { type: 'sse-c' } });
  });

  it('still tells size, ETag, time and storage class, and that another write came between', async () => {
    const told = { sizeBytes: 7, etag: 'x', lastModifiedMs: NOW_MS, storageClass: 'GLACIER' };
    const { record } = await judged('cse: required', told);
    expect(record).toMatchObject({
      superseded: true,
      size: 7,
      etag: 'x',
      lastModified: '2026-11-21T02:00:00Z',
      storageClass: 'GLACIER',
      source: 'head',
    });
  });

  it('asks for no instruction file, neither beside the object nor in it', async () => {
    expect((await judged('cse: required')).files).toEqual([]);
    expect((await judged('cse: required', { sizeBytes: 400 }, 'lake/p/o.instruction')).files).toEqual([]);
  });
});
