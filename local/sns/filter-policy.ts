/** Filter policies of SNS subscriptions: which messages pass, and which policies AWS refuses. Pure. */

import { conditionMatches, conditionProblem } from './filter-conditions.ts';

export type FilterPolicyScope = 'MessageAttributes' | 'MessageBody';

/** A message attribute, by the names that the notification envelope uses. */
export interface FilteredAttribute {
  readonly Type: string;
  readonly Value: string;
}

/** Whether a message with these attributes passes a policy of scope `MessageAttributes`. */
export function matchesFilterPolicy(
  policy: unknown,
  attributes: Readonly<Record<string, FilteredAttribute>>,
): boolean {
  const values = new Map<string, readonly unknown[]>();
  for (const [name, attribute] of Object.entries(attributes)) {
    const members = attributeValues(attribute);
    if (members) values.set(name, members);
  }
  return matchesLevel(policy, (name) => leaf(values.get(name)));
}

/** Whether a message with this body passes a policy of scope `MessageBody`; a body that is no JSON object never does. */
export function matchesBodyFilterPolicy(policy: unknown, body: string): boolean {
  try {
    const message: unknown = JSON.parse(body);
    return isRecord(message) && matchesLevel(policy, (name) => property([message], name));
  } catch {
    return false;
  }
}

/** What is found under a name: the plain values, and what lies below for a nested policy. */
interface Found {
  readonly values: readonly unknown[] | undefined;
  readonly below: (name: string) => Found;
}

function leaf(values: readonly unknown[] | undefined): Found {
  return { values, below: () => leaf(undefined) };
}

// SNS compares policies with text and numbers only: a Binary attribute is as good as absent.
function attributeValues({ Type, Value }: FilteredAttribute): readonly unknown[] | undefined {
  if (Type === 'Binary') return undefined;
  if (Type === 'Number') return [Number(Value)];
  if (Type !== 'String.Array') return [Value];
  try {
    const members: unknown = JSON.parse(Value);
    return Array.isArray(members) ? members : undefined;
  } catch {
    return undefined;
  }
}

function property(parents: readonly Record<string, unknown>[], name: string): Found {
  const held = parents.flatMap((parent) => (Object.hasOwn(parent, name) ? [parent[name]] : []));
  const members = held.flat();
  const nested = members.filter(isRecord);
  return {
    values: held.length === 0 ? undefined : members.filter((member) => !isRecord(member)),
    below: (next) => property(nested, next),
  };
}

function matchesLevel(policy: unknown, find: (name: string) => Found): boolean {
  if (!isRecord(policy)) return false;
  return Object.entries(policy).every(([name, rule]) => {
    if (isOr(name, rule)) return rule.some((alternative) => matchesLevel(alternative, find));
    const found = find(name);
    if (Array.isArray(rule)) return rule.some((condition) => conditionMatches(condition, found.values));
    return matchesLevel(rule, found.below);
  });
}

const maximumKeys = 5;
const maximumCombinations = 150;
const maximumBytes = 262_144;

/** Why SNS would refuse a policy, in words; empty when it would take it. */
export function filterPolicyProblems(
  policy: unknown,
  scope: FilterPolicyScope = 'MessageAttributes',
): string[] {
  if (!isRecord(policy)) return ['Filter policy must be a JSON object'];
  const problems: string[] = [];
  const measured = measure(policy, { depth: 1, scope, path: '', problems });
  if (measured.keys.size > maximumKeys) problems.push('Filter policy can not have more than 5 keys');
  if (measured.combinations > maximumCombinations) problems.push('Filter policy is too complex');
  if (Buffer.byteLength(JSON.stringify(policy)) > maximumBytes) problems.push('Filter policy is too large');
  return problems;
}

interface Place {
  readonly depth: number;
  readonly scope: FilterPolicyScope;
  readonly path: string;
  readonly problems: string[];
}

interface Measure {
  readonly keys: Set<string>;
  readonly combinations: number;
}

function measure(policy: Record<string, unknown>, place: Place): Measure {
  const keys = new Set<string>();
  let combinations = 1;
  for (const [name, rule] of Object.entries(policy)) {
    const part = isOr(name, rule) ? measureOr(rule, place) : measureRule(name, rule, place);
    for (const key of part.keys) keys.add(key);
    combinations *= part.combinations;
  }
  return { keys, combinations };
}

function measureOr(alternatives: readonly Record<string, unknown>[], place: Place): Measure {
  const parts = alternatives.map((alternative) => measure(alternative, place));
  return {
    keys: new Set(parts.flatMap((part) => [...part.keys])),
    combinations: parts.reduce((sum, part) => sum + part.combinations, 0),
  };
}

function measureRule(name: string, rule: unknown, place: Place): Measure {
  const path = place.path === '' ? name : `${place.path}.${name}`;
  if (Array.isArray(rule)) {
    if (rule.length === 0) place.problems.push(`${path}: Empty arrays are not allowed`);
    for (const condition of rule) {
      const problem = conditionProblem(condition);
      if (problem !== undefined) place.problems.push(`${path}: ${problem}`);
    }
    // AWS weighs a nested key by how deep it lies.
    return { keys: new Set([path]), combinations: rule.length * place.depth };
  }
  if (!isRecord(rule)) {
    place.problems.push(`${path}: must be an object or an array`);
    return { keys: new Set([path]), combinations: 1 };
  }
  if (place.scope === 'MessageAttributes') {
    place.problems.push(
      `${path}: Filter policy scope MessageAttributes does not support nested filter policy`,
    );
  }
  return measure(rule, { ...place, depth: place.depth + 1, path });
}

// A single alternative, or one that is no object, makes `$or` an ordinary attribute name, as in EventBridge.
function isOr(name: string, rule: unknown): rule is Record<string, unknown>[] {
  return name === '$or' && Array.isArray(rule) && rule.length > 1 && rule.every((entry) => isRecord(entry));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
