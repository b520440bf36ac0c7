import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AliasReference, parseKeyReference } from '../../src/keys/reference.ts';
import type { Interval } from '../../src/reaudit/ranges.ts';
import { StateUnusable } from '../../src/reaudit/run-errors.ts';
import { afterCommit, type Commit, FRESH, type KeptAnswer, type RunHeader } from '../../src/reaudit/state.ts';
import { diskFiles, FileChanged, FileTooShort } from '../../src/reaudit/state-files.ts';
import { JournalWriter, openingLines, readJournal } from '../../src/reaudit/state-journal.ts';
import { KeptKeys } from '../../src/reaudit/state-keys.ts';
import { readWaitingLine, waitingLine } from '../../src/reaudit/waiting.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { MemoryKeys } from '../support/memory.ts';
import { anyKey } from './arbitraries.ts';
import { listedObject } from './memory-lister.ts';

const HEADER: RunHeader = {
  bucket: 'acme-lake',
  prefix: 'tenants/',
  versions: false,
  policySource: 'policy.yaml',
  policyText: 'version: 1\n',
  policyHash: 'sha256:x',
  output: '/tmp/records.ndjson',
  startedAt: '2026-11-21T02:00:00.000Z',
};

const ANSWERS: readonly KeptAnswer[] = [
  { ask: 'alias', place: 'eu-west-1 alias/a', answer: { kind: 'key', arn: keyReference(keyArn('1')).arn } },
  { ask: 'alias', place: ' alias/b', answer: { kind: 'not-found' } },
  { ask: 'key', place: keyArn('1'), answer: { kind: 'described', manager: 'CUSTOMER', state: 'Enabled' } },
  { ask: 'key', place: keyArn('2'), answer: { kind: 'denied' } },
  { ask: 'names', place: keyArn('1'), answer: { kind: 'names', names: ['alias/a'] } },
  { ask: 'names', place: keyArn('2'), answer: { kind: 'not-told' } },
];

const commit = (done: readonly Interval[], more: Partial<Commit> = {}): Commit => ({
  done,
  outputBytes: 10,
  waitingBytes: 0,
  waitedBytes: 0,
  listed: 1,
  deleteMarkers: 0,
  ignored: 0,
  answers: [],
  ...more,
});

const upTo = (key: string): Interval => ({ upTo: { key } });
const between = (after: string, to: string): Interval => ({ after: { key: after }, upTo: { key: to } });

/** A state file of a few steps, as it would be on disk. */
function journal(commits: readonly Commit[]): Buffer {
  const writer = new JournalWriter();
  const lines = commits.map((one) => () => writer.line({ commit: one }));
  return Buffer.from([openingLines(HEADER, FRESH, writer), ...lines.map((line) => line())].join(''));
}

const STEPS: readonly Commit[] = [
  commit([upTo('b')], { answers: ANSWERS, deleteMarkers: 2 }),
  commit([between('d', 'f'), between('b', 'c')], { outputBytes: 20, ignored: 3 }),
  commit([between('c', 'd')], { outputBytes: 30, waitingBytes: 5, waitedBytes: 5 }),
];

