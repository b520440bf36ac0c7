import { invalidAttributeValue } from './errors.ts';
import type { Form } from './form.ts';

/** A message attribute as the envelope shows it; a Binary value stays base64. */
export interface SnsAttribute {
  readonly Type: string;
  readonly Value: string;
}

export type SnsAttributes = Readonly<Record<string, SnsAttribute>>;

const types = ['String', 'String.Array', 'Number', 'Binary'];
const nameShape = /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/i;
// Outside the Basic Multilingual Plane, a character needs a surrogate pair, and SNS refuses those in attributes.
const surrogate = /[\uD800-\uDFFF]/;

/** The message attributes of a Publish, checked as SNS checks them. */
export function readSnsAttributes(form: Form): SnsAttributes {
  const attributes = new Map<string, SnsAttribute>();
  for (const entry of form.entries('MessageAttributes.entry')) {
    const name = entry.required('Name');
    if (attributes.has(name)) throw invalidAttributeValue(`The message attribute '${name}' occurs twice.`);
    attributes.set(name, readAttribute(name, entry));
  }
  return Object.fromEntries(attributes);
}

function readAttribute(name: string, entry: Form): SnsAttribute {
  if (!nameShape.test(name)) throw invalidAttributeValue(`The message attribute name '${name}' is invalid.`);
  const type = entry.get('Value.DataType') ?? '';
  if (!types.includes(type)) {
    throw invalidAttributeValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported types is ${types.join(', ')}.`,
    );
  }
  const value = entry.get(type === 'Binary' ? 'Value.BinaryValue' : 'Value.StringValue') ?? '';
  if (value === '') {
    throw invalidAttributeValue(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  if (surrogate.test(value)) {
    throw invalidAttributeValue(`The message attribute '${name}' contains a surrogate pair.`);
  }
  if (type === 'Number' && !Number.isFinite(Number(value))) {
    throw invalidAttributeValue(`Could not cast message attribute '${name}' value to number.`);
  }
  if (type === 'String.Array' && !isScalarArray(value)) {
    throw invalidAttributeValue(`The message attribute '${name}' is not a JSON array of plain values.`);
  }
  return { Type: type, Value: value };
}

function isScalarArray(value: string): boolean {
  try {
    const members: unknown = JSON.parse(value);
    return (
      Array.isArray(members) &&
      members.every((member) => member === null || ['string', 'number', 'boolean'].includes(typeof member))
    );
  } catch {
    return false;
  }
}

/** The bytes that attributes count for: names, types and values. */
export function snsAttributesSize(attributes: SnsAttributes): number {
  return Object.entries(attributes).reduce(
    (size, [name, { Type, Value }]) =>
      size +
      Buffer.byteLength(name) +
      Buffer.byteLength(Type) +
      Buffer.byteLength(Value, Type === 'Binary' ? 'base64' : 'utf8'),
    0,
  );
}
