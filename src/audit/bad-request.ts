import type { UnknownReason } from '../verdict/verdict.ts';
import { CallerRefused } from './failures.ts';
import type { ErrorDocument } from './ports.ts';

/** Codes that speak of the caller, its clock or its signature, and so of no object: S3's list of error codes. */
const CALLER_CODES: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'AuthorizationQueryParametersError',
  'CredentialsNotSupported',
  'ExpiredToken',
  'IncorrectEndpoint',
  'InvalidAccessKeyId',
  'InvalidSecurity',
  'InvalidToken',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
]);

/** True for an error code that speaks of the caller rather than of the object. */
export const speaksOfCaller = (code: string): boolean => CALLER_CODES.has(code);

/**
 * Tells an SSE-C object from any other 400: S3 answers a GET of one with `InvalidRequest` that speaks of server-side
 * encryption. Anything else, a success included, is `BAD_REQUEST`. Throws `CallerRefused` where the code speaks of the caller.
 */
export function explainBadRequest(document: ErrorDocument): 'sse-c' | UnknownReason {
  if (document.kind === 'none') return { code: 'BAD_REQUEST', args: { status: 400 } };
  if (speaksOfCaller(document.code)) throw new CallerRefused(document.code, document.message);
  if (document.code === 'InvalidRequest' && /server[- ]side encryption/i.test(document.message))
    return 'sse-c';
  return { code: 'BAD_REQUEST', args: { status: document.status, errorCode: document.code } };
}
