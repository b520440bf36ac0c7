import { AWS_MANAGED_S3_ALIAS } from '../keys/reference.ts';
import { quoted } from './problem-text.ts';
import { entryOf, type Fields, fieldOf } from './read-fields.ts';
import { literalText } from './template.ts';
import { ENVELOPE_FORMATS, type EnvelopeFormat, type KeyOption, type Proof } from './types.ts';

/** What a `cse` map says, as far as it could be read; `undefined` restricts nothing. */
interface Wanted {
  readonly keys: readonly KeyOption[] | undefined;
  readonly wraps: readonly string[] | undefined;
  readonly formats: readonly EnvelopeFormat[] | undefined;
  readonly suites: readonly string[] | undefined;
  readonly proof: Proof;
}

const KMS_WRAPS = ['kms', 'kms+context'];

/** Names that only some formats can show. V1 names neither wrap nor suite, and V3 writes its own codes. */
const FORMATS_OF_WRAP: ReadonlyMap<string, readonly EnvelopeFormat[]> = new Map([
  ['unnamed', ['V1']],
  ['kms', ['V2']],
]);
const FORMATS_OF_SUITE: ReadonlyMap<string, readonly EnvelopeFormat[]> = new Map([
  ['unnamed', ['V1']],
  ['AES/CBC/PKCS5Padding', ['V2']],
  ['AES/GCM/NoPadding', ['V2']],
]);
/** Any other name is one that an envelope shows, and V1 shows none. */
const NAMING_FORMATS: readonly EnvelopeFormat[] = ['V2', 'V3'];

function formatsShowing(
  names: readonly string[] | undefined,
  known: ReadonlyMap<string, readonly EnvelopeFormat[]>,
): ReadonlySet<EnvelopeFormat> {
  return new Set(names?.flatMap((name) => known.get(name) ?? NAMING_FORMATS) ?? ENVELOPE_FORMATS);
}

/** The formats that an envelope can have if its wrap is one of `wraps`, and format and suite are as wanted. */
function possibleFormats(wanted: Wanted, wraps: readonly string[] | undefined): readonly EnvelopeFormat[] {
  const byWrap = formatsShowing(wraps, FORMATS_OF_WRAP);
  const bySuite = formatsShowing(wanted.suites, FORMATS_OF_SUITE);
  return (wanted.formats ?? ENVELOPE_FORMATS).filter((format) => byWrap.has(format) && bySuite.has(format));
}

interface Contradiction {
  readonly at: string;
  readonly why: string;
}

/** What `key`, `context` and `description` ask of the wrap, against each other and against the wraps allowed. */
function wrapContradiction(fields: Fields, { wraps }: Wanted): Contradiction | undefined {
  const has = (key: string): boolean => entryOf(fields, key) !== undefined;
  const listed = `[${wraps?.join(', ')}]`;
  const noneIsKms = wraps !== undefined && !wraps.some((wrap) => KMS_WRAPS.includes(wrap));
  if (has('description') && has('context')) {
    return {
      at: 'description',
      why: 'an envelope has an encryption context or a material description, never both',
    };
  }
  if (has('description') && has('key')) {
    return {
      at: 'description',
      why: 'an envelope under a KMS key has an encryption context in place of a description',
    };
  }
  if (has('description') && wraps?.every((wrap) => KMS_WRAPS.includes(wrap))) {
    return {
      at: 'description',
      why: `under each wrap of ${listed} it is an encryption context: write "context"`,
    };
  }
  if (has('key') && noneIsKms) return { at: 'key', why: `no wrap of ${listed} uses a KMS key` };
  if (has('context') && noneIsKms)
    return { at: 'context', why: `no wrap of ${listed} has an encryption context` };
  return undefined;
}

function formatContradiction(
  fields: Fields,
  wanted: Wanted,
  wraps: readonly string[] | undefined,
): Contradiction | undefined {
  if (possibleFormats(wanted, wraps).length > 0) return undefined;
  const given = ['format', 'wrap', 'suite', 'key', 'context'].filter(
    (key) => entryOf(fields, key) !== undefined,
  );
  const why = `no envelope can meet it together with ${given
    .slice(1)
    .map((key) => `"${key}"`)
    .join(', ')}`;
  return { at: given[0] ?? 'format', why };
}

/** True for the alias that stands for whichever key AWS manages, by its name or by an ARN. */
const isAwsManaged = (option: KeyOption): boolean =>
  (option.kind === 'alias-name' && literalText(option.template) === AWS_MANAGED_S3_ALIAS) ||
  (option.kind === 'alias-arn' && option.reference.name === AWS_MANAGED_S3_ALIAS);

function reportUntold(fields: Fields, wanted: Wanted, wraps: readonly string[]): void {
  const key = entryOf(fields, 'key');
  if (key === undefined) return;
  const { name } = fieldOf(fields, 'key');
  if (wanted.proof !== 'claimed') {
    if (wanted.keys?.every(isAwsManaged)) {
      const why = `${quoted(AWS_MANAGED_S3_ALIAS)} stands for any key that AWS manages, so there is none to prove`;
      const message = `${name} can never be told. ${why}: name the key that is meant, or leave "proof" out`;
      fields.log.add('policy/undecidable-key', key.keySpan, message);
    }
    return;
  }
  const advice = 'an envelope under kms+context names no key: ask for "proof: decrypt-dry-run"';
  const tellable = wraps.includes('kms') && possibleFormats(wanted, ['kms']).length > 0;
  if (!tellable) {
    fields.log.add('policy/undecidable-key', key.keySpan, `${name} can never be told. ${advice}`);
  } else if (entryOf(fields, 'wrap') === undefined) {
    const message = `${name} stands without "wrap": objects under kms+context will be unknown. ${advice}, or for "wrap: [kms]"`;
    fields.log.add('policy/kms-context-unknown', key.keySpan, message);
  }
}

/** Takes the fields of a `cse` map and what was read of them; reports what no object can meet, or nothing ever judge. */
export function checkCse(fields: Fields, wanted: Wanted): void {
  const unread = (key: string, value: unknown): boolean =>
    entryOf(fields, key) !== undefined && value === undefined;
  // What could not be read is reported already, and contradicts nothing.
  if (unread('wrap', wanted.wraps) || unread('format', wanted.formats) || unread('suite', wanted.suites))
    return;
  const needsKms = entryOf(fields, 'key') !== undefined || entryOf(fields, 'context') !== undefined;
  const wraps = needsKms
    ? (wanted.wraps ?? KMS_WRAPS).filter((wrap) => KMS_WRAPS.includes(wrap))
    : wanted.wraps;
  const contradiction = wrapContradiction(fields, wanted) ?? formatContradiction(fields, wanted, wraps);
  if (contradiction === undefined) {
    reportUntold(fields, wanted, wraps ?? KMS_WRAPS);
    return;
  }
  const span = entryOf(fields, contradiction.at)?.keySpan ?? fields.node;
  fields.log.add(
    'policy/unmeetable',
    span,
    `${fieldOf(fields, contradiction.at).name}: ${contradiction.why}`,
  );
}
