import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The compressed bytes are none, or end too early. */
export class NotGzip extends Error {
  override readonly name = 'NotGzip';
}

/**
 * Unpacks gzip piece by piece, never holding more than a piece, so that what a small file unpacks to is bounded by what
 * its reader keeps. Throws `NotGzip`; what the bytes' own source throws passes through.
 */
export async function* gunzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const unpacking = createGunzip();
  const given = { bytes: 0 };
  pipeline(Readable.from(counted(bytes, given)), unpacking, () => {});
  try {
    for await (const piece of unpacking) yield Buffer.from(piece);
  } catch (error) {
    if (isZlibError(error)) throw new NotGzip(error.message, { cause: error });
    throw error;
  }
  // zlib ends without a word at a zero byte behind a member, whatever comes after it.
  if (unpacking.bytesWritten < given.bytes) throw new NotGzip('other bytes follow its end');
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  given: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    given.bytes += piece.byteLength;
    yield piece;
  }
}

const isZlibError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');

/** Whether bytes begin as gzip does. */
export const beginsAsGzip = (start: Uint8Array): boolean => start[0] === 0x1f && start[1] === 0x8b;

/** The first bytes of a source, at least as many as asked for where there are so many, and all of it from the start again. */
export async function peek(
  bytes: AsyncIterable<Uint8Array>,
  least: number,
): Promise<{ readonly start: Buffer; readonly all: AsyncGenerator<Uint8Array> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (start.length < least) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    start = Buffer.concat([start, value]);
  }
  return { start, all: again(start, iterator) };
}

async function* again(start: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (start.length > 0) yield start;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** All of a small file as text. `undefined` where it is longer than allowed or no UTF-8. */
export async function readSmallText(
  bytes: AsyncIterable<Uint8Array>,
  mostBytes: number,
): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.byteLength;
    if (length > mostBytes) return undefined;
    pieces.push(piece);
  }
  return decodeUtf8(Buffer.concat(pieces));
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes as text; `undefined` where they are no UTF-8: a replaced character would make a key another key. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return undefined;
  }
}
