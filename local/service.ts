/** What every service of the local AWS is given and answers: plain values, so that a service can be tested without a socket. */

/** Who asks, read from the Signature Version 4 credential scope: the access key id names the account. */
export interface Caller {
  /** Twelve digits. The access key id is `LOCAL` followed by the account, for example `LOCAL111122223333`. */
  readonly account: string;
  readonly region: string;
  readonly accessKeyId: string;
}

export interface LocalRequest {
  readonly method: string;
  /** As sent on the wire, still percent-encoded, without the query. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly caller: Caller;
}

export interface LocalResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface LocalService {
  handle(request: LocalRequest): Promise<LocalResponse>;
}

/** Milliseconds since the epoch. Tests pass one that they move by hand. */
export type Clock = () => number;

/** How one service hands a message to a queue of another; `false` when there is no such queue. */
export type DeliverToQueue = (
  queueArn: string,
  body: string,
  attributes?: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>,
) => boolean;

/** The key that a reference names for a caller, as S3 needs it on a write; `undefined` when KMS knows none. */
export interface KeyLookup {
  /** A key id, key ARN, alias name or alias ARN, resolved in the caller's account and Region, to the key ARN. */
  keyArn(reference: string, caller: Caller): string | undefined;
  /** The ARN of the caller's AWS-managed key `aws/s3`, made on first use. */
  managedS3Key(caller: Caller): string;
}
