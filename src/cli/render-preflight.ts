import { styleText } from 'node:util';
import { placeText } from '../emr/place-text.ts';
import type { Prediction } from '../emr/predict.ts';
import { type EmrProblem, leavesUnread } from '../emr/problem.ts';
import { readServerSide } from '../encryption/server-side.ts';
import { printable } from '../objects/printable.ts';
import type { UncoveredAction } from '../policy/types.ts';
import { describeViolation } from '../verdict/describe.ts';
import type { AuditRecord, RecordedSse } from '../verdict/record.ts';
import { NO_SETTING, SETTING_COLUMNS } from '../verdict/remedy-settings.ts';
import type { Outcome } from '../verdict/verdict.ts';
import { isCachedCase, type JudgedWrite } from './emr-preflight-write.ts';
import { type JunitCase, renderJunit } from './render-junit.ts';

/** What a preflight found. */
export interface Preflight {
  /** How the policy is called. */
  readonly policy: string;
  readonly judged: readonly JudgedWrite[];
  /** What was wrong with what was read. */
  readonly problems: readonly EmrProblem[];
  readonly uncovered: UncoveredAction;
}

const STYLES: Readonly<Record<Outcome, Parameters<typeof styleText>[0]>> = {
  violation: 'red',
  unknown: 'yellow',
  uncovered: 'magenta',
  gone: 'dim',
  exempt: 'dim',
  compliant: 'green',
};

/** One block for each write, in the order of the job: outcome, rule, what it will use, what was due, and what to do. */
export function renderPreflight({ judged }: Preflight, { color }: { readonly color: boolean }): string {
  const blocks = judged.map((one) => {
    const outcome = one.outcome.padEnd(9);
    const painted = color ? styleText(STYLES[one.outcome], outcome, { validateStream: false }) : outcome;
    return [`${painted}  ${nameOf(one)}`, ...detailLines(one).map((line) => `  ${line}`), ''];
  });
  return [...blocks.flat(), countLine(judged)].map((line) => `${line}\n`).join('');
}

function nameOf({ prediction }: JudgedWrite): string {
  const { uri, user } = prediction.write;
  return printable(user === undefined ? uri : `${uri} (user ${user})`);
}

