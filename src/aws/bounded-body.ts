/**
 * Takes the body of an answer and gives its bytes, or `undefined` where it has more than allowed: then the rest is not
 * read, and its connection is closed. A length or a range that was asked for is a promise that a server may break.
 */
export async function boundedBody(body: unknown, mostBytes: number): Promise<Buffer | undefined> {
  if (!isBytes(body)) return Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.byteLength;
    if (length > mostBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Whether a body can be read piece by piece. */
export const isBytes = (body: unknown): body is AsyncIterable<Uint8Array> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
