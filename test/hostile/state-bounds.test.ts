import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MOST_LINE_BYTES } from '../../src/reaudit/fold.ts';
import { StateUnusable } from '../../src/reaudit/run-errors.ts';
import { type Commit, FRESH, type RunHeader } from '../../src/reaudit/state.ts';
import { diskFiles } from '../../src/reaudit/state-files.ts';
import {
  JournalWriter,
  MOST_STATE_BYTES,
  MOST_STATE_LINE_BYTES,
  openingLines,
  readJournal,
} from '../../src/reaudit/state-journal.ts';
import { appendWaiting, findJournal, waitingOf } from '../../src/reaudit/state-store.ts';
import { listedObject } from '../reaudit/memory-lister.ts';

const folder = mkdtempSync(join(tmpdir(), 'auditor-state-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'run');

const linesOf = async (bytes: number, from = 0): Promise<readonly string[]> => {
  const file = await diskFiles.open(path, bytes);
  try {
    const lines: string[] = [];
    for await (const line of file.lines(from, bytes)) lines.push(line);
    return lines;
  } finally {
    await file.close();
  }
};
const failureOf = (attempt: Promise<unknown>): Promise<unknown> => attempt.catch((error: unknown) => error);
const tooLongAt = (byte: number): string =>
  `${path} is damaged: the line that begins at byte ${byte} is longer than ${MOST_LINE_BYTES} bytes.`;

describe('a line of the records or of the objects that wait', () => {
  it('is read however it lies across the pieces that are read, and as long as a line may be', async () => {
    const lines = ['', 'a', 'ü'.repeat(40_000), 'x'.repeat(65_535), '', 'z'.repeat(MOST_LINE_BYTES), 'last'];
    const text = lines.map((line) => `${line}\n`).join('');
    writeFileSync(path, text);
    const bytes = Buffer.byteLength(text);
    expect((await linesOf(bytes)).map(({ length }) => length)).toEqual(lines.map(({ length }) => length));
    expect(await linesOf(bytes)).toEqual(lines);
    expect(await linesOf(bytes, 1)).toEqual(lines.slice(1));
  });

  it('that is a byte longer is damage, told with its place', async () => {
    const text = `first\n${'x'.repeat(70_000)}\n${'y'.repeat(MOST_LINE_BYTES + 1)}\nlast\n`;
    writeFileSync(path, text);
    const failure = await failureOf(linesOf(text.length));
    expect(failure).toBeInstanceOf(StateUnusable);
    expect(String(failure)).toContain(tooLongAt(70_007));
  });

  it('that never ends is not read to its end', async () => {
    writeFileSync(path, 'first\n');
    truncateSync(path, 256 * 1024 * 1024);
    expect(String(await failureOf(linesOf(256 * 1024 * 1024)))).toContain(tooLongAt(6));
  });

  it('stops a run that would go on with the objects that wait', async () => {
    rmSync(path, { force: true });
    const file = await diskFiles.open(path, 0);
    await appendWaiting(file, [listedObject({ key: 'a' })]);
    const begin = file.bytes;
    await file.append(`${'x'.repeat(MOST_LINE_BYTES + 1)}\n`);
    const keys: string[] = [];
    const reading = async (): Promise<void> => {
      const state = { ...FRESH, waitingBytes: file.bytes };
      for await (const { object } of waitingOf(file, state)) keys.push(object.key);
    };
    const failure = await failureOf(reading());
    await file.close();
    expect(failure).toBeInstanceOf(StateUnusable);
    expect(String(failure)).toContain(tooLongAt(begin));
    expect(keys).toEqual(['a']);
  });
});

const HEADER: RunHeader = {
  bucket: 'acme-lake',
  prefix: '',
  versions: false,
  policySource: 'policy.yaml',
  policyText: '',
  policyHash: 'sha256:x',
  output: '/tmp/records.ndjson',
  startedAt: '2026-11-21T02:00:00.000Z',
};
const STEP: Commit = { ...FRESH, done: [], answers: [] };

describe('a line of the state file', () => {
  it('holds the longest policy there may be', () => {
    // The most that 16 Mi characters take: three bytes each, and two where JSON escapes them.
    const policyText = '語'.repeat(16 * 1024 * 1024);
    const text = openingLines({ ...HEADER, policyText }, FRESH, new JournalWriter());
    expect(readJournal(Buffer.from(text), path).header.policyText).toBe(policyText);
  });

  it('is not written where it would be too long to be read, and the file goes on as it was', () => {
    const writer = new JournalWriter();
    const opening = openingLines(HEADER, FRESH, writer);
    const policyText = 'x'.repeat(MOST_STATE_LINE_BYTES);
    expect(() => openingLines({ ...HEADER, policyText }, FRESH, writer)).toThrow(
      `the state of this run is longer than ${MOST_STATE_LINE_BYTES} bytes in one line`,
    );
    const whole = Buffer.from(opening + writer.line({ commit: { ...STEP, listed: 7 } }));
    expect(readJournal(whole, path)).toMatchObject({ state: { listed: 7 }, lines: 3, bytes: whole.length });
  });

  it.each([
    ['and ends', '\n'],
    ['and does not end', ''],
  ])('that is longer %s is damage, told with its place', (_, end) => {
    const opening = Buffer.from(openingLines(HEADER, FRESH, new JournalWriter()));
    const long = Buffer.alloc(MOST_STATE_LINE_BYTES + 1 - end.length, 'x');
    const bytes = Buffer.concat([opening, long, Buffer.from(end)]);
    expect(() => readJournal(bytes, path)).toThrow(StateUnusable);
    expect(() => readJournal(bytes, path)).toThrow(
      `${path} is damaged: line 3 is longer than ${MOST_STATE_LINE_BYTES} bytes`,
    );
  });
});

describe('a state file', () => {
  it('that is larger than any that was written is refused and not read', async () => {
    writeFileSync(path, openingLines(HEADER, FRESH, new JournalWriter()));
    expect(await findJournal(diskFiles, path)).toMatchObject({ lines: 2 });
    truncateSync(path, MOST_STATE_BYTES + 1);
    const failure = await failureOf(findJournal(diskFiles, path));
    expect(failure).toBeInstanceOf(StateUnusable);
    expect(String(failure)).toContain(
      `${path} has ${MOST_STATE_BYTES + 1} bytes, where a state file has at most ${MOST_STATE_BYTES} bytes.`,
    );
  });

  it('is read up to a bound and no further, and is absent where it is not there', async () => {
    writeFileSync(path, 'x'.repeat(1000));
    expect((await diskFiles.read(path, 1000))?.length).toBe(1000);
    expect(await failureOf(diskFiles.read(path, 999))).toBeInstanceOf(StateUnusable);
    expect(await diskFiles.read(join(folder, 'none'), 999)).toBeUndefined();
  });

  it.skipIf(!existsSync('/dev/zero'))('that does not tell its size is bounded as it is read', async () => {
    const failure = await failureOf(diskFiles.read('/dev/zero', 1_000_000));
    expect(String(failure)).toContain('/dev/zero has more, where a state file has at most 1000000 bytes.');
  });
});
