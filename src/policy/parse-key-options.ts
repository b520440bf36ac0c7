import { AWS_MANAGED_S3_ALIAS, isKeyId, parseKeyReference, referenceText } from '../keys/reference.ts';
import { isNonEmpty, type NonEmpty } from '../objects/non-empty.ts';
import { keyOption, keyTextAdvice, permitted, reportAwsAlias } from './parse-key-reference.ts';
import type { KeyBook } from './parse-keys.ts';
import { meantOrExpected, quoted } from './problem-text.ts';
import { type Field, POLICY_PAGE, readMembers, readText, wrongType } from './read-fields.ts';
import type { Node, TextNode } from './read-node.ts';
import { type CaptureNames, readTemplateNode } from './read-template.ts';
import type { KeyOption, Template } from './types.ts';

const ALIAS = 'alias/';
const ALIAS_CHARACTERS = /^[A-Za-z0-9/_-]*$/;
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
const LONGEST_ALIAS = 256;

interface Context {
  readonly book: KeyBook;
  readonly captures: CaptureNames;
}

function badCapture(node: TextNode, field: Field, text: string): string | undefined {
  const advice = text.startsWith('arn:')
    ? 'a capture may stand in an alias name, not in an ARN'
    : text.startsWith(ALIAS)
      ? 'a capture may stand after "alias/" and at least one more character, as in "alias/tenant-{tenant}"'
      : 'a path must never choose a key by itself: a capture may stand in an alias name alone, as in "alias/tenant-{tenant}"';
  const message = `${field.name} is ${quoted(node.value)}. ${advice}`;
  field.log.add('policy/bad-capture', node, message);
  return undefined;
}

/** A capture has at least one character. */
const shortestLength = (template: Template): number =>
  template.reduce((length, part) => length + (part.kind === 'literal' ? part.text.length : 1), 0);

/** Text with a brace in it: an alias name that a capture completes, or a mistake. */
function readAliasTemplate(node: TextNode, field: Field, captures: CaptureNames): Template | undefined {
  const template = readTemplateNode(node, field, captures);
  if (template === undefined) return undefined;
  const [first] = template;
  const isTemplate = template.some(({ kind }) => kind === 'capture');
  const beginning = first?.kind === 'literal' ? first.text : '';
  if (isTemplate && !(beginning.startsWith(ALIAS) && beginning.length > ALIAS.length)) {
    badCapture(node, field, beginning);
    return undefined;
  }
  if (!isTemplate || !template.every((part) => part.kind === 'capture' || ALIAS_CHARACTERS.test(part.text))) {
    const message = `${field.name} is ${quoted(node.value)}, which names no key. ${keyTextAdvice(node.value)}`;
    field.log.add('policy/bad-key-reference', node, message);
    return undefined;
  }
  if (shortestLength(template) > LONGEST_ALIAS) {
    const message = `${field.name} is ${quoted(node.value)}, of which no value makes an alias: with "alias/" it has at most ${LONGEST_ALIAS} characters`;
    field.log.add('policy/bad-key-reference', node, message);
    return undefined;
  }
  return reportAwsAlias(node, beginning, field) ? undefined : template;
}

/** An alias that is written in a rule is resolved as it stands today, for objects of any age. */
function warnOfLiteralAlias(node: TextNode, field: Field, book: KeyBook): void {
  const alias = node.value;
  if (
    alias === AWS_MANAGED_S3_ALIAS ||
    alias.endsWith(`:${AWS_MANAGED_S3_ALIAS}`) ||
    book.knownAliases.has(alias)
  )
    return;
  const message = `${field.name} is the alias ${quoted(alias)}: once it points to another key, every object under the old one is a violation. name both keys in "keys", the old one with "until"`;
  field.log.add('policy/literal-alias', node, message);
}

function readOne(node: Node, field: Field, { book, captures }: Context): readonly KeyOption[] | undefined {
  if (node.kind === 'map' && node.entries.has('key')) {
    return wrongType(node, field, 'text', ': give the key a name in "keys", and write that name here');
  }
  const text = readText(node, field);
  if (text === undefined) return undefined;
  const named = book.names.get(text.value);
  if (named !== undefined) return named;
  if (/[{}]/.test(text.value)) {
    const template = readAliasTemplate(text, field, captures);
    return template === undefined ? undefined : [{ kind: 'alias-name', template }];
  }
  const reference = parseKeyReference(text.value);
  if (reference === undefined) {
    reportUnknown(text, field, book);
    return undefined;
  }
  const allowed = permitted(text, reference, field, book.trusted);
  if (allowed === undefined) return undefined;
  if (referenceText(allowed).includes(ALIAS)) warnOfLiteralAlias(text, field, book);
  return [keyOption(allowed)];
}

function reportUnknown(node: TextNode, field: Field, book: KeyBook): void {
  const text = node.value;
  const names = [...book.names.keys()];
  const isWord = /^[A-Za-z0-9_.-]+$/.test(text) && !isKeyId(text.toLowerCase());
  const advice = isWord && names.length > 0 ? meantOrExpected(text, names, POLICY_PAGE) : keyTextAdvice(text);
  const what = isWord ? 'which is no name in "keys"' : 'which names no key';
  field.log.add('policy/bad-key-reference', node, `${field.name} is ${quoted(text)}, ${what}. ${advice}`);
}

/**
 * Takes the value of a rule's `key`: a reference or a list of them. Gives the keys that it allows, names expanded to
 * their items, or `undefined` after reporting every member that names none.
 */
export function readKeyOptions(node: Node, field: Field, context: Context): NonEmpty<KeyOption> | undefined {
  const options =
    node.kind === 'list'
      ? readMembers(node, field, (item, member) => readOne(item, member, context))?.flat()
      : readOne(node, field, context);
  return options !== undefined && isNonEmpty(options) ? options : undefined;
}
