import { element, textElement } from '../xml.ts';

export interface ErrorDetails {
  /** Sent even with a HEAD, whose errors have no body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further elements of the error document, by name. */
  readonly elements?: Readonly<Record<string, string>>;
}

/** An error that S3 answers with. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly elements: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, details: ErrorDetails = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = details.headers ?? {};
    this.elements = details.elements ?? {};
  }
}

/** The error document that AWS sends as the body. */
export function renderError(error: S3Error, requestId: string, hostId: string): string {
  const extra = Object.entries(error.elements).map(([name, text]) => textElement(name, text));
  const ids = [textElement('RequestId', requestId), textElement('HostId', hostId)];
  const body = [textElement('Code', error.code), textElement('Message', error.message), ...extra, ...ids];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', ...body)}`;
}

export const accessDenied = (message = 'Access Denied'): S3Error => new S3Error(403, 'AccessDenied', message);

export const invalidArgument = (message: string, elements: Readonly<Record<string, string>> = {}): S3Error =>
  new S3Error(400, 'InvalidArgument', message, { elements });

export const invalidRequest = (message: string): S3Error => new S3Error(400, 'InvalidRequest', message);

export const malformedXml = (): S3Error =>
  new S3Error(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

/** For everything that S3 has and this one has not. */
export const notImplemented = (what: string): S3Error =>
  new S3Error(501, 'NotImplemented', `The local AWS does not implement ${what}.`);

export const noSuchKey = (key: string, headers: Readonly<Record<string, string>> = {}): S3Error =>
  new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', { headers, elements: { Key: key } });

export const noSuchVersion = (key: string, versionId: string): S3Error =>
  new S3Error(404, 'NoSuchVersion', 'The specified version does not exist.', {
    elements: { Key: key, VersionId: versionId },
  });

export const preconditionFailed = (condition: string): S3Error =>
  new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    elements: { Condition: condition },
  });
