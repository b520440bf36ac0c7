import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { type DryRunOptions, dryRun } from '../../src/cli/dry-run.ts';
import { BadInput } from '../../src/cli/io.ts';
import { bucketName } from '../../src/objects/object.ts';
import type { ListAnswer } from '../../src/reaudit/ports.ts';
import table from '../../src/reaudit/prices.json' with { type: 'json' };
import { ListingRefused } from '../../src/reaudit/run-errors.ts';
import { policyOf } from '../support/policy.ts';

const scratch = mkdtempSync(join(tmpdir(), 'prices-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const file = (name: string, content: unknown): string => {
  const path = join(scratch, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
};

const policy = policyOf(
  'version: 1\nrules:\n  - { id: r, match: "s3://lake/", sse: { algorithm: [aws:kms] } }\n',
);
const EMPTY: ListAnswer = { kind: 'page', objects: [], deleteMarkers: 0 };

async function run(more: Partial<DryRunOptions>, answer: ListAnswer = EMPTY) {
  const stdout = new PassThrough();
  const io = {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    terminal: false,
    color: false,
    columns: 100,
    now: () => 0,
  };
  const options = { bucket: bucketName('lake'), prefix: '', versions: false, json: false, ...more };
  let asked = 0;
  const list = async () => {
    asked += 1;
    return answer;
  };
  const status = await dryRun(options, { policy, lister: { list }, random: () => 0 }, io);
  stdout.end();
  return { status, asked, out: await text(stdout) };
}

test('a number that a person gives is taken without asking S3', async () => {
  const { status, asked, out } = await run({ objects: '1000000000' });
  expect([status, asked]).toEqual([0, 0]);
  expect(out).toContain('LIST and HEAD, one machine: $405.00; its requests take 50.6 h; suffices');
  expect(out).toContain('Prices of 2026-11-21, us-east-1');
});

test('JSON is one document', async () => {
  const { out } = await run({ objects: '10', json: true });
  expect(JSON.parse(out)).toMatchObject({
    objects: { method: 'given', estimate: 10 },
    cheapest: 'list-head',
  });
});

test('prices of one’s own replace those that ship', async () => {
  const own = {
    ...table,
    region: 'eu-west-1',
    prices: { ...table.prices, head: { ...table.prices.head, usd: 1000 } },
  };
  const { out } = await run({ objects: '1000', prices: file('own.json', own) });
  expect(out).toContain('LIST and HEAD, one machine: $1,000.00');
  expect(out).toContain('eu-west-1');
});

test('a price table that is none is bad usage, and so is a number that is none', async () => {
  await expect(run({ objects: '1', prices: file('bad.json', { date: 1 }) })).rejects.toThrow(BadInput);
  await expect(run({ objects: 'many' })).rejects.toThrow(BadInput);
});

test('a listing that is refused ends as an audit of that prefix would', async () => {
  await expect(run({}, { kind: 'no-such-bucket' })).rejects.toThrow(ListingRefused);
});
