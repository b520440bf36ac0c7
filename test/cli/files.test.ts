import { copyFileSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { POLICY, run, scratch } from './run.ts';

const HEADS = `{"bucket":"acme-lake","key":"plain/a","head":{"ServerSideEncryption":"AES256"}}\n`;

/** A folder with a policy and heads. */
function folderOf() {
  const folder = scratch();
  const place = (name: string): string => join(folder, name);
  copyFileSync(POLICY, place('policy.yaml'));
  writeFileSync(place('heads.ndjson'), HEADS);
  return place;
}

describe('an output that is an input by another name is refused, and the input is whole', () => {
  it.each<[string, (from: string, to: string) => void]>([
    ['a symbolic link', symlinkSync],
    ['a hard link', linkSync],
    [
      'a link to a link',
      (from, to) => {
        symlinkSync(from, `${to}.first`);
        symlinkSync(`${to}.first`, to);
      },
    ],
  ])('%s', async (_name, link) => {
    const place = folderOf();
    for (const [input, option] of [
      ['policy.yaml', '--policy'],
      ['heads.ndjson', '--heads'],
    ] as const) {
      const output = place(`${input}.link`);
      link(place(input), output);
      const before = readFileSync(place(input), 'utf8');
      const argv = ['evaluate', '--policy', place('policy.yaml'), '--heads', place('heads.ndjson')];
      const { status, stderr } = await run([...argv, '--output', output]);
      expect(status).toBe(2);
      expect(stderr).toContain(`--output ${output} is the file that ${option} names, and would overwrite it`);
      expect(readFileSync(place(input), 'utf8')).toBe(before);
    }
  });

  it('a symbolic link to another file is followed', async () => {
    const place = folderOf();
    writeFileSync(place('records.ndjson'), 'old');
    symlinkSync(place('records.ndjson'), place('link'));
    const argv = ['evaluate', '--policy', place('policy.yaml'), '--heads', place('heads.ndjson')];
    expect((await run([...argv, '--output', place('link')])).status).toBe(0);
    expect(readFileSync(place('records.ndjson'), 'utf8')).toContain('"outcome":"compliant"');
  });
});

describe('of the files of an audit no two may be the same', () => {
  const audit = (...args: readonly string[]) =>
    run([
      'audit',
      's3://acme-lake/plain/',
      '--policy',
      POLICY,
      '--endpoint-url',
      'http://127.0.0.1:1',
      ...args,
    ]);

  it.each<[string, (place: (name: string) => string) => readonly string[], string]>([
    [
      'the report and the records, where neither is there yet',
      (place) => {
        mkdirSync(place('a'));
        symlinkSync(place('a'), place('b'));
        return ['--output', place('a/new'), '--report', place('b/new')];
      },
      'is the file that --output names',
    ],
    [
      'the report and the records, by links to what is not there yet',
      (place) => {
        symlinkSync('new', place('b'));
        symlinkSync('b', place('a'));
        return ['--output', place('a'), '--report', place('b')];
      },
      'is the file that --output names',
    ],
    [
      'the records and the rows that are read',
      (place) => {
        linkSync(place('heads.ndjson'), place('rows'));
        return ['--metadata', place('heads.ndjson'), '--output', place('rows')];
      },
      'is the file that --metadata names',
    ],
    [
      'the report and the rows that are read',
      (place) => ['--metadata', place('heads.ndjson'), '--report', place('heads.ndjson')],
      'is the file that --metadata names',
    ],
    [
      'the state and the records',
      (place) => ['--resume', place('x'), '--output', place('x')],
      'is the file that --resume names',
    ],
    [
      'the state and the report',
      (place) => ['--resume', place('x'), '--output', place('o'), '--report', place('x')],
      'is the file that --resume names',
    ],
    [
      "the records and the state's own list beside it",
      (place) => ['--resume', place('x'), '--output', place('x.waiting')],
      "is the file that --resume's list of what waits names",
    ],
  ])('%s', async (_name, argsOf, says) => {
    const place = folderOf();
    const { status, stderr } = await audit(...argsOf(place));
    expect(stderr).toContain(`${says}, and would overwrite it`);
    expect(status).toBe(2);
    expect(readFileSync(place('heads.ndjson'), 'utf8')).toBe(HEADS);
  });
});
