import { notImplemented, SnsError } from './errors.ts';

/** The parameters of a Query request, with its lists and maps put back together. */
export class Form {
  readonly #fields: URLSearchParams;

  constructor(body: string) {
    this.#fields = new URLSearchParams(body);
  }

  get(name: string): string | undefined {
    return this.#fields.get(name) ?? undefined;
  }

  required(name: string): string {
    const value = this.get(name);
    if (value === undefined) {
      throw new SnsError(
        'ValidationError',
        400,
        `1 validation error detected: Value null at '${name}' failed.`,
      );
    }
    return value;
  }

  /** Refuses a parameter that this SNS does not know, since ignoring one would hide a difference from AWS. */
  refuseUnknown(known: readonly string[]): void {
    for (const field of this.#fields.keys()) {
      const name = field.split('.', 1)[0] ?? '';
      if (name !== 'Action' && name !== 'Version' && !known.includes(name)) {
        throw notImplemented(`the parameter ${name}`);
      }
    }
  }

  /** A map of plain values: `Name.entry.N.key` and `.value`. */
  map(name: string): Record<string, string> {
    const entries = this.entries(`${name}.entry`).map((entry): [string, string] => [
      entry.required('key'),
      entry.required('value'),
    ]);
    return Object.fromEntries(entries);
  }

  /** The forms nested under `prefix.1`, `prefix.2` and so on. */
  entries(prefix: string): Form[] {
    const nested = new Map<string, URLSearchParams>();
    for (const [field, value] of this.#fields) {
      if (!field.startsWith(`${prefix}.`)) continue;
      const [index = '', ...rest] = field.slice(prefix.length + 1).split('.');
      const fields = nested.get(index) ?? new URLSearchParams();
      fields.append(rest.join('.'), value);
      nested.set(index, fields);
    }
    return [...nested.values()].map((fields) => new Form(fields.toString()));
  }
}
