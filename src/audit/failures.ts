/** Something that may pass: throttling, a 5xx, a broken socket. The message goes back, a run tries again. */
export class RetryableFailure extends Error {
  override readonly name = 'RetryableFailure';
  readonly operation: string;

  constructor(operation: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${message}`, options);
    this.operation = operation;
  }
}

/** AWS refused the caller itself (expired token, wrong clock, no credentials): it says nothing of the object, so there is no verdict. */
export class CallerRefused extends Error {
  override readonly name = 'CallerRefused';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`AWS did not take the caller (${code}): ${message}`, options);
    this.code = code;
  }
}

/** The policy cannot be read or has errors. The invocation fails; its events are retried and none is lost. */
export class PolicyUnusable extends Error {
  override readonly name = 'PolicyUnusable';
}
