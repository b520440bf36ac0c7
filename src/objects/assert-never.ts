/** Ends an exhaustive `switch`: a new member of the union breaks the build here. Throws when the compiler was bypassed. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`);
}
