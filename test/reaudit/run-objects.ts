import { NOW_MS, type TestBed, testBed } from '../support/audit.ts';
import { keyArn } from '../support/keys.ts';
import { found } from '../support/memory.ts';
import type { StoredVersion } from './memory-lister.ts';

export const A = keyArn('a');
export const B = keyArn('b');

/** An alias for each tenant, a prefix that asks for client-side encryption, and one that no rule governs. */
export const POLICY = `version: 1
defaults: { uncovered: ignore }
rules:
  - { id: tenants, match: "s3://acme-lake/tenants/{tenant}/", sse: { key: "alias/tenant-{tenant}" } }
  - { id: sealed, match: "s3://acme-lake/sealed/", sse: { algorithm: [AES256] }, cse: { key: "${A}", wrap: [kms] } }
exempt:
  - { match: "s3://acme-lake/**/_SUCCESS", reason: "a marker" }
`;

export const instructionFile = (key: string): string =>
  JSON.stringify({
    'x-amz-key-v2': 'd3JhcHBlZC1kYXRhLWtleS1vZi10aGUtdGVzdA==',
    'x-amz-iv': 'AAAAAAAAAAAAAAAA',
    'x-amz-wrap-alg': 'kms',
    'x-amz-cek-alg': 'AES/GCM/NoPadding',
    'x-amz-tag-len': '128',
    'x-amz-matdesc': JSON.stringify({ kms_cmk_id: key }),
  });

const HEAD = { lastModifiedMs: NOW_MS - 3_600_000, etag: 'e', sizeBytes: 400 };
export const underKms = (kmsKeyId: string) => found({ ...HEAD, serverSideEncryption: 'aws:kms', kmsKeyId });
export const plain = found({ ...HEAD, serverSideEncryption: 'AES256' });

export interface Lake {
  readonly bed: TestBed;
  readonly entries: readonly StoredVersion[];
}

/** A small bucket with every outcome, and objects that wait for the end of the run. */
export function lake(): Lake {
  const bed = testBed(POLICY);
  bed.keys.point('alias/tenant-a', A).point('alias/tenant-b', B);
  const keys: string[] = [];
  const put = (key: string, head: ReturnType<typeof found>): void => {
    keys.push(key);
    bed.heads.put(`acme-lake/${key}`, head);
  };
  for (let i = 0; i < 9; i++) {
    put(`tenants/a/${i}`, underKms(i % 4 === 0 ? B : A));
    put(`tenants/b/${i}`, underKms(B));
  }
  put('tenants/c/1', underKms(A));
  put('sealed/missing', plain);
  put('sealed/whole', plain);
  put('sealed/whole.instruction', plain);
  put('sealed/orphan.instruction', plain);
  bed.files.put('acme-lake/sealed/whole.instruction', instructionFile(A));
  bed.files.put('acme-lake/sealed/orphan.instruction', instructionFile(A));
  keys.push('tenants/a/_SUCCESS', 'tenants/b/gone', 'other/1', 'other/2');
  return { bed, entries: keys.map((key) => ({ key })) };
}
