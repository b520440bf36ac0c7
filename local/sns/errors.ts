/** An error of SNS by the code that its XML carries. */
export class SnsError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.name = 'SnsError';
    this.code = code;
    this.status = status;
  }
}

/** A parameter that SNS refuses; AWS puts the same words before every such reason. */
export function invalidParameter(reason: string): SnsError {
  return new SnsError('InvalidParameter', 400, `Invalid parameter: ${reason}`);
}

/** A message attribute that SNS refuses, which the SDK names InvalidParameterValueException. */
export function invalidAttributeValue(reason: string): SnsError {
  return new SnsError('ParameterValueInvalid', 400, reason);
}

/** Something that AWS has and this SNS does not. */
export function notImplemented(what: string): SnsError {
  return new SnsError('NotImplemented', 501, `The local SNS does not know ${what}.`);
}