function countLine(judged: readonly JudgedWrite[]): string {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of judged) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const parts = [...counts].map(([outcome, count]) => `${count} ${outcome}`);
  return `${judged.length} write${judged.length === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

/** Everything but the first line, for the text and for JUnit. */
function detailLines(one: JudgedWrite): readonly string[] {
  const { here, prediction, undecided } = one;
  const { record } = here;
  return [
    ...ruleLines(one),
    labelled('on', SETTING_COLUMNS[prediction.column].paths),
    labelled('will use', usedText(record, prediction)),
    ...aliasLines(one),
    ...cacheLines(one),
    ...(record.violations ?? []).map((violation) => labelled('but', describeViolation(violation))),
    ...(undecided === undefined ? [] : [labelled('unknown', `${undecided.why} [${undecided.code}]`)]),
    ...one.unknowns.map((text) => labelled('unknown', text)),
    ...one.below.map(({ rule, record: { outcome } }) =>
      labelled('below', `under rule ${rule.id}, ${rule.match.text}, it is ${outcome}`),
    ),
    ...remedyLines(one),
  ].map(printable);
}

const labelled = (label: string, text: string): string => `${label.padEnd(9)}  ${text}`;

function ruleLines({ here, below }: JudgedWrite): readonly string[] {
  const { governed, record } = here;
  if (record.exemption !== undefined) return [labelled('exempt by', record.exemption)];
  if (governed !== undefined) return [labelled('rule', `${governed.rule.id}  ${governed.rule.match.text}`)];
  const captured = below.some(({ rule }) => rule.match.segments.some(({ kind }) => kind === 'capture'));
  const why = captured ? '; rules that begin further below, at a capture, govern what it holds there' : '';
  return [labelled('rule', `none governs what lies right below it${why}`)];
}

function usedText({ observed }: AuditRecord, prediction: Prediction): string {
  if (prediction.kind === 'undecided' && observed === undefined) return 'not known';
  // What is not judged is not in the record, but known all the same.
  const sse: RecordedSse | undefined =
    observed?.sse ?? (prediction.kind === 'head' ? readServerSide(prediction.head) : undefined);
  const cse = observed?.cse;
  const outer = [
    sse?.type ?? 'not known',
    ...(sse?.key === undefined ? [] : [sse.key]),
    ...(sse?.bucketKey === true ? ['S3 Bucket Key'] : []),
  ].join(', ');
  if (cse === undefined || cse.type === 'none') return outer;
  const key = cse.claimedKey === undefined ? '' : `, ${cse.claimedKey}`;
  return `client-side ${cse.type} (wrap ${cse.wrap ?? 'none'}${key}) inside ${outer}`;
}

const aliasLines = ({ alias }: JudgedWrite): readonly string[] =>
  alias === undefined
    ? []
    : [
        labelled(
          'which',
          `${alias} stands for as it was asked here; a writer of another account gets another key`,
        ),
      ];

function cacheLines(one: JudgedWrite): readonly string[] {
  const { cachedFrom } = one.prediction;
  if (cachedFrom === undefined || !isCachedCase(one.prediction)) return [];
  const from = `${cachedFrom.uri} (${placeText(cachedFrom.place)})`;
  return [
    labelled('because', `it gets the client that was made for ${from}: the first one serves the session`),
  ];
}

function remedyLines({ remedies, prediction }: JudgedWrite): readonly string[] {
  return remedies.flatMap(({ text, settings }) => {
    const column = settings?.find((one) => one.column === prediction.column);
    const properties = (column?.properties ?? []).map(({ name, value }) => labelled('', `${name}=${value}`));
    const none = column !== undefined && properties.length === 0 ? [labelled('', NO_SETTING)] : [];
    return [labelled('to do', text), ...properties, ...none];
  });
}

/** The same for programs. */
export function preflightJson({ judged, problems }: Preflight): unknown {
  return {
    writes: judged.map((one) => {
      const { prediction, outcome, here, below, undecided, remedies } = one;
      const { write, column, cachedFrom } = prediction;
      const { record } = here;
      return {
        write: write.uri,
        ...(write.user === undefined ? {} : { user: write.user }),
        place: write.place,
        column,
        outcome,
        ...findingsOf(record),
        ...(undecided === undefined ? {} : { undecided }),
        ...(cachedFrom === undefined
          ? {}
          : { cachedFrom: { write: cachedFrom.uri, place: cachedFrom.place } }),
        ...(below.length === 0
          ? {}
          : {
              below: below.map((one) => ({
                match: one.rule.match.text,
                outcome: one.record.outcome,
                ...findingsOf(one.record),
              })),
            }),
        ...(remedies.length === 0 ? {} : { remedies }),
        ...(prediction.problems.length === 0 ? {} : { problems: prediction.problems }),
      };
    }),
    problems,
  };
}

/** What of a record is known before there is an object. */
function findingsOf(record: AuditRecord) {
  const { rule, captures, violations, reasons, exemption, diagnosis, observed } = record;
  return {
    ...(rule === undefined ? {} : { rule }),
    ...(captures === undefined ? {} : { captures }),
    ...(violations === undefined ? {} : { violations }),
    ...(reasons === undefined ? {} : { reasons }),
    ...(exemption === undefined ? {} : { exemption }),
    ...(diagnosis === undefined ? {} : { diagnosis }),
    ...(observed === undefined ? {} : { observed }),
  };
}

/** One test for each write, for a pipeline that shows JUnit results; what could not be read is a test too. */
export function preflightJunit({ policy, judged, problems, uncovered }: Preflight): string {
  const unread = problems.filter(leavesUnread).map(({ id, place, message }): JunitCase => {
    const result = { kind: 'error', type: id, message, text: `${placeText(place)}: ${message}` } as const;
    return { group: 'configuration', name: placeText(place), result };
  });
  const writes = judged.map(
    (one): JunitCase => ({
      group: one.here.governed?.rule.id ?? 'no rule',
      name: nameOf(one),
      result: resultOf(one, uncovered),
    }),
  );
  return renderJunit(`emr preflight ${policy}`, [...unread, ...writes]);
}

function resultOf(one: JudgedWrite, uncovered: UncoveredAction): JunitCase['result'] {
  const { here, undecided } = one;
  const { record } = here;
  const text = detailLines(one).join('\n');
  switch (one.outcome) {
    case 'compliant':
      return { kind: 'passed' };
    case 'exempt':
      return { kind: 'skipped', message: `exempt by ${record.exemption ?? ''}` };
    case 'uncovered': {
      const message = 'no rule governs it';
      if (uncovered !== 'alert') return { kind: 'skipped', message };
      return { kind: 'failure', type: 'UNCOVERED', message, text };
    }
    case 'violation': {
      const violations = record.violations ?? [];
      const type = violations.map(({ code }) => code).join(' ');
      const message = violations.map(describeViolation).join('; ');
      return { kind: 'failure', type, message, text };
    }
    case 'unknown':
    case 'gone': {
      const reasons = record.reasons ?? [];
      const type = undecided?.code ?? reasons.map(({ code }) => code).join(' ');
      const message = undecided?.why ?? one.unknowns.join('; ');
      return { kind: 'error', type, message, text };
    }
  }
}
