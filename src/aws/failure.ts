import { speaksOfCaller } from '../audit/bad-request.ts';
import { CallerRefused, RetryableFailure } from '../audit/failures.ts';

/** What can be told of an error that an SDK client threw, without trusting its class. */
export interface SdkFailure {
  readonly name: string;
  readonly message: string;
  /** Absent where no answer came at all: a broken socket, a timeout, no credentials. */
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads an SDK error by its data alone: HEAD errors are all named `Unknown`, and test doubles have no `$response`. */
export function sdkFailure(error: unknown): SdkFailure {
  const name = textOf(error, 'name') ?? 'Error';
  const status = member(member(error, '$metadata'), 'httpStatusCode');
  const headers: Record<string, string> = {};
  const raw = member(member(error, '$response'), 'headers');
  if (typeof raw === 'object' && raw !== null) {
    for (const [key, value] of Object.entries(raw)) {
      if (typeof value === 'string') headers[key.toLowerCase()] = value;
    }
  }
  return { name, message: messageOf(error), headers, ...(typeof status === 'number' ? { status } : {}) };
}

/** A name of several addresses (`localhost`) that all refuse gives an `AggregateError` without a message of its own. */
function messageOf(error: unknown): string {
  const message = textOf(error, 'message');
  if (message) return message;
  const errors = member(error, 'errors');
  if (Array.isArray(errors) && errors.length > 0) return errors.map(messageOf).join(', ');
  return textOf(error, 'code') ?? (message === undefined ? String(error) : '');
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const text = member(value, name);
  return typeof text === 'string' ? text : undefined;
}

/** Names under which SDK clients report that they have no credentials to sign with. */
const NO_CREDENTIALS: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError']);

/** What KMS, SNS and SSM call what S3 names otherwise: https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html */
const CALLER_NAMES: ReadonlySet<string> = new Set([
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** Turns what is no verdict into the error that says so: refused credentials, or something that may pass. */
export function asFailure(operation: string, error: unknown): RetryableFailure | CallerRefused {
  const failure = sdkFailure(error);
  const { name, message } = failure;
  if (NO_CREDENTIALS.has(name)) {
    const hint = 'log in, or name a profile that has some by --profile or AWS_PROFILE';
    return new CallerRefused(name, `${message}: ${hint}`, { cause: error });
  }
  if (CALLER_NAMES.has(name) || speaksOfCaller(name)) {
    return new CallerRefused(name, message, { cause: error });
  }
  return new RetryableFailure(operation, failureText(failure), { cause: error });
}

/** What went wrong in one line; a HEAD's error says no more than its status. */
export function failureText({ name, message, status }: SdkFailure): string {
  if (status === undefined) {
    return message === 'Region is missing'
      ? 'no Region to ask in: name one by --region or AWS_REGION'
      : `no answer: ${message}`;
  }
  return name === 'Unknown' ? `HTTP ${status}` : `HTTP ${status}, ${name}: ${message}`;
}

/** True for an answer that may be another one next time: 429, any 5xx, or none at all. */
export const isTransient = (status: number | undefined): boolean =>
  status === undefined || status === 429 || status >= 500;
