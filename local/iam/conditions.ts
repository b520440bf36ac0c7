import { textMatches } from './patterns.ts';
import { UnsupportedPolicy } from './unsupported-policy.ts';

/** What a request shows of itself beside its action and resource, by condition key. */
export type Context = Readonly<Record<string, string>>;

/** One key of a condition: met where the request has it and any of the values fits. */
export interface Condition {
  readonly key: string;
  readonly values: readonly string[];
  readonly fits: (value: string, found: string) => boolean;
}

const OPERATORS: Readonly<Record<string, Condition['fits']>> = {
  StringEquals: (value, found) => value === found,
  StringLike: textMatches,
};

/** The keys that `actions.ts` gives a request; any other would never be met by what a request really is. */
const KEYS: readonly string[] = ['kms:ViaService'];

/**
 * Reads the `Condition` of a statement. Throws `UnsupportedPolicy` for an operator or a key that is not known here:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function readConditions(block: Readonly<Record<string, unknown>>): readonly Condition[] {
  return Object.entries(block).flatMap(([operator, keys]) => {
    const fits = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    if (fits === undefined)
      throw new UnsupportedPolicy(`the condition operator ${operator} is not decided on here`);
    if (typeof keys !== 'object' || keys === null) throw new UnsupportedPolicy(`${operator} must hold a map`);
    return Object.entries(keys).map(([key, value]) => {
      if (!KEYS.includes(key)) throw new UnsupportedPolicy(`the condition key ${key} is not decided on here`);
      return { key, values: valuesOf(key, value), fits };
    });
  });
}

/** True where every condition is met. A request without the key meets none of these operators. */
export function areMet(conditions: readonly Condition[], context: Context): boolean {
  return conditions.every(({ key, values, fits }) => {
    const found = Object.hasOwn(context, key) ? context[key] : undefined;
    return found !== undefined && values.some((value) => fits(value, found));
  });
}

function valuesOf(key: string, value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((text) => {
    if (typeof text !== 'string' || text.includes('${')) {
      throw new UnsupportedPolicy(`the value of ${key} must be a text without variables`);
    }
    return text;
  });
}
