import { describe, expect, it } from 'vitest';
import { evaluate, fileWith, recordsOf } from './run.ts';

const A = 'arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';
const POLICY = `version: 1\nrules:\n  - { id: r, match: "s3://lake/", cse: { key: "${A}", wrap: [kms] } }\n`;
const FILE = JSON.stringify({
  'x-amz-key-v2': 'd3JhcHBlZC1kYXRhLWtleS1vZi10aGUtdGVzdA==',
  'x-amz-iv': 'AAAAAAAAAAAAAAAAAAAAAA==',
  'x-amz-wrap-alg': 'kms',
  'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
  'x-amz-matdesc': JSON.stringify({ kms_cmk_id: A }),
});
const line = (more: object): object => ({
  bucket: 'lake',
  key: 'o',
  head: { Metadata: { 'x-amz-unencrypted-content-length': '5' } },
  ...more,
});

async function judged(lines: readonly object[]) {
  const { status, stdout, stderr } = await evaluate(lines, { policy: fileWith('policy.yaml', POLICY) });
  const verdicts = recordsOf(stdout).map(({ outcome, violations = [], reasons = [] }) => [
    outcome,
    ...[...violations, ...reasons].map(({ code }) => code),
  ]);
  return { status, verdicts, stderr };
}

describe('a line with an instruction file', () => {
  it('is judged by that file', async () => {
    const { verdicts } = await judged([line({ instructionFile: { key: 'o.instruction', body: FILE } })]);
    expect(verdicts).toEqual([['compliant']]);
  });

  it('that is left out means that none is there', async () => {
    expect((await judged([line({})])).verdicts).toEqual([['violation', 'CSE_INSTRUCTION_FILE_MISSING']]);
  });

  it('that is null means that it could not be read', async () => {
    expect((await judged([line({ instructionFile: null })])).verdicts).toEqual([
      ['unknown', 'INSTRUCTION_FILE_UNREADABLE'],
    ]);
  });

  it('of another key is not the file of this object', async () => {
    const other = line({ instructionFile: { key: 'x.instruction', body: FILE } });
    expect((await judged([other])).verdicts).toEqual([['violation', 'CSE_INSTRUCTION_FILE_MISSING']]);
  });

  it('of the wrong shape is a bad line, named with its number', async () => {
    const { status, stderr } = await judged([line({}), line({ instructionFile: 'text' })]);
    expect(status).toBe(3);
    expect(stderr).toContain(
      ':2: "instructionFile": expected {"key","body"}, or null where it could not be read',
    );
  });
});
