import { createHmac, hash } from 'node:crypto';

/** What a request is signed with. Credentials that a provider refreshed are another object or other texts. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** A request to S3 that has no body. */
export interface UnsignedRequest {
  readonly method: 'HEAD' | 'GET';
  /** As the `Host` header says it, with a port that is not the protocol's own. */
  readonly host: string;
  /** Encoded once, by `encodeKeyPath`. S3 takes it verbatim: nothing is normalised and nothing encoded twice. */
  readonly path: string;
  /** Canonical, by `canonicalQuery`; without the question mark. */
  readonly query: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
  readonly atMs: number;
}

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const USER_AGENT = 's3-encryption-auditor';

/** All that stays the same for one credential, Region and day. */
interface Scope {
  readonly credentials: SigningCredentials;
  readonly day: string;
  readonly name: string;
  /** Of a text in Latin-1 whose length is always the same. */
  readonly hmac: (text: string) => string;
  readonly signedHeaders: string;
  readonly tokenLine: string;
  readonly authorizationStart: string;
}

/** Signature Version 4 for S3 requests without a body: the signing key is derived once for each credential, Region and day. */
export class SigV4Signer {
  readonly #scopes = new Map<string, Scope>();
  #second = Number.NaN;
  #amzDate = '';

  /** Gives all the headers of the request as `node:http` takes them raw: names and values in turn. */
  sign(request: UnsignedRequest): string[] {
    const { host, credentials } = request;
    const amzDate = this.#dateOf(request.atMs);
    const scope = this.#scopeOf(request.region, credentials, amzDate);
    const canonical = `${request.method}\n${request.path}\n${request.query}\nhost:${host}\nx-amz-content-sha256:${EMPTY_SHA256}\nx-amz-date:${amzDate}\n${scope.tokenLine}\n${scope.signedHeaders}\n${EMPTY_SHA256}`;
    const toSign = `AWS4-HMAC-SHA256\n${amzDate}\n${scope.name}\n${hash('sha256', canonical, 'hex')}`;
    const signature = scope.hmac(toSign);
    const headers = [
      'host',
      host,
      'x-amz-content-sha256',
      EMPTY_SHA256,
      'x-amz-date',
      amzDate,
      'authorization',
      scope.authorizationStart + signature,
      'user-agent',
      USER_AGENT,
    ];
    if (credentials.sessionToken) headers.push('x-amz-security-token', credentials.sessionToken);
    return headers;
  }

  /** `20261121T020304Z`; many requests share a second. */
  #dateOf(atMs: number): string {
    const second = Math.floor(atMs / 1000);
    if (second !== this.#second) {
      this.#amzDate = `${new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
      this.#second = second;
    }
    return this.#amzDate;
  }

  #scopeOf(region: string, credentials: SigningCredentials, amzDate: string): Scope {
    const known = this.#scopes.get(region);
    if (known !== undefined && amzDate.startsWith(known.day) && same(known.credentials, credentials))
      return known;
    const scope = newScope(region, credentials, amzDate.slice(0, 8));
    this.#scopes.set(region, scope);
    return scope;
  }
}

const same = (a: SigningCredentials, b: SigningCredentials): boolean =>
  a === b ||
  (a.accessKeyId === b.accessKeyId &&
    a.secretAccessKey === b.secretAccessKey &&
    a.sessionToken === b.sessionToken);

function newScope(region: string, credentials: SigningCredentials, day: string): Scope {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const name = `${day}/${region}/s3/aws4_request`;
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (from, text) => createHmac('sha256', from).update(text).digest(),
    `AWS4${secretAccessKey}`,
  );
  const signedHeaders = `host;x-amz-content-sha256;x-amz-date${sessionToken ? ';x-amz-security-token' : ''}`;
  return {
    // A copy: a provider that changed its object in place would otherwise seem not to have changed.
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    day,
    name,
    hmac: hmacBy(Buffer.from(key)),
    signedHeaders,
    tokenLine: sessionToken ? `x-amz-security-token:${canonicalValue(sessionToken)}\n` : '',
    authorizationStart: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${name}, SignedHeaders=${signedHeaders}, Signature=`,
  };
}

const BLOCK = 64;
const DIGEST = 32;

/**
 * HMAC-SHA256 in hexadecimal as RFC 2104 writes it, by two one-shot hashes: `createHmac` takes twenty times as long,
 * because it makes a key object, and something for the garbage collector to finish, for every request.
 */
export function hmacBy(key: Buffer): (text: string) => string {
  const outer = Buffer.alloc(BLOCK + DIGEST);
  let inner = Buffer.alloc(BLOCK);
  // A signing key is shorter than a block; what is left of the block counts as zero.
  for (let i = 0; i < BLOCK; i++) {
    inner[i] = (key[i] ?? 0) ^ 0x36;
    outer[i] = (key[i] ?? 0) ^ 0x5c;
  }
  return (text) => {
    const size = BLOCK + text.length;
    if (inner.length !== size) inner = Buffer.concat([inner.subarray(0, BLOCK)], size);
    inner.write(text, BLOCK, 'latin1');
    outer.write(hash('sha256', inner, 'binary'), BLOCK, 'binary');
    return hash('sha256', outer, 'hex');
  };
}

const canonicalValue = (value: string): string => value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');

/** All but unreserved characters percent-encoded, as Signature Version 4 wants it. Throws `URIError` for a lone surrogate. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A key as the path of a request: encoded exactly once, `/` kept, and `//`, `./` and `../` verbatim. */
export function encodeKeyPath(key: string): string {
  if (/^[\w.~/-]*$/.test(key)) return key;
  return encodeStrictly(key).replaceAll('%2F', '/');
}

/** A query in canonical form: encoded, and sorted by name. Parameters without a value are left out. */
export function canonicalQuery(parameters: Readonly<Record<string, string | undefined>>): string {
  const pairs: string[] = [];
  for (const name of Object.keys(parameters).sort()) {
    const value = parameters[name];
    if (value !== undefined) pairs.push(`${encodeStrictly(name)}=${encodeStrictly(value)}`);
  }
  return pairs.join('&');
}
