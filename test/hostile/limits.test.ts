import { truncateSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PolicyUnusable } from '../../src/audit/failures.ts';
import { HttpPool, MOST_ANSWER_BYTES } from '../../src/aws/fast-http.ts';
import { MOST_POLICY_BYTES, readPolicyFromS3 } from '../../src/aws/read-policy.ts';
import { endpointOf } from '../../src/aws/s3-endpoint.ts';
import { S3InstructionFiles } from '../../src/aws/s3-instruction-files.ts';
import { MOST_INPUT_BYTES } from '../../src/cli/io.ts';
import { MAX_INSTRUCTION_FILE_BYTES } from '../../src/encryption/instruction-file.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import type { ReportStore } from '../../src/reaudit/batch-ports.ts';
import { MOST_LINE_BYTES } from '../../src/reaudit/fold.ts';
import { MOST_MANIFEST_BYTES, openInventory } from '../../src/reaudit/inventory.ts';
import { openMetadataTable } from '../../src/reaudit/metadata-table.ts';
import { SourceDamaged, SourceUnusable } from '../../src/reaudit/source-failures.ts';
import { findResults } from '../../src/reaudit/summary-run-files.ts';
import { jsonLines, MOST_VALUE_BYTES, NotResults } from '../../src/reaudit/summary-run-values.ts';
import { wrongKey } from '../alerts/records.ts';
import { CREDENTIALS } from '../aws/loopback.ts';
import { evaluate, fileWith, recordsOf, run } from '../cli/run.ts';
import { fixture, itemsOf } from '../reaudit/inventory-bytes.ts';
import { found, MemoryHeads } from '../support/memory.ts';

const MEBI = 1024 * 1024;

/** What a reader took of a source that never ends. */
interface Endless {
  taken: number;
}

async function* endless(piece: Uint8Array, seen: Endless): AsyncGenerator<Uint8Array> {
  for (;;) {
    seen.taken += piece.byteLength;
    yield piece;
  }
}

