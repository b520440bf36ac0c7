import { parseKeyReference } from '../keys/reference.ts';
import type { Interval, Place } from './ranges.ts';
import type { Commit, KeptAnswer, RunHeader, RunState } from './state.ts';
import { type Guard, isCount, isFlag, isObject, isText, listOf, oneOf, shape } from './tally-guard.ts';

const isPlace: Guard<Place> = shape<Place>(
  { key: isText },
  { within: shape<NonNullable<Place['within']>>({ nth: isCount }, { versionId: isText }) },
);
const isInterval: Guard<Interval> = shape<Interval>({}, { after: isPlace, upTo: isPlace });

type AnswerTo<Ask extends KeptAnswer['ask']> = Extract<KeptAnswer, { ask: Ask }>['answer'];

const isRefused = shape<{ readonly kind: 'not-found' | 'denied' | 'unlookable' }>(
  { kind: oneOf(['not-found', 'denied', 'unlookable']) },
  {},
);
const isAliasAnswer: Guard<AnswerTo<'alias'>> = (value): value is AnswerTo<'alias'> =>
  isRefused(value) || (isObject(value) && 'kind' in value && value.kind === 'key' && hasKeyArn(value));
const hasKeyArn = (value: object): boolean =>
  'arn' in value && typeof value.arn === 'string' && parseKeyReference(value.arn)?.kind === 'key-arn';
const isDescribed = shape<Extract<AnswerTo<'key'>, { kind: 'described' }>>(
  { kind: oneOf(['described']), manager: oneOf(['AWS', 'CUSTOMER']), state: isText },
  {},
);
const isKeyAnswer: Guard<AnswerTo<'key'>> = (value): value is AnswerTo<'key'> =>
  isRefused(value) || isDescribed(value);
const isNames = shape<Extract<AnswerTo<'names'>, { kind: 'names' }>>(
  { kind: oneOf(['names']), names: listOf(isText) },
  {},
);
const isNamesAnswer: Guard<AnswerTo<'names'>> = (value): value is AnswerTo<'names'> =>
  isNames(value) || (isObject(value) && 'kind' in value && value.kind === 'not-told');

const ANSWERS: ReadonlyMap<unknown, Guard<unknown>> = new Map<unknown, Guard<unknown>>([
  ['alias', isAliasAnswer],
  ['key', isKeyAnswer],
  ['names', isNamesAnswer],
]);

const isKeptAnswer: Guard<KeptAnswer> = (value): value is KeptAnswer =>
  isObject(value) &&
  'ask' in value &&
  'place' in value &&
  isText(value.place) &&
  'answer' in value &&
  ANSWERS.get(value.ask)?.(value.answer) === true;

const FIGURES = {
  outputBytes: isCount,
  waitingBytes: isCount,
  waitedBytes: isCount,
  listed: isCount,
  deleteMarkers: isCount,
  ignored: isCount,
  answers: listOf(isKeptAnswer),
} as const;

export const isHeader: Guard<RunHeader> = shape<RunHeader>(
  {
    bucket: isText,
    prefix: isText,
    versions: isFlag,
    policySource: isText,
    policyText: isText,
    policyHash: isText,
    output: isText,
    startedAt: isText,
  },
  {},
);

export const isCommit: Guard<Commit> = shape<Commit>({ done: listOf(isInterval), ...FIGURES }, {});

export const isState: Guard<RunState> = shape<RunState>(
  { remaining: listOf(isInterval), ...FIGURES },
  { finishedAt: isText },
);
