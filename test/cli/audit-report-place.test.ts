import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fill, POLICY, runAudit, type World, world } from './audit-world.ts';
import { ENVIRONMENT } from './local-lake.ts';
import { fileWith, recordsOf, scratch } from './run.ts';

let here: World;
beforeAll(async () => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
  here = await world();
  fill(here, 10);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await here.aws.close();
});

const audit = (report: string, output = join(scratch(), 'records.ndjson')) =>
  runAudit(here, { policy: fileWith('policy.yaml', POLICY), report, output });
const PAGE = /^<!doctype html>[\s\S]*<\/html>\n$/;

describe('the report of an audit', () => {
  it('takes the place of an older one whole, with its permissions, and leaves nothing beside it', async () => {
    const folder = scratch();
    const report = join(folder, 'report.html');
    writeFileSync(report, 'old');
    chmodSync(report, 0o640);
    await audit(report);
    expect(readFileSync(report, 'utf8')).toMatch(PAGE);
    expect(statSync(report).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('leaves every other file alone, such as records that are called as itself with .next', async () => {
    const folder = scratch();
    const [report, output] = [join(folder, 'report.html'), join(folder, 'report.html.next')];
    await audit(report, output);
    expect(recordsOf(readFileSync(output, 'utf8'))).toHaveLength(12);
    expect(readFileSync(report, 'utf8')).toMatch(PAGE);
  });

  it('goes through a symbolic link, which stays one, and takes the place of what it leads to whole', async () => {
    const folder = scratch();
    const [page, link] = [join(folder, 'page.html'), join(folder, 'link.html')];
    writeFileSync(page, 'old');
    const { ino } = statSync(page);
    symlinkSync('page.html', link);
    await audit(link);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(page, 'utf8')).toMatch(PAGE);
    expect(statSync(page).ino).not.toBe(ino);
  });

  it('goes into a pipe, which stays one', async () => {
    const pipe = join(scratch(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [page] = await Promise.all([readFile(pipe, 'utf8'), audit(pipe)]);
    expect(page).toMatch(PAGE);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)('goes into a device, which stays one', async () => {
    const device = join(scratch(), 'null');
    execFileSync('mknod', [device, 'c', '1', '3']);
    expect((await audit(device)).status).toBe(1);
    expect(lstatSync(device).isCharacterDevice()).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)(
    'that finds no room is said, and is status 3 on the command line',
    async () => {
      const device = join(scratch(), 'full');
      execFileSync('mknod', [device, 'c', '1', '7']);
      await expect(audit(device)).rejects.toThrow(
        `${device} could not be written: no space is left on the device`,
      );
      expect(lstatSync(device).isCharacterDevice()).toBe(true);
    },
  );

  it('is written where no other name fits beside its own', async () => {
    const report = join(scratch(), 'r'.repeat(250));
    await audit(report);
    expect(readFileSync(report, 'utf8')).toMatch(PAGE);
  });

  it('names no command with a standard input that has been read', async () => {
    const report = join(scratch(), 'report.html');
    const stdin = Readable.from([Buffer.from(POLICY)]);
    await runAudit(here, { policy: '-', report }, { io: { stdin } });
    const html = readFileSync(report, 'utf8');
    expect(html).toContain('--policy POLICY');
    expect(html).not.toContain('--policy -');
  });
});

describe('the files of a run that can be gone on with', () => {
  it('leave alone what is called as the state with .next, and the state may be a link', async () => {
    const folder = scratch();
    const [state, link] = [join(folder, 'state'), join(folder, 'link')];
    symlinkSync('state', link);
    writeFileSync(`${link}.next`, 'mine');
    writeFileSync(`${state}.next`, 'mine too');
    const policy = fileWith('policy.yaml', POLICY);
    await runAudit(here, { policy, resume: link, output: join(folder, 'records') });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(state).size).toBeGreaterThan(0);
    expect(readFileSync(`${link}.next`, 'utf8')).toBe('mine');
    expect(readFileSync(`${state}.next`, 'utf8')).toBe('mine too');
  });
});