/** A server whose answers tell no length and do not end; and how many bytes were taken of them, once they are refused. */
async function endlessServer(head: (response: ServerResponse) => void = () => {}) {
  const piece = Buffer.alloc(MEBI, '#');
  const closed: boolean[] = [];
  const server = createServer((_, response) => {
    head(response);
    response.on('close', () => closed.push(true));
    const write = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', write);
    write();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new S3Client({
    endpoint,
    region: 'eu-west-1',
    credentials: CREDENTIALS,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  return { endpoint, client, closed };
}

describe('a policy', () => {
  it('that tells no length and never ends is refused, and its connection closed', async () => {
    const { client, closed } = await endlessServer();
    const read = readPolicyFromS3(client, 'policies', 'p.yaml');
    await expect(read).rejects.toThrow(`more than ${MOST_POLICY_BYTES} bytes`);
    await expect(read).rejects.toThrow(PolicyUnusable);
    await expect.poll(() => closed).toEqual([true]);
  });

  it('that is no UTF-8 is refused: a prefix in it would become another', async () => {
    const latin = Buffer.from(
      'version: 1\nrules: [{ id: a, match: "s3://lake/caf\u00e9/", cse: required }]\n',
      'latin1',
    );
    const { status, stderr } = await run(['policy', 'check', fileWith('p.yaml', latin)]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('is not UTF-8')]);
  });
});

describe('an instruction file', () => {
  it('of a server that ignores the range that was asked for is too large, and not read on', async () => {
    const { client, closed } = await endlessServer();
    const heads = new MemoryHeads().put('lake/a.instruction', found({ sizeBytes: 100 }));
    const files = new S3InstructionFiles({ client: async () => client, heads, mayDecrypt: false });
    const object = { bucket: bucketName('lake'), key: objectKey('a.instruction') };
    expect(await files.read(object, MAX_INSTRUCTION_FILE_BYTES)).toEqual({ kind: 'too-large' });
    await expect.poll(() => closed).toEqual([true]);
  });
});

describe('an answer of S3 to a listing', () => {
  it.each([200, 403])('that never ends, of status %i, is none', async (status) => {
    const { endpoint, closed } = await endlessServer((response) => response.writeHead(status));
    const to = endpointOf(new URL(`${endpoint}/lake`), 'eu-west-1');
    if (to === undefined) throw new Error('no endpoint');
    const exchange = new HttpPool().exchange({
      endpoint: to,
      method: 'GET',
      path: '/lake',
      headers: ['host', to.host],
    });
    await expect(exchange).rejects.toThrow(`an answer of more than ${MOST_ANSWER_BYTES} bytes`);
    await expect.poll(() => closed).toEqual([true]);
  });
});

describe('a file that the command line names', () => {
  it('is refused where it is longer than any is', async () => {
    const path = fileWith('huge', '');
    truncateSync(path, MOST_INPUT_BYTES + 1);
    const policy = fileWith('p.yaml', 'version: 1\nrules: [{ id: a, match: s3://lake/, cse: required }]\n');
    for (const argv of [
      ['policy', 'check', path],
      ['handle', path, '--policy', policy],
      ['emr', 'import', '--config', path, '--connector', 's3a'],
      ['evaluate', '--policy', policy, '--heads', '-', '--keys', path],
    ]) {
      const { status, stderr } = await run(argv);
      expect([argv[0], status, stderr]).toEqual([
        argv[0],
        2,
        expect.stringContaining(`has more than ${MOST_INPUT_BYTES} bytes`),
      ]);
    }
  });

  it('is not waited for to its end', async () => {
    const seen = { taken: 0 };
    const stdin = Readable.from(endless(Buffer.alloc(MEBI, ' '), seen));
    const { readText } = await import('../../src/cli/io.ts');
    const nothing = {
      stdout: process.stdout,
      stderr: process.stderr,
      terminal: false,
      color: false,
      columns: 80,
    };
    await expect(readText('-', { ...nothing, stdin, now: () => 0 })).rejects.toThrow(
      'standard input has more than',
    );
    expect(seen.taken).toBeLessThan(MOST_INPUT_BYTES + 20 * MEBI);
  });
});

describe('a line that is longer than any record', () => {
  const long = Buffer.alloc(MOST_LINE_BYTES + 10, ' ');

  it('is counted as unreadable in a report, also where what fits of it would be a record', async () => {
    const record = JSON.stringify(wrongKey(0));
    const lines = Buffer.concat([Buffer.from(`${record}\n${record}`), long, Buffer.from(`x\n${record}\n`)]);
    const { status, stdout, stderr } = await run(['report', '-', '--format', 'json'], { stdin: lines });
    expect(stderr).toBe(`standard input:2: longer than ${MOST_LINE_BYTES} bytes\n`);
    expect(JSON.parse(stdout)).toMatchObject({
      outcomes: { violation: { objects: 2 } },
      coverage: { unreadableLines: 1 },
    });
    expect(status).toBe(3);
  });

  it('has no verdict in evaluate, and the ones beside it have', async () => {
    const line = JSON.stringify({ bucket: 'acme-lake', key: 'finance/a', status: 404 });
    const lines = Buffer.concat([Buffer.from(`${line}\n${line}`), long, Buffer.from(`\n${line}\n`)]);
    const { status, stdout, stderr } = await evaluate(lines);
    expect([recordsOf(stdout).length, status]).toEqual([2, 3]);
    expect(stderr).toContain(`standard input:2: longer than ${MOST_LINE_BYTES} bytes`);
  });

  it('ends the reading of a part of records, which leaves the run incomplete', async () => {
    const read = jsonLines(endless(Buffer.alloc(MEBI, 'x'), { taken: 0 }))[Symbol.asyncIterator]();
    await expect(read.next()).rejects.toThrow(NotResults);
    expect(MOST_VALUE_BYTES).toBe(MOST_LINE_BYTES);
  });
});

describe('a manifest', () => {
  it('of an inventory that never ends is refused', async () => {
    const seen = { taken: 0 };
    const bytes = { read: () => endless(Buffer.alloc(MEBI, ' '), seen) };
    const wanted = { bucket: 'acme-lake', prefix: '', versions: false };
    const opened = openInventory({ bucket: 'i', key: 'manifest.json' }, wanted, bytes);
    await expect(opened).rejects.toThrow(SourceUnusable);
    expect(seen.taken).toBeLessThanOrEqual(MOST_MANIFEST_BYTES + MEBI);
  });

  it('of results that never ends is told as none: the run is incomplete', async () => {
    const seen = { taken: 0 };
    const key = 'reaudit/run/results/m/manifest.json';
    const store: ReportStore = {
      bucket: 'reports',
      put: () => Promise.reject(new Error('nothing is written')),
      list: async function* () {
        yield { key, bytes: 1 };
      },
      read: () => endless(Buffer.alloc(MEBI, ' '), seen),
    };
    expect((await findResults(store, 'run')).problems).toEqual([`${key} is no manifest of results`]);
    expect(seen.taken).toBeLessThan(20 * MEBI);
  });
});

describe('a metadata table under gzip', () => {
  const [HEADER = '', ROW = ''] = fixture('table.csv')
    .toString()
    .split(/(?<=\n)/);
  const table = (bytes: Buffer) => ({
    name: 'table.csv.gz',
    open: async function* () {
      for (let at = 0; at < bytes.length; at += 4096) yield bytes.subarray(at, at + 4096);
    },
    time: { at: '2026-11-20T00:00:00Z', by: 'file-time' } as const,
  });
  const wanted = { bucket: 'acme-lake', prefix: '', versions: false };
  const open = (bytes: Buffer) => openMetadataTable(table(bytes), wanted);

  it('that unpacks to 64 MiB of one row is one row that cannot be read', async () => {
    const piece = gzipSync(Buffer.alloc(16 * MEBI, 0x61));
    const bomb = Buffer.concat([gzipSync(HEADER), piece, piece, piece, piece]);
    expect(bomb.length).toBeLessThan(MEBI);
    expect(await itemsOf(await open(bomb))).toMatchObject([{ kind: 'malformed' }]);
  });

  it('whose second part begins with a zero byte is damaged: zlib would end there without a word', async () => {
    const second = gzipSync(ROW);
    const whole = Buffer.concat([gzipSync(HEADER), second]);
    expect(await open(whole).then(itemsOf)).toMatchObject([{ kind: 'row' }]);
    const harmed = Buffer.from(whole);
    harmed[whole.length - second.length] = 0;
    await expect(open(harmed).then(itemsOf)).rejects.toThrow(SourceDamaged);
    const cut = whole.subarray(0, whole.length - 3);
    await expect(open(cut).then(itemsOf)).rejects.toThrow(SourceDamaged);
  });
});
