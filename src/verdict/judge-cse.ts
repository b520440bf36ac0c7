import { jsonEquals } from '../encryption/json.ts';
import type { ClientSideEncryption, Envelope, Json } from '../encryption/observation.ts';
import { referenceText } from '../keys/reference.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { NonEmpty } from '../objects/non-empty.ts';
import { renderJson } from '../policy/template.ts';
import type { CseRequirement, JsonTemplate, KeyOption } from '../policy/types.ts';
import { judgeKey, shownMeaning, utcDay } from './judge-key.ts';
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

const KMS_WRAPS: readonly string[] = ['kms', 'kms+context'];

/** True for a wrap under which KMS made the data key: the JSON beside it is its encryption context, else a material description. */
export const isKmsWrap = (wrap: string): boolean => KMS_WRAPS.includes(wrap);

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
  // Under a KMS key a wrap without KMS fails even where the list names it beside others.
  const staticWrap = required.keys !== undefined && !isKmsWrap(wrap);
  return join(
    listed('CSE_FORMAT_NOT_ALLOWED', required.formats, format),
    staticWrap
      ? violation({ code: 'CSE_WRAP_NOT_ALLOWED', args: { allowed: KMS_WRAPS, actual: wrap } })
      : listed('CSE_WRAP_NOT_ALLOWED', required.wraps, wrap),
    listed('CSE_SUITE_NOT_ALLOWED', required.suites, suite),
    entries('CSE_CONTEXT_MISMATCH', required.context, isKmsWrap(wrap), envelope, query),
    entries('CSE_DESCRIPTION_MISMATCH', required.description, !isKmsWrap(wrap), envelope, query),
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
  const isAbsent =
    envelope.description === undefined || (envelope.description instanceof Map && held.size === 0);
  // The entry that holds them all may be what HEAD left out; an instruction file is read whole.
  const cut = hasEntries && isAbsent && envelope.storage === 'metadata' ? cutShort(query) : undefined;
  if (cut !== undefined) return cut;
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
  const written = query.writtenMs === undefined ? undefined : utcDay(query.writtenMs);
  const answers = new Set<string>();
  for (const option of options) {
    const { until } = option;
    const proof = tryKey(option, { wrappedKey: envelope.wrappedKey, context }, query);
    if (proof.kind === 'undecided') answers.add(proof.answer);
    else if (until === undefined) return NOTHING;
    else if (written === undefined) {
      answers.add(`proven for a key whose last day is ${until}, but not when the object was written`);
    } else if (written <= until) return NOTHING;
    else if (options.every((other) => other.until !== undefined && other.until < written)) {
      const allowed = [...new Set(options.map((other) => shownMeaning(optionMeaning(other, query))))];
      const args = { layer: 'cse', allowed, actual: proof.key, until, written } as const;
      return violation({ code: 'KMS_KEY_EXPIRED', args });
    } else answers.add(`proven for a key whose last day was ${until}`);
  }
  return unknown({
    code: 'CSE_PROOF_UNDECIDED',
    args: { answers: [...answers].filter((text) => text !== '') },
  });
}

type Proof =
  | { readonly kind: 'proven'; readonly key: string }
  | { readonly kind: 'undecided'; readonly answer: string };

function tryKey(
  option: KeyOption,
  wrapped: { readonly wrappedKey: string; readonly context: ReadonlyMap<string, string> },
  query: CseQuery,
): Proof {
  const meaning = optionMeaning(option, query);
  if (meaning.kind === 'pending') return { kind: 'undecided', answer: '' };
  if (meaning.kind !== 'key') return { kind: 'undecided', answer: 'the key is not resolved' };
  const key = referenceText(meaning.reference);
  const answer = query.enquiry.proof({ key, ...wrapped });
  return answer?.kind === 'proven'
    ? { kind: 'proven', key }
    : { kind: 'undecided', answer: answer?.answer ?? '' };
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
