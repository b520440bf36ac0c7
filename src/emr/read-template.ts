import type { Node } from '../policy/read-node.ts';
import { scalarText } from './read-json-text.ts';

/**
 * Functions that put one text in their place, whatever it is.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
 */
const ONE_TEXT: ReadonlySet<string> = new Set([
  'Ref',
  'Fn::FindInMap',
  'Fn::GetAtt',
  'Fn::ImportValue',
  'Fn::Join',
  'Fn::Select',
]);

/** `Ref`, `Fn::GetAtt`, `Fn::Sub`: what CloudFormation puts there is not in the file. */
export function isTemplateFunction(node: Node): boolean {
  if (node.kind !== 'map' || node.entries.size !== 1) return false;
  const [name = ''] = node.entries.keys();
  return name === 'Ref' || name.startsWith('Fn::');
}

/** The text that `Fn::Sub` fills in, with its placeholders; `undefined` for every other function. */
export function substitutedText(node: Node): string | undefined {
  if (node.kind !== 'map') return undefined;
  const given = node.entries.get('Fn::Sub')?.value;
  const text = given?.kind === 'list' ? given.items[0] : given;
  return text === undefined ? undefined : scalarText(text);
}

/** A function as a word of a command: a placeholder where it gives one text, `$Fn::If` where it may give any number of words. */
export function templateWord(node: Node): string {
  const [entry] = node.kind === 'map' ? node.entries.values() : [];
  const name = entry?.key ?? '';
  const reference = entry !== undefined && name === 'Ref' ? scalarText(entry.value) : undefined;
  return substitutedText(node) ?? (ONE_TEXT.has(name) ? `\${${reference ?? name}}` : `$${name}`);
}
