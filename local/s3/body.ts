import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Headers } from './call.ts';
import { invalidRequest, S3Error } from './errors.ts';

export interface ReadBody {
  readonly body: Buffer;
  /** The request's headers and its trailers. */
  readonly headers: Headers;
}

const CHUNKED = 'aws-chunked';

/** The body as it is to be stored, out of its aws-chunked framing when the request has one. */
export function readS3Body(body: Buffer, headers: Headers): ReadBody {
  const encodings = (headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  if (!encodings.includes(CHUNKED) && headers['x-amz-content-sha256']?.startsWith('STREAMING-') !== true) {
    return { body, headers };
  }
  const chunks: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const lineEnd = body.indexOf('\r\n', offset);
    const size = Number.parseInt(body.toString('latin1', offset, lineEnd === -1 ? offset : lineEnd), 16);
    if (Number.isNaN(size)) throw incompleteBody();
    offset = lineEnd + 2;
    if (size === 0) break;
    if (offset + size + 2 > body.length) throw incompleteBody();
    chunks.push(body.subarray(offset, offset + size));
    offset += size + 2;
  }
  const decoded = Buffer.concat(chunks);
  const declared = headers['x-amz-decoded-content-length'];
  if (declared !== undefined && Number(declared) !== decoded.length) throw incompleteBody();
  const { 'content-encoding': _, ...others } = headers;
  const kept = encodings.filter((encoding) => encoding !== CHUNKED && encoding !== '').join(',');
  const trailers = readTrailers(body.toString('latin1', offset));
  return {
    body: decoded,
    headers: { ...others, ...(kept === '' ? {} : { 'content-encoding': kept }), ...trailers },
  };
}

function readTrailers(text: string): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    // Only checksums travel as trailers; anything else must not pass for a header that was signed.
    if (name.startsWith('x-amz-checksum-')) trailers[name] = line.slice(colon + 1).trim();
  }
  return trailers;
}

function incompleteBody(): S3Error {
  return new S3Error(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

/** The checksum headers of an upload: those of this list are computed and compared, the others kept as sent. */
const COMPUTED: Readonly<Record<string, (body: Buffer) => string>> = {
  'x-amz-checksum-crc32': (body) => {
    const value = Buffer.alloc(4);
    value.writeUInt32BE(crc32(body));
    return value.toString('base64');
  },
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest('base64'),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest('base64'),
};
const KEPT = ['x-amz-checksum-crc32c', 'x-amz-checksum-crc64nvme'];

/** Compares the body with the digests that came with it, and answers the checksum headers. */
export function verifyBody(body: Buffer, headers: Headers): Record<string, string> {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && createHash('md5').update(body).digest('base64') !== md5) {
    throw new S3Error(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const checksums: Record<string, string> = {};
  for (const [name, compute] of Object.entries(COMPUTED)) {
    const sent = headers[name];
    if (sent === undefined) continue;
    if (compute(body) !== sent) {
      const algorithm = name.slice('x-amz-checksum-'.length).toUpperCase();
      throw new S3Error(
        400,
        'BadDigest',
        `The ${algorithm} you specified did not match the calculated checksum.`,
      );
    }
    checksums[name] = sent;
  }
  for (const name of KEPT) if (headers[name] !== undefined) checksums[name] = headers[name];
  return checksums;
}

/** Configuration and DeleteObjects bodies must come with a digest. */
export function requireDigest(body: Buffer, headers: Headers): void {
  const checksums = verifyBody(body, headers);
  if (headers['content-md5'] !== undefined || Object.keys(checksums).length > 0) return;
  throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
}
