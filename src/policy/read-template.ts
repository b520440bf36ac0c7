import { expectedOneOf, quoted, shown } from './problem-text.ts';
import { type Field, POLICY_PAGE, readText, wrongType } from './read-fields.ts';
import { type Node, spanWithin, type TextNode } from './read-node.ts';
import { didYouMean } from './suggest.ts';
import { type CaptureUse, readTemplate } from './template-text.ts';
import type { JsonTemplate, Template } from './types.ts';

/** The captures of a rule's `match`; `undefined` where the match is bad, so that no capture can be called unknown. */
export type CaptureNames = ReadonlySet<string> | undefined;

function reportUnknown(node: TextNode, use: CaptureUse, field: Field, known: ReadonlySet<string>): void {
  const names = [...known];
  const meant = didYouMean(use.name, names);
  const expected =
    names.length === 0 ? 'the rule\'s "match" has no captures' : expectedOneOf(use.name, names, POLICY_PAGE);
  const advice = meant === undefined ? expected : `did you mean ${quoted(`{${meant}}`)}?`;
  const message = `${field.name} uses the unknown capture ${quoted(`{${use.name}}`)}. ${advice}`;
  field.log.add('policy/bad-capture', spanWithin(node, use.offset, use.length), message);
}

/** Takes text that may use captures, and gives its parts; `undefined` where a brace is wrong or a capture unknown. */
export function readTemplateNode(node: TextNode, field: Field, captures: CaptureNames): Template | undefined {
  const reading = readTemplate(node.value);
  if (reading.kind === 'fault') {
    const { offset, length, why } = reading.fault;
    field.log.add('policy/bad-capture', spanWithin(node, offset, length), `${field.name}: ${why}`);
    return undefined;
  }
  if (captures === undefined) return reading.template;
  const unknown = reading.uses.filter(({ name }) => !captures.has(name));
  for (const use of unknown) reportUnknown(node, use, field, captures);
  return unknown.length === 0 ? reading.template : undefined;
}

/** The same for a value that should be text with something in it. */
export function readTemplateText(node: Node, field: Field, captures: CaptureNames): Template | undefined {
  const text = readText(node, field);
  return text === undefined ? undefined : readTemplateNode(text, field, captures);
}

/** Takes any value and gives it as JSON whose strings may use captures; `.inf` and `.nan` are no JSON. */
export function readJsonTemplate(node: Node, field: Field, captures: CaptureNames): JsonTemplate | undefined {
  switch (node.kind) {
    case 'text': {
      const template = readTemplateNode(node, field, captures);
      return template === undefined ? undefined : { kind: 'text', template };
    }
    case 'null':
      return { kind: 'scalar', value: null };
    case 'number':
      return readNumber(node, field);
    case 'boolean':
      return { kind: 'scalar', value: node.value };
    case 'refused':
      return undefined;
    case 'list': {
      const read = node.items.map((item) => readJsonTemplate(item, field, captures));
      const items = read.filter((item) => item !== undefined);
      return items.length === read.length ? { kind: 'array', items } : undefined;
    }
    case 'map': {
      const entries = readJsonEntries(node, field, captures);
      return entries === undefined ? undefined : { kind: 'object', entries };
    }
  }
}

/** An envelope with a number that a double cannot tell from its neighbours is not read, and so holds nothing of this. */
function readNumber(node: Node & { readonly kind: 'number' }, field: Field): JsonTemplate | undefined {
  const { value, source } = node;
  if (!Number.isFinite(value)) return wrongType(node, field, 'a JSON value');
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return { kind: 'scalar', value };
  const message = `${field.name} is the number ${shown(source)}, which no envelope can hold for the auditor: expected one from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}, or text in quotes`;
  field.log.add('policy/unmeetable', node, message);
  return undefined;
}

function readJsonEntries(
  node: Node & { readonly kind: 'map' },
  field: Field,
  captures: CaptureNames,
): ReadonlyMap<string, JsonTemplate> | undefined {
  const entries = new Map<string, JsonTemplate>();
  for (const { key, value } of node.entries.values()) {
    const inner: Field = { name: `${quoted(key)} of ${field.name}`, log: field.log };
    const read = readJsonTemplate(value, inner, captures);
    if (read !== undefined) entries.set(key, read);
  }
  return entries.size === node.entries.size && node.complete ? entries : undefined;
}

/** Takes `context` or `description`: a map with at least one entry, of any JSON values. */
export function readRequiredEntries(
  node: Node,
  field: Field,
  captures: CaptureNames,
): ReadonlyMap<string, JsonTemplate> | undefined {
  if (node.kind !== 'map') return wrongType(node, field, 'a map');
  if (node.entries.size > 0 || !node.complete) return readJsonEntries(node, field, captures);
  field.log.add(
    'policy/empty',
    node,
    `${field.name} is an empty map: leave it out, or name at least one entry`,
  );
  return undefined;
}
