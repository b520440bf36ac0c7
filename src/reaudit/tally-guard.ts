/** Tells whether a value read from JSON has a shape, without changing or copying it. */
export type Guard<T> = (value: unknown) => value is T;

type OptionalNames<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? K : never }[keyof T];
type RequiredNames<T> = Exclude<keyof T, OptionalNames<T>>;

/** A guard for each member that must be there; the compiler asks for every one. */
export type Required<T> = { readonly [K in RequiredNames<T>]: Guard<T[K]> };
/** A guard for each member that may be absent. */
export type Optional<T> = { readonly [K in OptionalNames<T>]-?: Guard<Exclude<T[K], undefined>> };

export const isText: Guard<string> = (value) => typeof value === 'string';
export const isFlag: Guard<boolean> = (value) => typeof value === 'boolean';
export const isTrue: Guard<true> = (value) => value === true;
export const isNumber: Guard<number> = (value) => typeof value === 'number';
export const isAnything: Guard<unknown> = (_value): _value is unknown => true;

/** A whole number from 0 up to 2^53 - 1. */
export const isCount: Guard<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

export const isObject: Guard<object> = (value): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One of the texts given. */
export function oneOf<T extends string>(texts: readonly T[]): Guard<T> {
  const known: ReadonlySet<unknown> = new Set(texts);
  return (value): value is T => known.has(value);
}

/** An array, each item of which passes. */
export const listOf =
  <T>(item: Guard<T>): Guard<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every((one: unknown) => item(one));

/** An array of exactly two. */
export const pairOf =
  <A, B>(first: Guard<A>, second: Guard<B>): Guard<readonly [A, B]> =>
  (value): value is readonly [A, B] =>
    Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);

/** An object with any names, each value of which passes. */
export const valuesOf =
  <T>(item: Guard<T>): Guard<Readonly<Record<string, T>>> =>
  (value): value is Readonly<Record<string, T>> =>
    isObject(value) && Object.values(value).every((one: unknown) => item(one));

/** The name of the first member that is missing or does not pass; `undefined` where all do. */
export function firstWrong(
  value: object,
  required: readonly (readonly [string, Guard<unknown>])[],
  optional: readonly (readonly [string, Guard<unknown>])[],
): string | undefined {
  for (const [name, guard] of required) {
    if (!guard(Reflect.get(value, name))) return name;
  }
  for (const [name, guard] of optional) {
    const member: unknown = Reflect.get(value, name);
    if (member !== undefined && !guard(member)) return name;
  }
  return undefined;
}

/** The guards of an object's members, as `firstWrong` takes them. */
export const membersOf = (guards: object): readonly (readonly [string, Guard<unknown>])[] =>
  Object.entries(guards);

/** An object with these members; others are not looked at. */
export function shape<T extends object>(required: Required<T>, optional: Optional<T>): Guard<T> {
  const must = membersOf(required);
  const may = membersOf(optional);
  return (value): value is T => isObject(value) && firstWrong(value, must, may) === undefined;
}
