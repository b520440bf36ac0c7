import { readFileSync } from 'node:fs';
import { type CollectionTag, parseDocument, type ScalarTag, YAMLMap, YAMLSeq } from 'yaml';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const TEMPLATE_URL = new URL('../../template.yaml', import.meta.url);

const FUNCTIONS = [
  'And',
  'Equals',
  'FindInMap',
  'GetAtt',
  'If',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
];

const longName = (tag: string): string => (FUNCTIONS.includes(tag) ? `Fn::${tag}` : tag);

/** `!Ref X` and its like, in the long form: `{ Ref: 'X' }`. */
const shortTags: readonly (ScalarTag | CollectionTag)[] = [...FUNCTIONS, 'Ref', 'Condition'].flatMap(
  (name) => {
    const key = longName(name);
    const scalar: ScalarTag = {
      tag: `!${name}`,
      resolve: (text) => ({ [key]: name === 'GetAtt' ? text.split('.') : text }),
    };
    const sequence: CollectionTag = {
      tag: `!${name}`,
      collection: 'seq',
      resolve: (node) => {
        const map = new YAMLMap();
        const list = new YAMLSeq();
        if (node instanceof YAMLSeq) list.items = node.items;
        map.set(key, list);
        return map;
      },
    };
    return [scalar, sequence];
  },
);

/** CloudFormation YAML as plain JSON, short tags in their long form; an unknown tag is an error, not a warning. */
export function parseTemplate(text: string): JsonObject {
  const document = parseDocument(text, { customTags: [...shortTags] });
  for (const problem of [...document.errors, ...document.warnings]) throw problem;
  const value: Json = document.toJS();
  if (!isObject(value)) throw new Error('the template is not a map');
  return value;
}

export const templateText = (): string => readFileSync(TEMPLATE_URL, 'utf8');

export const readTemplate = (): JsonObject => parseTemplate(templateText());
