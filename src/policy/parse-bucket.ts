import { isNonEmpty } from '../objects/non-empty.ts';
import { quoted } from './problem-text.ts';
import type { Field } from './read-fields.ts';
import { spanWithin, type TextNode } from './read-node.ts';
import type { BucketPattern } from './types.ts';

const SCHEME = 's3://';
const SHORTEST = 3;
const LONGEST = 63;
const LONE_SURROGATE = /\p{Cs}/u;

type AddressProblem = 'policy/bad-match' | 'policy/bad-glob';

/** An address of the policy, taken apart: `pathOffset` is where `path` begins in the text. */
export interface Address {
  /** Absent where it is bad and reported: the path may have mistakes of its own to tell. */
  readonly bucket?: BucketPattern;
  readonly path: string;
  readonly pathOffset: number;
}

function schemeAdvice(text: string): string {
  if (text.startsWith('arn:')) {
    return text.includes(':accesspoint')
      ? 'access point ARNs are not supported: write the access point alias, as in s3://my-alias-s3alias/prefix/'
      : 'an ARN is no address here: write s3://bucket/prefix/';
  }
  if (/^s3[an]?:\/\//i.test(text)) return `write the scheme as "${SCHEME}"`;
  return 'expected an address like s3://bucket/prefix/';
}

function wildcard(text: string): BucketPattern {
  const parts = text.split('*');
  return isNonEmpty(parts) ? { kind: 'wildcard', text, parts } : { kind: 'literal', name: text };
}

function bucketFault(name: string): string | undefined {
  if (name === '') return 'names no bucket: expected s3://bucket/prefix/';
  if (name.startsWith('arn:')) {
    return 'names an access point by its ARN, which is not supported: write the access point alias';
  }
  if (!/^[a-z0-9.*-]+$/.test(name)) {
    return `has the bucket ${quoted(name)}, whose name may hold lower-case letters, digits, ".", "-" and "*" alone`;
  }
  const literal = name.replaceAll('*', '').length;
  if (literal > LONGEST || (literal === name.length && literal < SHORTEST)) {
    return `has the bucket ${quoted(name)}, whose name must have ${SHORTEST} to ${LONGEST} characters`;
  }
  return undefined;
}

/** Reads the bucket's part of an address; `undefined` after reporting why it is none. */
function readBucket(
  node: TextNode,
  name: string,
  field: Field,
  id: AddressProblem,
): BucketPattern | undefined {
  const span = spanWithin(node, SCHEME.length, Math.max(1, name.length));
  if (/[{}]/.test(name)) {
    const message = `${field.name} has a brace in its bucket, where no capture may stand: use "*" for any characters`;
    field.log.add('policy/bad-capture', span, message);
    return undefined;
  }
  const fault = bucketFault(name);
  if (fault === undefined) return name.includes('*') ? wildcard(name) : { kind: 'literal', name };
  field.log.add(id, span, `${field.name} ${fault}`);
  return undefined;
}

/** Takes `s3://bucket/path` and gives its two parts, or `undefined` after reporting why it is none, under `id`. */
export function readAddress(node: TextNode, field: Field, id: AddressProblem): Address | undefined {
  const text = node.value;
  if (!text.startsWith(SCHEME)) {
    field.log.add(id, node, `${field.name} is ${quoted(text)}. ${schemeAdvice(text)}`);
    return undefined;
  }
  const slash = text.indexOf('/', SCHEME.length);
  const end = slash === -1 ? text.length : slash;
  const bucket = readBucket(node, text.slice(SCHEME.length, end), field, id);
  const address = { ...(bucket ? { bucket } : {}), path: text.slice(end + 1), pathOffset: end + 1 };
  if (!LONE_SURROGATE.test(text)) return address;
  field.log.add(id, node, `${field.name} holds half of a surrogate pair, which no object key can hold`);
  return undefined;
}
