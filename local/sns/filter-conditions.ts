/** One condition of a filter policy: a plain value, or an object with one operator. Pure. */

type Scalar = string | number | boolean | null;

type Operand =
  | { readonly operator: 'exact'; readonly value: Scalar }
  | { readonly operator: 'exists'; readonly value: boolean }
  | { readonly operator: 'prefix' | 'suffix' | 'equals-ignore-case'; readonly value: string }
  | { readonly operator: 'anything-but'; readonly value: readonly Scalar[] }
  | { readonly operator: 'anything-but-prefix'; readonly value: string }
  | { readonly operator: 'numeric'; readonly value: readonly Comparison[] };

interface Comparison {
  readonly sign: string;
  readonly bound: number;
}

/** Whether one of the values meets the condition; `undefined` stands for a key that the message lacks. */
export function conditionMatches(condition: unknown, values: readonly unknown[] | undefined): boolean {
  const operand = readCondition(condition);
  if (typeof operand === 'string') return false;
  if (operand.operator === 'exists') return operand.value === (values !== undefined);
  return values?.some((value) => valueMatches(operand, value)) ?? false;
}

/** Why SNS would refuse the condition, `undefined` when it would not. */
export function conditionProblem(condition: unknown): string | undefined {
  const operand = readCondition(condition);
  return typeof operand === 'string' ? operand : undefined;
}

function valueMatches(operand: Exclude<Operand, { operator: 'exists' }>, value: unknown): boolean {
  switch (operand.operator) {
    case 'exact':
      return value === operand.value;
    case 'prefix':
      return typeof value === 'string' && value.startsWith(operand.value);
    case 'suffix':
      return typeof value === 'string' && value.endsWith(operand.value);
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === operand.value.toLowerCase();
    case 'anything-but':
      return !operand.value.some((excluded) => excluded === value);
    case 'anything-but-prefix':
      return !(typeof value === 'string' && value.startsWith(operand.value));
    case 'numeric':
      return typeof value === 'number' && operand.value.every((comparison) => holds(value, comparison));
  }
}

function holds(value: number, { sign, bound }: Comparison): boolean {
  switch (sign) {
    case '=':
      return value === bound;
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    default:
      return value >= bound;
  }
}

/** The condition in a checked form, or the words of its refusal. */
function readCondition(condition: unknown): Operand | string {
  if (isScalar(condition)) return { operator: 'exact', value: condition };
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) {
    return 'Match value must be String, number, true, false, or null';
  }
  const [first, ...others] = Object.entries(condition);
  if (!first || others.length > 0) return 'Only one key allowed in match expression';
  return readOperator(first[0], first[1]);
}

function readOperator(operator: string, value: unknown): Operand | string {
  switch (operator) {
    case 'exists':
      return typeof value === 'boolean'
        ? { operator, value }
        : 'exists match pattern must be either true or false';
    case 'prefix':
    case 'suffix':
    case 'equals-ignore-case':
      return typeof value === 'string' ? { operator, value } : `${operator} match pattern must be a string`;
    case 'anything-but':
      return readAnythingBut(value);
    case 'numeric':
      return readNumeric(value);
    default:
      return `Unrecognized match type ${operator}`;
  }
}

function readAnythingBut(value: unknown): Operand | string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const [first, ...others] = Object.entries(value);
    if (first?.[0] !== 'prefix' || others.length > 0 || typeof first[1] !== 'string') {
      return 'anything-but takes values or one prefix';
    }
    return { operator: 'anything-but-prefix', value: first[1] };
  }
  const excluded: unknown[] = Array.isArray(value) ? value : [value];
  if (excluded.length === 0 || !excluded.every((entry) => isScalar(entry))) {
    return 'Inside anything but list, values must be strings or numbers';
  }
  return { operator: 'anything-but', value: excluded };
}

const lower = ['>', '>='];
const upper = ['<', '<='];
const widest = 1_000_000_000;

function readNumeric(value: unknown): Operand | string {
  if (!Array.isArray(value) || value.length === 0 || value.length % 2 !== 0 || value.length > 4) {
    return 'Value of numeric must be an array of operators and numbers';
  }
  const comparisons: Comparison[] = [];
  for (let index = 0; index < value.length; index += 2) {
    const sign: unknown = value[index];
    const bound: unknown = value[index + 1];
    if (typeof sign !== 'string' || !['=', ...lower, ...upper].includes(sign)) {
      return `Unrecognized numeric range operator: ${String(sign)}`;
    }
    if (typeof bound !== 'number' || Math.abs(bound) > widest) {
      return 'Value of a numeric comparison must be a number between -1,000,000,000 and 1,000,000,000';
    }
    comparisons.push({ sign, bound });
  }
  return rangeProblem(comparisons) ?? { operator: 'numeric', value: comparisons };
}

function rangeProblem([first, second]: readonly Comparison[]): string | undefined {
  if (!first || !second) return undefined;
  if (!lower.includes(first.sign) || !upper.includes(second.sign)) return 'Bad numeric range operator';
  return first.bound < second.bound ? undefined : 'Bottom must be less than top';
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
