import type { HeadAnswer } from '../audit/ports.ts';
import type { ObjectHead } from '../encryption/head.ts';

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

const METADATA = 'x-amz-meta-';
const PLAIN: ReadonlySet<string> = new Set(['content-length', 'etag', 'last-modified']);

/** Reads what a HEAD answered from raw headers, to the same `ObjectHead` that the SDK's adapter gives. */
export function headOfHeaders(rawHeaders: readonly string[]): ObjectHead {
  const metadata = new Map<string, string>();
  const head: Writable<ObjectHead> = { metadata, missingMetadata: 0 };
  const seen = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? '';
    let value = rawHeaders[i + 1] ?? '';
    if (name.startsWith(METADATA)) {
      const short = name.slice(METADATA.length);
      const before = metadata.get(short);
      metadata.set(short, before === undefined ? value : `${before}, ${value}`);
    } else if (name.startsWith('x-amz-')) {
      // As Node joins a header that is repeated; of all others it keeps the first.
      const before = seen.get(name);
      if (before !== undefined) value = `${before}, ${value}`;
      seen.set(name, value);
      readAmz(head, name, value);
    } else if (PLAIN.has(name) && !seen.has(name)) {
      seen.set(name, value);
      readPlain(head, name, value);
    }
  }
  return head;
}

/** An empty value says as much as none. */
function readAmz(head: Writable<ObjectHead>, name: string, value: string): void {
  switch (name) {
    case 'x-amz-server-side-encryption':
      if (value !== '') head.serverSideEncryption = value;
      return;
    case 'x-amz-server-side-encryption-aws-kms-key-id':
      if (value !== '') head.kmsKeyId = value;
      return;
    case 'x-amz-server-side-encryption-bucket-key-enabled':
      head.bucketKeyEnabled = value.toLowerCase() === 'true';
      return;
    case 'x-amz-server-side-encryption-customer-algorithm':
      if (value !== '') head.customerAlgorithm = value;
      return;
    case 'x-amz-missing-meta':
      head.missingMetadata = Number(value);
      return;
    case 'x-amz-version-id':
      if (value !== '' && value !== 'null') head.versionId = value;
      return;
    case 'x-amz-storage-class':
      if (value !== '') head.storageClass = value;
      return;
  }
}

function readPlain(head: Writable<ObjectHead>, name: string, value: string): void {
  switch (name) {
    case 'content-length':
      head.sizeBytes = Number(value);
      return;
    case 'etag': {
      const quoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
      const etag = quoted ? value.slice(1, -1) : value;
      if (etag !== '') head.etag = etag;
      return;
    }
    case 'last-modified': {
      const ms = value.endsWith(' GMT') ? Date.parse(value) : Number.NaN;
      if (!Number.isNaN(ms)) head.lastModifiedMs = ms;
      return;
    }
  }
}

/** What a status that is no success says of an object, by the status alone: a HEAD has no error document. */
export function refusedHead(status: number, region: string | undefined): HeadAnswer {
  switch (status) {
    case 301:
    case 307:
    case 308:
      return { kind: 'wrong-region', ...(region === undefined ? {} : { region }) };
    case 400:
      return { kind: 'bad-request' };
    case 403:
      return { kind: 'denied' };
    case 404:
      return { kind: 'not-found' };
    case 405:
      return { kind: 'method-not-allowed' };
    default:
      return { kind: 'unexpected', status };
  }
}
