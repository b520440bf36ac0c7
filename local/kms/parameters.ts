import { invalid } from './errors.ts';

/** The JSON body of a KMS request, read member by member. */
export type Parameters = Readonly<Record<string, unknown>>;

/** The body as an object; an empty body is an empty object, as AWS takes it. */
export function readParameters(body: Buffer): Parameters | undefined {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string member that may be absent. */
export function optionalString(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(`${name} must be a string`);
  return value;
}

/** A string member that AWS requires. */
export function requiredString(parameters: Parameters, name: string): string {
  const value = optionalString(parameters, name);
  if (value !== undefined && value !== '') return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw invalid(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

/** An integer member within AWS's bounds, or the default that AWS names. */
export function integerBetween(
  parameters: Parameters,
  name: string,
  low: number,
  high: number,
  whenAbsent: number,
): number {
  const value = parameters[name] ?? whenAbsent;
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  const constraint = `Member must be between ${low} and ${high}`;
  throw invalid(
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}

/** A blob member, which travels as base64. */
export function requiredBlob(parameters: Parameters, name: string, maximum: number): Buffer {
  const blob = Buffer.from(requiredString(parameters, name), 'base64');
  if (blob.length < 1 || blob.length > maximum) {
    throw invalid(`1 validation error detected: ${name} must be between 1 and ${maximum} bytes`);
  }
  return blob;
}

/** `EncryptionContext` in one canonical text, so that the order of its members does not matter. */
export function canonicalContext(parameters: Parameters): string {
  const context = parameters.EncryptionContext ?? {};
  if (!isRecord(context)) throw invalid('EncryptionContext must be a map');
  const entries = Object.entries(context);
  if (entries.some(([, value]) => typeof value !== 'string')) {
    throw invalid('EncryptionContext must hold strings only');
  }
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
