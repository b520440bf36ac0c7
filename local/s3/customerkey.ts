import { createHash } from 'node:crypto';
import type { Headers } from './call.ts';
import { accessDenied, invalidArgument, invalidRequest } from './errors.ts';
import type { StoredEncryption } from './store.ts';

const PREFIX = 'x-amz-server-side-encryption-customer-';
const COPY_SOURCE_PREFIX = 'x-amz-copy-source-server-side-encryption-customer-';

/** The MD5 of the SSE-C key that a request carries, checked against the key; `undefined` without one. */
export function requestedCustomerKey(headers: Headers, prefix = PREFIX): string | undefined {
  const algorithm = headers[`${prefix}algorithm`];
  const key = headers[`${prefix}key`];
  const md5 = headers[`${prefix}key-md5`];
  if (algorithm === undefined && key === undefined && md5 === undefined) return undefined;
  if (algorithm === undefined) {
    throw invalidArgument(
      'Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.',
    );
  }
  if (algorithm !== 'AES256') {
    throw invalidArgument('The encryption algorithm specified is not supported: it must be AES256.');
  }
  const secret = Buffer.from(key ?? '', 'base64');
  if (secret.length !== 32) {
    throw invalidArgument(
      'Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.',
    );
  }
  if (md5 === undefined) {
    throw invalidArgument(
      'Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.',
    );
  }
  if (createHash('md5').update(secret).digest('base64') !== md5) {
    throw invalidArgument('The calculated MD5 hash of the key did not match the hash that was provided.');
  }
  return md5;
}

/** The MD5 of the key that CopyObject gives for its source. */
export function copySourceCustomerKey(headers: Headers): string | undefined {
  return requestedCustomerKey(headers, COPY_SOURCE_PREFIX);
}

/** Refuses a read whose SSE-C headers do not fit the version: missing, needless, or of another key. */
export function requireCustomerKey(encryption: StoredEncryption, offered: string | undefined): void {
  const needed = encryption.customerKeyMd5;
  if (needed === offered) return;
  if (needed === undefined) {
    throw invalidRequest('The encryption parameters are not applicable to this object.');
  }
  if (offered === undefined) {
    throw invalidRequest(
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    );
  }
  throw accessDenied();
}
