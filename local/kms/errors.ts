/** An error that KMS answers with; its name goes on the wire as `__type`. */
export class KmsError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** KMS has no such key or alias. */
export function notFound(message: string): KmsError {
  return new KmsError('NotFoundException', message);
}

/** A parameter that KMS refuses before it looks at any key. */
export function invalid(message: string): KmsError {
  return new KmsError('ValidationException', message);
}

/** A parameter that exists in AWS and not here: refused rather than ignored. */
export function notOffered(what: string): KmsError {
  return new KmsError('UnsupportedOperationException', `${what} is not implemented by the local AWS.`);
}
