import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Interval } from '../../src/reaudit/ranges.ts';
import { StateUnusable } from '../../src/reaudit/run-errors.ts';
import { afterCommit, type Commit, FRESH, type RunHeader, type RunState } from '../../src/reaudit/state.ts';
import { diskFiles } from '../../src/reaudit/state-files.ts';
import { JournalWriter, openingLines, readJournal } from '../../src/reaudit/state-journal.ts';
import { appendWaiting, waitingOf } from '../../src/reaudit/state-store.ts';
import { listedObject } from '../reaudit/memory-lister.ts';
import { damaged, someDamage } from '../support/damage.ts';
import { FUZZ_RUNS, FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { keyArn, keyReference } from '../support/keys.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';

const HEADER: RunHeader = {
  bucket: 'acme-lake',
  prefix: '',
  versions: false,
  policySource: 'policy.yaml',
  policyText: 'version: 1\nrules: []\n',
  policyHash: 'sha256:x',
  output: '/tmp/records.ndjson',
  startedAt: '2026-11-21T02:00:00.000Z',
};

/** Steps of a run over any keys in order, as a run would take them. */
const commits: fc.Arbitrary<readonly Commit[]> = fc
  .uniqueArray(fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom(...NASTY_KEYS)), {
    minLength: 1,
    maxLength: 6,
  })
  .map((keys) => {
    const sorted = keys
      .map((key) => key.toWellFormed())
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .filter((key, i, all) => key !== all[i - 1]);
    return sorted.map((key, i): Commit => {
      const after = sorted[i - 1];
      const done: Interval = { ...(after === undefined ? {} : { after: { key: after } }), upTo: { key } };
      return {
        done: [done],
        outputBytes: (i + 1) * 100,
        waitingBytes: i * 10,
        waitedBytes: i * 5,
        listed: i + 1,
        deleteMarkers: i,
        ignored: i % 2,
        answers: [
          {
            ask: 'alias',
            place: `eu-west-1 alias/${i}`,
            answer: { kind: 'key', arn: keyReference(keyArn('1')).arn },
          },
        ],
      };
    });
  });

function journal(all: readonly Commit[]): Buffer {
  const writer = new JournalWriter();
  const opening = openingLines(HEADER, FRESH, writer);
  return Buffer.from(opening + all.map((commit) => writer.line({ commit })).join(''));
}

/** What the run had come to after each of its steps, before the first included. */
function statesOf(all: readonly Commit[]): readonly RunState[] {
  const states: RunState[] = [FRESH];
  for (const commit of all) states.push(afterCommit(states.at(-1) ?? FRESH, commit));
  return states;
}

/** Whole lines that are lost, doubled or change places, which leaves every line as it was. */
const lineDamage = fc.record({
  kind: fc.constantFrom('lost', 'doubled', 'swapped', 'replaced'),
  one: fc.nat(),
  other: fc.nat(),
});

function withLines(
  bytes: Buffer,
  { kind, one, other }: { kind: string; one: number; other: number },
): Buffer {
  const lines = bytes.toString().split(/(?<=\n)/);
  const [i, j] = [one % lines.length, other % lines.length];
  const [a = '', b = ''] = [lines[i], lines[j]];
  if (kind === 'lost') lines.splice(i, 1);
  else if (kind === 'doubled') lines.splice(j, 0, a);
  else if (kind === 'swapped') [lines[i], lines[j]] = [b, a];
  else lines[i] = b;
  return Buffer.from(lines.join(''));
}

