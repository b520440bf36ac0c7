import { createHash } from 'node:crypto';
import { invalidParameterValue } from './errors.ts';
import { type Input, isRecord } from './input.ts';

/** A message attribute; a Binary value stays base64, as the JSON protocol carries it. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const maximumAttributes = 10;
const nameShape = /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i;

/** The message attributes of a request, checked as SQS checks them. */
export function readMessageAttributes(value: unknown): MessageAttributes {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw invalidParameterValue('Value for parameter MessageAttributes is invalid.');
  const entries = Object.entries(value);
  if (entries.length > maximumAttributes) {
    throw invalidParameterValue(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${maximumAttributes}].`,
    );
  }
  return Object.fromEntries(entries.map(([name, attribute]) => [name, readAttribute(name, attribute)]));
}

function readAttribute(name: string, value: unknown): MessageAttribute {
  if (!nameShape.test(name)) throw invalidParameterValue(`Message attribute name '${name}' is invalid.`);
  if (!isRecord(value) || typeof value.DataType !== 'string') {
    throw invalidParameterValue(
      `The message attribute '${name}' must contain non-empty message attribute type.`,
    );
  }
  const base = value.DataType.split('.', 1)[0];
  if (base !== 'String' && base !== 'Number' && base !== 'Binary') {
    throw invalidParameterValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const content = base === 'Binary' ? value.BinaryValue : value.StringValue;
  if (typeof content !== 'string' || content === '') {
    throw invalidParameterValue(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${value.DataType}'.`,
    );
  }
  if (base === 'Number' && Number.isNaN(Number(content))) {
    throw invalidParameterValue(`Can't cast the value of message attribute '${name}' to a number.`);
  }
  return base === 'Binary'
    ? { DataType: value.DataType, BinaryValue: content }
    : { DataType: value.DataType, StringValue: content };
}

/** The bytes that attributes count for, names and types included. */
export function attributesSize(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (size, [name, attribute]) =>
      size + Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + valueBytes(attribute).length,
    0,
  );
}

function valueBytes(attribute: MessageAttribute): Buffer {
  return attribute.BinaryValue === undefined
    ? Buffer.from(attribute.StringValue ?? '')
    : Buffer.from(attribute.BinaryValue, 'base64');
}

/** The digest that SQS answers for attributes, `undefined` when there are none. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) {
    const attribute = attributes[name];
    if (!attribute) continue;
    for (const part of [Buffer.from(name), Buffer.from(attribute.DataType)]) hash.update(withLength(part));
    hash.update(Buffer.of(attribute.BinaryValue === undefined ? 1 : 2));
    hash.update(withLength(valueBytes(attribute)));
  }
  return hash.digest('hex');
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The attributes that a receiver asked for: `All`, `.*`, a name, or a prefix such as `trace.*`. */
export function selectAttributes(
  attributes: MessageAttributes,
  wanted: readonly string[],
): MessageAttributes {
  const selected = Object.entries(attributes).filter(([name]) =>
    wanted.some(
      (pattern) =>
        pattern === 'All' ||
        pattern === name ||
        (pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -2))),
    ),
  );
  return Object.fromEntries(selected);
}

/** The attributes of a raw delivery by SNS, whose Binary values travel as base64 text. */
export function deliveredAttributes(
  attributes: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>,
): MessageAttributes {
  const input: Input = Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue }]) => [
      name,
      DataType.startsWith('Binary') ? { DataType, BinaryValue: StringValue } : { DataType, StringValue },
    ]),
  );
  return readMessageAttributes(input);
}