describe('a state file', () => {
  it('reads back as what was committed', () => {
    const read = readJournal(journal(STEPS), 'run.state');
    expect(read.header).toEqual(HEADER);
    expect(read.state).toEqual(STEPS.reduce(afterCommit, FRESH));
    expect(read.state).toMatchObject({ listed: 3, deleteMarkers: 2, ignored: 3, outputBytes: 30 });
    expect(read.state.remaining).toEqual([{ after: { key: 'f' } }]);
    expect(read.state.answers).toEqual(ANSWERS);
  });

  it('cut off anywhere after its first line reads as the steps that are whole, and nothing of the one that is not', () => {
    const bytes = journal(STEPS);
    const first = bytes.indexOf('\n') + 1;
    for (let length = first; length <= bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      // The opening line, the line of the state, and then the steps.
      const whole = Math.max(0, cut.toString().split('\n').length - 3);
      expect(readJournal(cut, 'run.state').state).toEqual(STEPS.slice(0, whole).reduce(afterCommit, FRESH));
    }
  });

  it('with a whole last line that does not hold counts without that line: it was never synced', () => {
    const bytes = journal(STEPS);
    bytes[bytes.length - 5] = 0;
    expect(readJournal(bytes, 'run.state').state).toEqual(STEPS.slice(0, 2).reduce(afterCommit, FRESH));
  });

  it('is refused as damaged where any byte of an earlier line is another', () => {
    const bytes = journal(STEPS);
    const lastLine = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    fc.assert(
      fc.property(fc.nat({ max: lastLine - 2 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        expect(() => readJournal(damaged, 'run.state')).toThrow(StateUnusable);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('is refused where a line in its midst is lost, doubled or moved', () => {
    const lines = journal(STEPS).toString().split('\n').slice(0, -1);
    const [a = '', b = '', c = '', d = '', e = ''] = lines;
    for (const wrong of [
      [a, b, d, e],
      [a, b, c, c, d, e],
      [a, b, d, c, e],
      [a, c, d, e],
      [b, c, d, e],
    ]) {
      const bytes = Buffer.from(`${wrong.join('\n')}\n`);
      expect(() => readJournal(bytes, 'run.state')).toThrow(StateUnusable);
    }
  });

  it('of another release is refused by name, and a file of anything else is told apart from it', () => {
    const writer = new JournalWriter();
    const entry = { format: 's3-encryption-auditor run state 2', header: HEADER };
    const other = writer.line(entry as unknown as Parameters<JournalWriter['line']>[0]);
    expect(() => readJournal(Buffer.from(other), 'run.state')).toThrow(
      /another release \("s3-enc.* state 2"/,
    );
    for (const text of ['hello\n', '{"a":1}\n', '\n', 'no line end']) {
      expect(() => readJournal(Buffer.from(text), 'run.state')).toThrow(/no state file of this tool/);
    }
  });

  it('holds any key, and what lies within one', () => {
    fc.assert(
      fc.property(anyKey, fc.string(), fc.nat(), (key, versionId, nth) => {
        const one = commit([{ upTo: { key, within: { versionId, nth } } }]);
        expect(readJournal(journal([one]), 's').state.remaining).toEqual([
          { after: { key, within: { versionId, nth } } },
        ]);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it.each([
    ['a key that is no key ARN', { ask: 'alias', place: 'x', answer: { kind: 'key', arn: 'no' } }],
    ['an answer to another question', { ask: 'names', place: 'x', answer: { kind: 'denied' } }],
  ])('with a kept answer that is %s is damaged', (_, answer) => {
    const bad = commit([upTo('b')], { answers: [answer as unknown as KeptAnswer] });
    expect(() => readJournal(journal([bad, commit([between('b', 'c')])]), 's')).toThrow(StateUnusable);
  });
});

describe('the answers of KMS that a run keeps', () => {
  const alias = (name: string): AliasReference => {
    const reference = parseKeyReference(name);
    if (reference?.kind !== 'alias-name') throw new Error(name);
    return reference;
  };

  it('are the first ones, also in a later sitting, whatever KMS would say now', async () => {
    const inner = new MemoryKeys().point('alias/a', keyArn('1')).describe(keyArn('1'), 'CUSTOMER');
    const first = new KeptKeys(inner, []);
    const answers = async (keys: KeptKeys) => [
      await keys.alias(alias('alias/a'), 'eu-west-1', 'kept'),
      await keys.alias(alias('alias/none'), 'eu-west-1', 'fresh'),
      await keys.key(keyReference(keyArn('1')).arn),
      await keys.aliasNames(keyReference(keyArn('1')).arn),
    ];
    const then = await answers(first);
    const written = first.takeFresh();
    expect(first.takeFresh()).toEqual([]);
    inner.point('alias/a', keyArn('2')).point('alias/none', keyArn('2')).describe(keyArn('1'), 'AWS');
    const asked = inner.asked.length;
    expect(await answers(first)).toEqual(then);
    expect(await answers(new KeptKeys(inner, written))).toEqual(then);
    expect(inner.asked).toHaveLength(asked);
  });

  it('are one answer for all that asked at once, and none where KMS gave none', async () => {
    const inner = new MemoryKeys().point('alias/a', keyArn('1'));
    const keys = new KeptKeys(inner, []);
    inner.failNext = 1;
    await expect(keys.alias(alias('alias/a'), undefined, 'kept')).rejects.toThrow('ThrottlingException');
    expect(keys.takeFresh()).toEqual([]);
    const both = [
      keys.alias(alias('alias/a'), undefined, 'kept'),
      keys.alias(alias('alias/a'), undefined, 'kept'),
    ];
    const [one, other] = await Promise.all(both);
    expect(one).toBe(other);
    expect(keys.takeFresh()).toHaveLength(1);
  });
});

describe('an object that waits', () => {
  it('reads back from its line, and nothing else does', () => {
    const object = { ...listedObject({ key: 'a\u2028\n/x', versionId: 'v' }), storageClass: 'GLACIER' };
    expect(readWaitingLine(waitingLine(object, 7).trimEnd(), 7)).toEqual(object);
    expect(readWaitingLine(waitingLine(object, 7).trimEnd(), 8)).toBeUndefined();
    for (const line of ['', '{', '{"key":1}', '[]']) expect(readWaitingLine(line, 0)).toBeUndefined();
  });
});

describe('files on disk', () => {
  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'auditor-state-'));
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return made;
  }

  it('go on after the length that was counted on, and lose what came later', async () => {
    const path = join(folder(), 'records');
    const first = await diskFiles.open(path, 0);
    await first.append('one\nzwei \u{1F511}\n');
    await first.append('torn');
    await first.close();
    const again = await diskFiles.open(path, 14);
    await again.append('three\n');
    await again.sync();
    expect(again.bytes).toBe(20);
    const lines: string[] = [];
    for await (const line of again.lines(4, again.bytes)) lines.push(line);
    expect(lines).toEqual(['zwei \u{1F511}', 'three']);
    await again.close();
    expect((await diskFiles.read(path))?.toString()).toBe('one\nzwei \u{1F511}\nthree\n');
  });

  it('are refused where they are shorter than what was counted on', async () => {
    const path = join(folder(), 'records');
    writeFileSync(path, '0123456789');
    truncateSync(path, 4);
    await expect(diskFiles.open(path, 5)).rejects.toThrow(FileTooShort);
  });

  it('stop the one of two processes that finds that the other has written', async () => {
    const path = join(folder(), 'records');
    const [one, other] = [await diskFiles.open(path, 0), await diskFiles.open(path, 0)];
    await one.append('mine\n');
    await expect(other.append('theirs\n')).rejects.toThrow(FileChanged);
    await Promise.all([one.close(), other.close()]);
    expect((await diskFiles.read(path))?.toString()).toBe('mine\n');
  });

  it('are replaced whole', async () => {
    const path = join(folder(), 'state');
    expect(await diskFiles.read(path)).toBeUndefined();
    await diskFiles.replace(path, 'old');
    await diskFiles.replace(path, 'new');
    expect((await diskFiles.read(path))?.toString()).toBe('new');
  });

  it('give lines that are longer than what is read at once', async () => {
    const path = join(folder(), 'long');
    const file = await diskFiles.open(path, 0);
    await file.append(`${'x'.repeat(200_000)}\ny\n`);
    const lengths: number[] = [];
    for await (const line of file.lines(0, file.bytes)) lengths.push(line.length);
    expect(lengths).toEqual([200_000, 1]);
    await file.close();
  });
});
