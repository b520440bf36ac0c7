import { groupWrites, unique } from './export-application.ts';
import type { PlannedWrite } from './export-planned.ts';
import { type Assignment, cacheDisabled } from './export-settings.ts';
import type { GovernedWrite } from './export-writes.ts';
import type { Column } from './setting.ts';

/** What the session sets before one write. */
export interface SessionStep {
  readonly prefix: string;
  readonly rule: string;
  readonly set: readonly Assignment[];
  /** What another step set: left in place it would go on to hold. */
  readonly unset: readonly string[];
}

/** One Spark application that writes under several keys, without the cache of clients. */
export interface ExportedSession {
  /** Set when the application starts. */
  readonly base: readonly Assignment[];
  /** In the order of the writes; each holds until the next. */
  readonly steps: readonly SessionStep[];
  readonly notes: readonly string[];
}

/**
 * The cache-disabling form for writes that need several encryptions; `undefined` where they need one, which an
 * application with the cache serves. `covered` are writes of buckets whose default serves them: nothing is set for those.
 * https://hadoop.apache.org/docs/current/hadoop-project-dist/hadoop-common/core-default.xml
 */
export function exportSession(
  writes: readonly PlannedWrite[],
  covered: readonly GovernedWrite[],
  column: Column,
): ExportedSession | undefined {
  const needed = groupWrites(writes).length + (covered.length > 0 ? 1 : 0);
  if (needed < 2 || writes.length === 0) return undefined;
  const all = [
    ...writes.map(({ write, settings }) => ({ write, settings })),
    ...covered.map((write) => ({ write, settings: [] as readonly Assignment[] })),
  ];
  const names = unique(all.flatMap(({ settings }) => settings.map(([name]) => name)));
  const steps = all.map(({ write, settings }): SessionStep => {
    const own = new Set(settings.map(([name]) => name));
    return {
      prefix: write.text,
      rule: write.governed.rule.id,
      set: settings,
      unset: names.filter((name) => !own.has(name)),
    };
  });
  const notes = unique(writes.flatMap((write) => write.notes));
  return { base: cacheDisabled(column), steps, notes: [...sessionNotes(column), ...notes] };
}

const sessionNotes = (column: Column): readonly string[] => [
  `cost: every use of a path makes a client of its own, with its own connections, threads and credentials`,
  ...(column === 's3-emrfs'
    ? [
        "cost: EMRFS's S3-optimized committer is off, since it may keep an earlier client, and the committer in its place renames, which in S3 is a copy of every object",
      ]
    : []),
  'the settings hold for the whole session: never write to two of these prefixes at a time, also not from two threads',
  'a step holds until the next one: run it just before its write, and nothing else that writes in between',
  'where you can, run one application for each key: it needs none of this',
];
