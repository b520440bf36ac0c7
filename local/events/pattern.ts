/** The event patterns of EventBridge: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */

/** Whether an event is one that a pattern describes. */
export type EventMatcher = (event: unknown) => boolean;

/** A pattern that PutRule refuses, or an operator that this bus does not know: ignoring one would let too much through. */
export class InvalidEventPattern extends Error {
  override readonly name = 'InvalidEventPatternException';

  constructor(path: readonly string[], why: string) {
    super(`Event pattern is not valid. Reason: ${path.length === 0 ? 'the pattern' : path.join('.')} ${why}`);
  }
}

type Path = readonly string[];
/** Of one field: every value that stands there, lists taken apart; none where the field is absent. */
type FieldMatcher = (values: readonly unknown[]) => boolean;

/**
 * Reads a pattern: exact values, `prefix`, `suffix`, `exists`, and `anything-but` with a value, a list, `prefix` or
 * `suffix`. Throws `InvalidEventPattern` for every other operator and for what AWS refuses.
 */
export function readEventPattern(pattern: unknown): EventMatcher {
  if (!isRecord(pattern)) throw new InvalidEventPattern([], 'must be an object');
  return readObject(pattern, []);
}

function readObject(pattern: Record<string, unknown>, path: Path): EventMatcher {
  const fields = Object.entries(pattern).map(([name, wanted]): [string, FieldMatcher] => {
    if (name.startsWith('$')) throw new InvalidEventPattern([...path, name], 'is not known here');
    return [name, readField(wanted, [...path, name])];
  });
  if (fields.length === 0) throw new InvalidEventPattern(path, 'is empty');
  return (event) =>
    isRecord(event) &&
    fields.every(([name, matches]) => matches(Object.hasOwn(event, name) ? apart(event[name]) : []));
}

function readField(wanted: unknown, path: Path): FieldMatcher {
  if (isRecord(wanted)) {
    const inner = readObject(wanted, path);
    // An absent object has no fields, which is what `exists: false` below it asks for.
    return (values) => (values.length === 0 ? inner({}) : values.some(inner));
  }
  if (!Array.isArray(wanted)) throw new InvalidEventPattern(path, 'must be an object or an array');
  if (wanted.length === 0) throw new InvalidEventPattern(path, 'is an empty array');
  const choices = wanted.map((choice) => readChoice(choice, path));
  return (values) => choices.some((matches) => matches(values));
}

function readChoice(choice: unknown, path: Path): FieldMatcher {
  if (isScalar(choice)) return anyOf((value) => value === choice);
  const [entry, another] = isRecord(choice) ? Object.entries(choice) : [];
  if (entry === undefined || another !== undefined) {
    throw new InvalidEventPattern(path, 'holds something that is neither a value nor one operator');
  }
  const [operator, operand] = entry;
  const here = [...path, operator];
  switch (operator) {
    case 'prefix':
      return anyOf(startingWith(operand, here));
    case 'suffix':
      return anyOf(endingWith(operand, here));
    case 'exists':
      return readExists(operand, here);
    case 'anything-but':
      return readAnythingBut(operand, here);
    default:
      throw new InvalidEventPattern(here, 'is an operator that the local EventBridge does not know');
  }
}

type ValueMatcher = (value: unknown) => boolean;

const anyOf =
  (matches: ValueMatcher): FieldMatcher =>
  (values) =>
    values.some(matches);

function startingWith(operand: unknown, path: Path): ValueMatcher {
  if (typeof operand !== 'string') throw new InvalidEventPattern(path, 'must be a string');
  return (value) => typeof value === 'string' && value.startsWith(operand);
}

function endingWith(operand: unknown, path: Path): ValueMatcher {
  if (typeof operand !== 'string') throw new InvalidEventPattern(path, 'must be a string');
  return (value) => typeof value === 'string' && value.endsWith(operand);
}

/** Looks at leaves alone: an object that is there does not exist for it. */
function readExists(operand: unknown, path: Path): FieldMatcher {
  if (typeof operand !== 'boolean') throw new InvalidEventPattern(path, 'must be true or false');
  return (values) => values.some(isScalar) === operand;
}

/** Something must stand there, so an absent field is not anything but a value. */
function readAnythingBut(operand: unknown, path: Path): FieldMatcher {
  const [entry, another] = isRecord(operand) ? Object.entries(operand) : [];
  if (entry !== undefined && another === undefined) {
    const [operator, inner] = entry;
    const here = [...path, operator];
    if (operator === 'prefix') return anyLeafBut(startingWith(inner, here));
    if (operator === 'suffix') return anyLeafBut(endingWith(inner, here));
    throw new InvalidEventPattern(here, 'is an operator that the local EventBridge does not know');
  }
  const refused: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const kinds = new Set(refused.map((value) => typeof value));
  const [kind] = kinds;
  if (kinds.size !== 1 || (kind !== 'string' && kind !== 'number')) {
    throw new InvalidEventPattern(path, 'must be strings, or numbers, or prefix or suffix');
  }
  return anyLeafBut((value) => refused.includes(value));
}

const anyLeafBut = (refused: ValueMatcher): FieldMatcher =>
  anyOf((value) => isScalar(value) && !refused(value));

function apart(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flatMap(apart) : [value];
}

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
