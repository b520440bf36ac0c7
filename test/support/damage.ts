import fc from 'fast-check';

/** One thing that happens to a file. */
export interface Damage {
  readonly kind: 'flip' | 'cut' | 'drop' | 'double' | 'swap' | 'insert' | 'zero';
  readonly at: number;
  readonly length: number;
  readonly byte: number;
}

export const someDamage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'drop', 'double', 'swap', 'insert', 'zero'),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 600 }),
  byte: fc.integer({ min: 1, max: 255 }),
});

/** What happens to files: bits flip, ends are cut off, pieces are lost, doubled, swapped, put in, or zeroed. */
export function damaged(bytes: Buffer, { kind, at, length, byte }: Damage): Buffer {
  if (bytes.length === 0) return bytes;
  const from = at % bytes.length;
  const to = Math.min(bytes.length, from + length);
  const [before, piece, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
  switch (kind) {
    case 'flip':
      return Buffer.concat([before, Buffer.from([(bytes[from] ?? 0) ^ byte]), bytes.subarray(from + 1)]);
    case 'cut':
      return before;
    case 'drop':
      return Buffer.concat([before, after]);
    case 'double':
      return Buffer.concat([before, piece, piece, after]);
    case 'swap':
      return Buffer.concat([before, after.subarray(0, length), piece, after.subarray(length)]);
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(length, byte), bytes.subarray(from)]);
    case 'zero':
      return Buffer.concat([before, Buffer.alloc(piece.length), after]);
  }
}
