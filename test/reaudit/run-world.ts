import { bucketName } from '../../src/objects/object.ts';
import type { ObjectLister } from '../../src/reaudit/ports.ts';
import { noProgress } from '../../src/reaudit/progress.ts';
import { auditPrefix, patienceOf, type RunRequest } from '../../src/reaudit/run.ts';
import { RunTotals } from '../../src/reaudit/run-totals.ts';
import type { RunHeader } from '../../src/reaudit/state.ts';
import { KeptKeys } from '../../src/reaudit/state-keys.ts';
import { findJournal, JournaledStore } from '../../src/reaudit/state-store.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { NOW_MS, type TestBed } from '../support/audit.ts';
import type { MemoryFiles } from './memory-files.ts';
import { dawdle } from './memory-lister.ts';

export const STATE = '/run.state';
export const OUTPUT = '/records.ndjson';

export interface Sitting {
  readonly bed: TestBed;
  readonly lister: ObjectLister;
  readonly files: MemoryFiles;
  readonly random?: () => number;
  readonly request?: Partial<RunRequest>;
  readonly stop?: AbortController;
}

/** What a finished run comes to, apart from times. */
export interface Ending {
  readonly records: readonly string[];
  readonly counts: RunTotals['counts'];
  readonly report: unknown;
  readonly digests: unknown;
  readonly state: { readonly listed: number; readonly deleteMarkers: number; readonly ignored: number };
  readonly retries: number;
}

const header = (prefix: string, versions: boolean): RunHeader => ({
  bucket: 'acme-lake',
  prefix,
  versions,
  policySource: 'policy.yaml',
  policyText: '',
  policyHash: 'sha256:test',
  output: OUTPUT,
  startedAt: new Date(NOW_MS).toISOString(),
});

/** One sitting of a run, from its state to its end, as the command line does it. */
export async function sit({
  bed,
  lister,
  files,
  random = () => 0,
  request = {},
  stop,
}: Sitting): Promise<Ending> {
  const what = { prefix: '', versions: false, concurrency: 3, ...request };
  const journal = await findJournal(files, STATE);
  const keys = new KeptKeys(bed.keys, journal?.state.answers ?? []);
  const store = await JournaledStore.open({
    files,
    path: STATE,
    header: header(what.prefix, what.versions),
    takeAnswers: () => keys.takeFresh(),
    ...(journal === undefined ? {} : { journal }),
  });
  const { severity, uncovered } = bed.deps.policy.policy.defaults;
  const at = '2026-11-21T02:00:00.000Z';
  const digests = { trigger: 'run', defaultSeverity: severity, at, uncovered } as const;
  const totals = new RunTotals({ report: true, digests });
  const progress = noProgress();
  await totals.replay(store.records(), progress);
  const sleep = (): Promise<void> => dawdle(random);
  await auditPrefix(
    { bucket: bucketName('acme-lake'), region: 'eu-west-1', ...what },
    {
      ...bed.deps,
      keys,
      lister,
      store,
      progress,
      patience: patienceOf({
        random,
        sleep,
        onRetry: () => {
          progress.retries += 1;
        },
      }),
      stop: stop ?? new AbortController(),
      onRecord: (record) => totals.add(record),
    },
  );
  totals.finish(store.state);
  await store.finish(at);
  const { listed, deleteMarkers, ignored } = store.state;
  return {
    records: recordLines(files.text(OUTPUT)),
    counts: totals.counts,
    report: apartFromTimes(totals),
    digests: totals.digests?.finish(),
    state: { listed, deleteMarkers, ignored },
    retries: progress.retries,
  };
}

/** The records as a set, apart from when they were made. */
export function recordLines(text: string): readonly string[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const record: AuditRecord = JSON.parse(line);
      return JSON.stringify({ ...record, auditedAt: '' });
    })
    .sort();
}

function apartFromTimes({ tally }: RunTotals): unknown {
  const { audited: _, ...rest } = JSON.parse(JSON.stringify(tally));
  return rest;
}