describe('a state file that is damaged anywhere', () => {
  it(
    'by whole lines is refused, or goes on where the run stood after one of its steps',
    () => {
      fc.assert(
        fc.property(commits, lineDamage, (all, harm) => {
          const bytes = withLines(journal(all), harm);
          try {
            const read = readJournal(bytes, 'run.state');
            expect([...statesOf(all)]).toContainEqual(read.state);
          } catch (error) {
            if (!(error instanceof StateUnusable)) throw error;
          }
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'is refused, or goes on exactly where the run stood after one of its steps',
    () => {
      let [refused, resumed] = [0, 0];
      fc.assert(
        fc.property(commits, fc.array(someDamage, { minLength: 1, maxLength: 3 }), (all, harm) => {
          const bytes = harm.reduce((file, one) => damaged(file, one), journal(all));
          try {
            const read = readJournal(bytes, 'run.state');
            expect(read.header).toEqual(HEADER);
            expect(statesOf(all)).toContainEqual(read.state);
            // What is held of the file reads the same by itself: the next line is put behind it.
            expect(readJournal(bytes.subarray(0, read.bytes), 'run.state')).toEqual(read);
            resumed += 1;
          } catch (error) {
            if (!(error instanceof StateUnusable)) throw error;
            refused += 1;
          }
        }),
        { numRuns: fuzzRuns() },
      );
      // Both happen, or the property would say nothing.
      expect(Math.min(refused, resumed)).toBeGreaterThan(FUZZ_RUNS / 50);
    },
    FUZZ_TIMEOUT,
  );

  it(
    'goes on with what was committed last where nothing is damaged',
    () => {
      fc.assert(
        fc.property(commits, (all) => {
          expect(readJournal(journal(all), 'run.state').state).toEqual(statesOf(all).at(-1));
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'that is any other bytes is refused by name',
    () => {
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ unit: 'binary' }).map((text) => Buffer.from(`${text}\n`)),
        fc.json().map((text) => Buffer.from(`0123456789abcdef ${text}\n`)),
      );
      fc.assert(
        fc.property(bytes, (any) => {
          expect(() => readJournal(Buffer.from(any), 'run.state')).toThrow(/no state file of this tool/);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );
});

describe('the list of objects that wait, damaged anywhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auditor-waiting-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'waiting');
  const KEYS = ['a', 'b', 'a\u2028\nb', '\ufffd', 'tenants/b/part-0.parquet', 'z'];

  const stateOf = (waitingBytes: number): RunState => ({ ...FRESH, waitingBytes });
  const keysOf = async (bytes: number): Promise<readonly string[]> => {
    const file = await diskFiles.open(path, bytes);
    try {
      const keys: string[] = [];
      for await (const { object } of waitingOf(file, stateOf(bytes))) keys.push(object.key);
      return keys;
    } finally {
      await file.close();
    }
  };

  it(
    'gives every object that was put into it, or says that it is damaged',
    async () => {
      rmSync(path, { force: true });
      const file = await diskFiles.open(path, 0);
      await appendWaiting(
        file,
        KEYS.slice(0, 2).map((key) => listedObject({ key })),
      );
      await appendWaiting(
        file,
        KEYS.slice(2).map((key) => listedObject({ key, versionId: 'v' })),
      );
      await file.close();
      const whole = readFileSync(path);
      expect(await keysOf(whole.length)).toEqual(KEYS);
      // Lines of one length, which could change places without a trace of bytes.
      const lines = lineDamage.map((harm) => Buffer.concat([withLines(whole, harm), whole]));
      const kept = fc.tuple(someDamage, fc.boolean()).map(([one, padded]) => {
        const bytes = damaged(whole, one);
        // A file that is shorter is refused before it is read.
        return padded || bytes.length >= whole.length ? Buffer.concat([bytes, whole]) : undefined;
      });
      await fc.assert(
        fc.asyncProperty(fc.oneof(kept, lines), async (bytes) => {
          if (bytes === undefined) return;
          writeFileSync(path, bytes.subarray(0, whole.length));
          const read = await keysOf(whole.length).catch((error: unknown) => error);
          if (read instanceof Error) expect(read).toBeInstanceOf(StateUnusable);
          else expect(read).toEqual(KEYS);
        }),
        // Each writes and reads a file of the disk.
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );
});
