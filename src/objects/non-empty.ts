export type NonEmpty<T> = readonly [T, ...T[]];

/** True where the list has a first member, and tells the compiler so. */
export const isNonEmpty = <T>(list: readonly T[]): list is NonEmpty<T> => list.length > 0;
