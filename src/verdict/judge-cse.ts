import { jsonEquals } from '../encryption/json.ts';
import type { ClientSideEncryption, Envelope, Json } from '../encryption/observation.ts';
import { anyOf } from '../keys/compare.ts';
import { referenceText } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { NonEmpty } from '../objects/non-empty.ts';
import { renderJson } from '../policy/template.ts';
import type { CseRequirement, JsonTemplate, KeyOption } from '../policy/types.ts';
import { judgeKey } from './judge-key.ts';
import { type Findings, join } from './judge-sse.ts';
import { type KeyScope, optionMeaning } from './key-option.ts';
import type { UnknownReason, Violation } from './verdict.ts';

export interface CseQuery extends KeyScope {
  readonly observed: ClientSideEncryption;
  readonly requirement: CseRequirement;
  /** How many metadata entries HEAD could not return: above zero, an absent envelope proves nothing. */
  readonly missingMetadata: number;
  /** Key of the instruction file that the rule looks for, named where it is missing. */
  readonly instructionKey: string;
  readonly writtenMs?: number;
}

type Required = Extract<CseRequirement, { kind: 'required' }>;

/** The wraps under which KMS made the data key, and the JSON beside it is its encryption context. */
const KMS_WRAPS: readonly string[] = ['kms', 'kms+context'];

const NOTHING: Findings = { violations: [], reasons: [] };
const violation = (one: Violation): Findings => ({ violations: [one], reasons: [] });
const unknown = (one: UnknownReason): Findings => ({ violations: [], reasons: [one] });

/** Judges the inner layer. A malformed envelope fails with that alone; nothing at all is missing or, under `forbidden`, right. */
export function judgeCse(query: CseQuery): Findings {
  const { observed, requirement } = query;
  switch (observed.type) {
    case 'none':
      return (
        cutShort(query) ??
        (requirement.kind === 'forbidden' ? NOTHING : violation({ code: 'CSE_MISSING', args: {} }))
      );
    case 'malformed':
      if (requirement.kind === 'forbidden') {
        return violation({ code: 'CSE_NOT_ALLOWED', args: { actual: 'malformed envelope' } });
      }
      return cutShort(query) ?? violation({ code: 'CSE_ENVELOPE_MALFORMED', args: { why: observed.why } });
    case 'instruction-file-missing':
      if (requirement.kind === 'forbidden') {
        return violation({ code: 'CSE_NOT_ALLOWED', args: { actual: 'instruction-file mode' } });
      }
      return (
        cutShort(query) ??
        violation({ code: 'CSE_INSTRUCTION_FILE_MISSING', args: { expected: query.instructionKey } })
      );
    case 'envelope':
      return requirement.kind === 'forbidden'
        ? violation({ code: 'CSE_NOT_ALLOWED', args: { actual: `${observed.format} ${observed.wrap}` } })
        : judgeEnvelope(observed, requirement, query);
    default:
      return assertNever(observed);
  }
}

/** Where HEAD left metadata out, what is missing from an envelope may be what HEAD left out. */
function cutShort({ missingMetadata: missing }: CseQuery): Findings | undefined {
  return missing > 0 ? unknown({ code: 'METADATA_TRUNCATED', args: { missing } }) : undefined;
}

function judgeEnvelope(envelope: Envelope, required: Required, query: CseQuery): Findings {
  const { format, wrap, suite } = envelope;
  const wraps = required.wraps ?? (required.keys === undefined ? undefined : KMS_WRAPS);
  // Under a KMS key a wrap without KMS fails even where the list names it beside others.
  const staticWrap = required.keys !== undefined && !KMS_WRAPS.includes(wrap);
  return join(
    listed('CSE_FORMAT_NOT_ALLOWED', required.formats, format),
    staticWrap
      ? violation({ code: 'CSE_WRAP_NOT_ALLOWED', args: { allowed: KMS_WRAPS, actual: wrap } })
      : listed('CSE_WRAP_NOT_ALLOWED', wraps, wrap),
    listed('CSE_SUITE_NOT_ALLOWED', required.suites, suite),
    entries('CSE_CONTEXT_MISMATCH', required.context, KMS_WRAPS.includes(wrap), envelope, query),
    entries('CSE_DESCRIPTION_MISMATCH', required.description, !KMS_WRAPS.includes(wrap), envelope, query),
    required.keys === undefined || staticWrap
      ? NOTHING
      : envelopeKey(envelope, required.keys, required, query),
  );
}

