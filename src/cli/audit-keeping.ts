import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../reaudit/progress.ts';
import { StreamStore } from '../reaudit/run-store.ts';
import type { RunTotals } from '../reaudit/run-totals.ts';
import { type AppendFile, diskFiles } from '../reaudit/state-files.ts';
import type { KeptKeys } from '../reaudit/state-keys.ts';
import { JournaledStore, type RunStore } from '../reaudit/state-store.ts';
import { type Plan, refuseAsInput } from './audit-plan.ts';
import { type CliIo, tell } from './io.ts';
import { RecordOutput, summaryLine } from './record-output.ts';
import { openSink } from './sink.ts';

/** Where a run's records go, and what has to be done with that place at the end. */
export interface Keeping {
  readonly store: RunStore;
  /** Adds what an earlier sitting has kept. */
  replay(totals: RunTotals, progress: Progress): Promise<void>;
  /** Says that the run has come to its end. */
  finish(at: string, totals: RunTotals): Promise<void>;
  close(): Promise<void>;
}

/** Opens the place before anything is asked of AWS. Throws `BadInput`. */
export const openKeeping = (plan: Plan, keys: KeptKeys, io: CliIo): Promise<Keeping> =>
  plan.invocation.resume === undefined
    ? streamed(plan, io)
    : journaled(plan.invocation.resume, plan, keys, io);

async function streamed({ invocation: { output: path }, policy }: Plan, io: CliIo): Promise<Keeping> {
  const sink = await openSink(path, io);
  const { uncovered } = policy.policy.defaults;
  const output = new RecordOutput({ sink, toStandardOutput: path === undefined, uncovered }, io);
  let folder: string | undefined;
  const openWaiting = async (): Promise<AppendFile> => {
    folder = await mkdtemp(join(tmpdir(), 's3-encryption-auditor-'));
    return diskFiles.open(join(folder, 'waiting.ndjson'), 0);
  };
  const store = new StreamStore({ write: (record) => output.write(record), openWaiting });
  return {
    store,
    replay: async () => {},
    finish: async (_at, { counts }) => {
      // Those that by policy have no record were not written, and yet are counted.
      output.counts.uncovered = counts.uncovered;
    },
    close: async () => {
      await store.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
      await output.close();
    },
  };
}

async function journaled(path: string, plan: Plan, keys: KeptKeys, io: CliIo): Promise<Keeping> {
  const { header, journal } = plan;
  const store = await JournaledStore.open({
    files: diskFiles,
    path,
    header,
    takeAnswers: () => keys.takeFresh(),
    ...(journal === undefined ? {} : { journal }),
  }).catch(refuseAsInput);
  return {
    store,
    replay: async (totals, progress) => {
      await totals.replay(store.records(), progress);
      progress.listed = store.state.listed;
      progress.audited += store.state.ignored;
    },
    finish: async (at, totals) => {
      if (store.state.finishedAt === undefined) await store.finish(at);
      if (io.terminal) tell(io, summaryLine(totals.counts));
    },
    close: () => store.close(),
  };
}
