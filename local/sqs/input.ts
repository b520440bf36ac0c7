import { invalidParameterValue, SqsError } from './errors.ts';

/** The members of a JSON request, as they came. */
export type Input = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Refuses a member that this SQS does not know, since ignoring one would hide a difference from AWS. */
export function refuseUnknown(input: Input, known: readonly string[]): void {
  for (const name of Object.keys(input)) {
    if (!known.includes(name)) {
      throw new SqsError('UnsupportedOperation', `The local SQS does not know the parameter ${name}.`);
    }
  }
}

/** A string that must be there. */
export function requiredString(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') {
    throw new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
  }
  return value;
}

/** A string that may be absent. */
export function optionalString(input: Input, name: string): string | undefined {
  return input[name] === undefined ? undefined : requiredString(input, name);
}

/** A whole number between two bounds, or `undefined` when absent. */
export function optionalInteger(input: Input, name: string, low: number, high: number): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) {
    throw invalidParameterValue(
      `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be between ${low} and ${high}, if provided.`,
    );
  }
  return value;
}

/** A list of strings; absent is empty. */
export function stringList(input: Input, name: string): string[] {
  const value = input[name] ?? [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw invalidParameterValue(`Value for parameter ${name} is invalid.`);
  }
  return value;
}

/** A map of strings to strings; absent is empty. */
export function stringMap(input: Input, name: string): Record<string, string> {
  const value = input[name] ?? {};
  if (!isRecord(value)) throw invalidParameterValue(`Value for parameter ${name} is invalid.`);
  const entries = Object.entries(value).map(([key, entry]): [string, string] => {
    if (typeof entry !== 'string')
      throw invalidParameterValue(`Value for parameter ${name}.${key} is invalid.`);
    return [key, entry];
  });
  return Object.fromEntries(entries);
}

const maximumEntries = 10;

/** The entries of a batch request, after the checks that refuse the batch as a whole. */
export function batchEntries(input: Input): (Input & { readonly Id: string })[] {
  const entries: unknown = input.Entries;
  if (!Array.isArray(entries) || entries.length === 0) {
    throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > maximumEntries) {
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${maximumEntries}. You have sent ${entries.length}.`,
    );
  }
  const named = entries.map(namedEntry);
  const twice = named.find((entry, index) => named.findIndex(({ Id }) => Id === entry.Id) !== index);
  if (twice) throw new SqsError('BatchEntryIdsNotDistinct', `Id ${twice.Id} repeated.`);
  return named;
}

function namedEntry(entry: unknown): Input & { readonly Id: string } {
  if (!isRecord(entry)) throw invalidParameterValue('An entry of the batch is not an object.');
  const id = entry.Id;
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,80}$/.test(id)) {
    throw new SqsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  return { ...entry, Id: id };
}

/** Runs one step for each entry and reports the refused ones beside the accepted, as every batch operation does. */
export function forEachEntry(
  entries: readonly (Input & { readonly Id: string })[],
  step: (entry: Input) => Record<string, unknown>,
): { Successful: unknown[]; Failed: unknown[] } {
  const Successful: unknown[] = [];
  const Failed: unknown[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...step(entry) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.queryCode, Message: error.message });
    }
  }
  return { Successful, Failed };
}