function listed(
  code: 'CSE_FORMAT_NOT_ALLOWED' | 'CSE_WRAP_NOT_ALLOWED' | 'CSE_SUITE_NOT_ALLOWED',
  allowed: readonly string[] | undefined,
  actual: string,
): Findings {
  if (allowed === undefined || allowed.includes(actual)) return NOTHING;
  return violation({ code, args: { allowed, actual } });
}

/** Compares the entries that the rule names, as JSON; the envelope may hold others. */
function entries(
  code: 'CSE_CONTEXT_MISMATCH' | 'CSE_DESCRIPTION_MISMATCH',
  required: ReadonlyMap<string, JsonTemplate> | undefined,
  hasEntries: boolean,
  envelope: Envelope,
  query: CseQuery,
): Findings {
  if (required === undefined) return NOTHING;
  const held =
    hasEntries && envelope.description instanceof Map ? envelope.description : new Map<string, Json>();
  const wrong = [...required].flatMap(([name, template]) => {
    const expected = renderJson(template, query.captures);
    const actual = held.get(name);
    if (actual !== undefined && jsonEquals(actual, expected)) return [];
    return [{ name, expected: plain(expected), ...(actual === undefined ? {} : { actual: plain(actual) }) }];
  });
  return wrong.length === 0 ? NOTHING : violation({ code, args: { entries: wrong } });
}

function envelopeKey(
  envelope: Envelope,
  options: NonEmpty<KeyOption>,
  required: Required,
  query: CseQuery,
): Findings {
  if (required.proof === 'decrypt-dry-run') return prove(envelope, options, query);
  // Text under kms+context is the caller's own, whatever it says: nothing there names the key.
  if (envelope.wrap !== 'kms' || envelope.claimedKey === undefined) {
    return unknown({ code: 'CSE_KEY_NOT_NAMED', args: { wrap: envelope.wrap } });
  }
  return judgeKey({ ...query, layer: 'cse', found: envelope.claimedKey, options });
}

/** Tries each key of the list; one proven is enough, every other answer leaves it undecided and never falls back to the claim. */
function prove(envelope: Envelope, options: NonEmpty<KeyOption>, query: CseQuery): Findings {
  const context = encryptionContext(envelope.description);
  if (context === undefined) {
    return unknown({
      code: 'CSE_PROOF_UNDECIDED',
      args: { answers: ['the encryption context is no JSON object of strings'] },
    });
  }
  const outcomes = options.map((option) => {
    const meaning = optionMeaning(option, query);
    if (meaning.kind === 'pending') return { comparison: 'undecidable' as const, answer: '' };
    if (meaning.kind !== 'key')
      return { comparison: 'undecidable' as const, answer: 'the key is not resolved' };
    const key = referenceText(meaning.reference);
    const answer = query.enquiry.proof({ key, wrappedKey: envelope.wrappedKey, context });
    if (answer?.kind === 'proven') return { comparison: 'same' as const, answer: '' };
    return { comparison: 'undecidable' as const, answer: answer?.answer ?? '' };
  });
  if (anyOf(outcomes.map((one) => one.comparison)) === 'same') return NOTHING;
  const answers = [...new Set(outcomes.map((one) => one.answer).filter((text) => text !== ''))];
  return unknown({ code: 'CSE_PROOF_UNDECIDED', args: { answers } });
}

function encryptionContext(description: Json | undefined): ReadonlyMap<string, string> | undefined {
  if (!(description instanceof Map)) return undefined;
  const context = new Map<string, string>();
  for (const [name, value] of description) {
    if (typeof value !== 'string') return undefined;
    context.set(name, value);
  }
  return context;
}

/** Maps as plain objects for a record; the prototype is null, so that no name can harm. */
export function plain(value: Json): unknown {
  if (value instanceof Map) {
    const object: Record<string, unknown> = Object.create(null);
    for (const [name, member] of value) object[name] = plain(member);
    return object;
  }
  return Array.isArray(value) ? value.map(plain) : value;
}
