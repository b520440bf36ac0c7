import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { BadInput, type CliIo } from '../../src/cli/io.ts';
import { type ReportInvocation, report } from '../../src/cli/report.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { bare, REASONS, wrongKey } from '../alerts/records.ts';
import { world } from '../fixtures/report/world.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(input: string | Iterable<string>, more: Partial<ReportInvocation> = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io: CliIo = {
    stdin: Readable.from(typeof input === 'string' ? [Buffer.from(input, 'latin1')] : input),
    stdout,
    stderr,
    terminal: false,
    color: false,
    columns: 80,
    now: () => Date.parse('2026-11-21T04:00:00Z'),
  };
  const collected = Promise.all(
    [stdout, stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString()),
  );
  const status = await report({ command: 'report', records: '-', format: 'html', ...more }, io);
  stdout.end();
  stderr.end();
  const [out = '', err = ''] = await collected;
  return { status, out, err };
}

const lines = (...records: readonly AuditRecord[]): string =>
  records.map((one) => `${JSON.stringify(one)}\n`).join('');
const ok = bare({ outcome: 'compliant' });

describe('report', () => {
  it('writes one page to standard output, or to a file', async () => {
    expect((await run(lines(ok))).out).toMatch(/^<!doctype html>\n[\s\S]*<\/html>\n$/);
    const path = join(folder, 'a.html');
    expect((await run(lines(ok), { output: path })).out).toBe('');
    expect(readFileSync(path, 'utf8')).toMatch(/<\/html>\n$/);
  });

  it.each([
    [0, 'nothing to report', [ok, bare({ outcome: 'gone' })]],
    [0, 'no record at all', []],
    [1, 'a violation', [ok, wrongKey(0)]],
    [1, 'an uncovered object that the policy alerts on', [bare({ outcome: 'uncovered', severity: 'low' })]],
    [0, 'an uncovered object that the policy only reports', [bare({ outcome: 'uncovered' })]],
    [
      3,
      'an unknown verdict beside a violation',
      [wrongKey(0), bare({ outcome: 'unknown', reasons: [REASONS.KEY_NOT_REPORTED] })],
    ],
  ] as const)('exits with %i for %s', async (status, _what, records) => {
    expect((await run(lines(...records))).status).toBe(status);
  });

  it('names the lines that it cannot read, up to ten, and makes the report of the others', async () => {
    const bad = ['{', '[]', '{"outcome":"fine"}', '\xff', 'x\x1b[2J'];
    const { status, out, err } = await run(
      `${lines(ok)}\n${bad.join('\n')}\n${'null\n'.repeat(8)}${lines(ok)}`,
    );
    expect(status).toBe(3);
    expect(err.split('\n').filter((line) => line.startsWith('standard input:'))).toHaveLength(10);
    expect(err).toContain('standard input:3: expected one JSON object a line');
    expect(err).toContain('standard input:5: "object": not what an audit record holds there');
    expect(err).toContain('standard input:6: expected UTF-8');
    expect(err).toContain('... and 3 more lines that could not be read');
    expect(err).not.toContain('\x1b');
    expect(out).toContain('13 lines of the records could not be read');
    expect(out).toContain('No violation was found in 2 objects');
  });

  it.each([
    ['violations', { violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: 'x' } }] }],
    ['reasons', { reasons: [{ code: 'FINE', args: {} }] }],
    ['diagnosis', { diagnosis: [{ code: 'AWS_MANAGED_KEY' }] }],
    ['size', { size: -1 }],
    ['captures', { captures: { tenant: 1 } }],
    ['object', { object: { bucket: 'b' } }],
  ])('refuses a record whose %s cannot be told in a report', async (name, wrong) => {
    const { status, err } = await run(`${JSON.stringify({ ...ok, ...wrong })}\n${lines(ok)}`);
    expect(err).toBe(`standard input:1: "${name}": not what an audit record holds there\n`);
    expect(status).toBe(3);
  });

  it('takes a record with members that it does not know', async () => {
    expect((await run(`${JSON.stringify({ ...ok, later: { x: 1 } })}\n`)).status).toBe(0);
  });

  it('exits with 2 where nothing is readable, and leaves the report that is there', async () => {
    const path = join(folder, 'kept.html');
    writeFileSync(path, 'kept');
    expect((await run('x\n', { output: path })).status).toBe(2);
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });

  it('refuses to overwrite the records with the report', async () => {
    const path = join(folder, 'records.ndjson');
    writeFileSync(path, lines(ok));
    await expect(run('', { records: path, output: path })).rejects.toThrow(BadInput);
    expect(readFileSync(path, 'utf8')).toBe(lines(ok));
  });

  it('says of records that are not there that there is no such file', async () => {
    await expect(run('', { records: join(folder, 'none') })).rejects.toThrow(/no such file/);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('writes JSON and CSV summaries that end as their formats do', async () => {
    expect(JSON.parse((await run(lines(ok), { format: 'json' })).out).outcomes.compliant.objects).toBe(1);
    const { out } = await run(lines(ok), { format: 'csv' });
    expect(out.split('\r\n').at(-1)).toBe('');
    expect(out.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('says where the records are, what was audited and which policy the commands name', async () => {
    const path = join(folder, 'r.ndjson');
    writeFileSync(path, lines(wrongKey(0)));
    const { out } = await run('', { records: path, scope: 's3://acme-lake/', policy: 'prod.yaml' });
    expect(out).toContain(`<code>${path}</code>`);
    expect(out).toContain('<code>s3://acme-lake/</code>');
    expect(out).toContain('--policy prod.yaml');
    const piped = (await run(lines(wrongKey(0)), { policy: '-' })).out;
    expect(piped).toContain('--policy POLICY');
    expect(piped).not.toContain('--policy -');
  });

  it('takes fifty thousand records as they stream', async () => {
    const { status, out } = await run(
      (function* () {
        for (const record of world(50_000)) yield `${JSON.stringify(record)}\n`;
      })(),
      { format: 'json' },
    );
    const summary = JSON.parse(out);
    expect(status).toBe(3);
    expect(
      Object.values<{ objects: number }>(summary.outcomes).reduce((sum, { objects }) => sum + objects, 0),
    ).toBe(50_000);
  });
});
