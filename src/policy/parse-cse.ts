import { checkCse } from './check-cse.ts';
import { readKeyOptions } from './parse-key-options.ts';
import type { RuleContext } from './parse-sse.ts';
import {
  entryOf,
  type Field,
  type Fields,
  fieldOf,
  missing,
  readFields,
  readMembers,
  readText,
  readWord,
  wrongType,
} from './read-fields.ts';
import type { Node } from './read-node.ts';
import { readRequiredEntries } from './read-template.ts';
import { type CseRequirement, DEFAULT_INSTRUCTION_SUFFIX, ENVELOPE_FORMATS, PROOFS } from './types.ts';

export const CSE_KEYS = [
  'key',
  'wrap',
  'format',
  'suite',
  'context',
  'description',
  'instructionSuffix',
  'proof',
];

const SHORT_FORMS = ['required', 'forbidden'] as const;

/** A requirement that is being read: an entry that is there and could not be read makes the whole unusable. */
type Reader = <T>(key: string, read: (node: Node, field: Field) => T | undefined) => T | undefined;

function readShortForm(node: Node, field: Field): CseRequirement | undefined {
  const instructionSuffix = DEFAULT_INSTRUCTION_SUFFIX;
  switch (readWord(node, field, SHORT_FORMS)) {
    case 'forbidden':
      return { kind: 'forbidden', instructionSuffix };
    case 'required':
      return { kind: 'required', instructionSuffix, proof: 'claimed' };
    case undefined:
      return undefined;
  }
}

const readOpenList = (node: Node, field: Field) =>
  readMembers(node, field, (member, memberField) => readText(member, memberField)?.value);

function readMap(fields: Fields, context: RuleContext): CseRequirement | undefined {
  let bad = false;
  const read: Reader = (key, readValue) => {
    const entry = entryOf(fields, key);
    if (entry === undefined) return undefined;
    const value = readValue(entry.value, fieldOf(fields, key));
    bad ||= value === undefined;
    return value;
  };
  const keys = read('key', (node, field) => readKeyOptions(node, field, context));
  const wraps = read('wrap', readOpenList);
  const formats = read('format', (node, field) =>
    readMembers(node, field, (member, inner) => readWord(member, inner, ENVELOPE_FORMATS)),
  );
  const suites = read('suite', readOpenList);
  const wantedContext = read('context', (node, field) => readRequiredEntries(node, field, context.captures));
  const description = read('description', (node, field) =>
    readRequiredEntries(node, field, context.captures),
  );
  const suffix = read('instructionSuffix', readText);
  const proof = read('proof', (node, field) => readWord(node, field, PROOFS));
  if (entryOf(fields, 'proof') && !entryOf(fields, 'key')) {
    missing(fields, 'key', ' (what "proof" is to prove)');
    bad = true;
  }
  checkCse(fields, { keys, wraps, formats, suites, proof: proof ?? 'claimed' });
  if (bad) return undefined;
  return {
    kind: 'required',
    ...(keys ? { keys } : {}),
    ...(wraps ? { wraps } : {}),
    ...(formats ? { formats } : {}),
    ...(suites ? { suites } : {}),
    ...(wantedContext ? { context: wantedContext } : {}),
    ...(description ? { description } : {}),
    instructionSuffix: suffix?.value ?? DEFAULT_INSTRUCTION_SUFFIX,
    proof: proof ?? 'claimed',
  };
}

/** Takes the value of a rule's `cse` and gives the requirement; `undefined` after reporting what is wrong with it. */
export function readCse(
  node: Node,
  field: Field & { readonly where: string },
  context: RuleContext,
): CseRequirement | undefined {
  if (node.kind === 'text') return readShortForm(node, field);
  if (node.kind !== 'map') return wrongType(node, field, '"required", "forbidden" or a map');
  if (node.entries.size === 0 && node.complete) {
    field.log.add('policy/empty', node, `${field.name} is an empty map: write "required" for any envelope`);
    return undefined;
  }
  const fields = readFields(node, field, CSE_KEYS);
  return fields && readMap(fields, context);
}
