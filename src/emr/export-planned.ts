import { quoted } from '../policy/problem-text.ts';
import type { ClientEncryption } from './client-encryption.ts';
import type { Choice } from './export-choice.ts';
import type { KeyScope } from './export-key.ts';
import { chooseForWrite, type WriteChoice } from './export-plan.ts';
import { type Assignment, settingsOf } from './export-settings.ts';
import type { GovernedWrite, WriteScope } from './export-writes.ts';
import { type EmrProblem, emrProblem } from './problem.ts';
import type { Column } from './setting.ts';

/** A write and what its client is set to. */
export interface PlannedWrite {
  readonly write: GovernedWrite;
  readonly encryption: ClientEncryption;
  readonly settings: readonly Assignment[];
  /** True where the bucket gives the outer layer, and the client the inner one. */
  readonly outer: boolean;
  readonly notes: readonly string[];
}

export interface PlannedWrites {
  readonly writes: readonly PlannedWrite[];
  readonly notExported: readonly string[];
  readonly problems: readonly EmrProblem[];
}

export interface PlanScope {
  readonly column: Column;
  readonly keys: KeyScope;
  readonly scope: WriteScope;
}

/** Chooses the client's settings for each write; a write for which there are none is a problem with every reason. */
export function planWrites(writes: readonly GovernedWrite[], plan: PlanScope): PlannedWrites {
  const tried = writes.map((write) => planWrite(write, plan));
  return {
    writes: tried.flatMap(({ planned }) => (planned === undefined ? [] : [planned])),
    notExported: tried.flatMap(({ planned, write }) => (planned === undefined ? [write.text] : [])),
    problems: tried.flatMap(({ problems }) => problems),
  };
}

interface Tried {
  readonly write: GovernedWrite;
  readonly planned?: PlannedWrite;
  readonly problems: readonly EmrProblem[];
}

function planWrite(write: GovernedWrite, plan: PlanScope): Tried {
  const choice = chooseForWrite(write.governed, plan.column, plan.keys);
  const reasons = reasonsOf(choice);
  if (choice.client.kind === 'none' || reasons.length > 0) {
    return { write, problems: [refusal(write, reasons)] };
  }
  const { encryption, notes, remarks } = choice.client;
  const { rule } = write.governed;
  const said = remarks.map(({ id, message }) =>
    emrProblem(id, write.place, `${quoted(write.text)}, rule ${rule.id}: ${message}`),
  );
  return {
    write,
    planned: {
      write,
      encryption,
      settings: settingsOf(encryption, plan.column),
      outer: choice.outer !== undefined,
      notes: [...(encryption.type === 'unstated' ? [NOTHING_TO_SET] : []), ...notes],
    },
    problems: said,
  };
}

const NOTHING_TO_SET =
  'nothing is to be set: the rule forbids client-side encryption and asks for no other, so the default of the bucket decides';

const reasonsOf = ({ client, outer }: WriteChoice): readonly string[] => [
  ...noneReasons(client),
  ...(outer === undefined ? [] : noneReasons(outer)),
];

const noneReasons = (choice: Choice): readonly string[] => (choice.kind === 'none' ? choice.reasons : []);

const refusal = (write: GovernedWrite, reasons: readonly string[]): EmrProblem =>
  emrProblem(
    'emr/not-expressible',
    write.place,
    `${quoted(write.text)} gets no configuration under rule ${write.governed.rule.id}: ${[...new Set(reasons)].join('; ')}`,
  );
