import fc from 'fast-check';

/** Few characters, so that keys share beginnings, and those at which UTF-16 and UTF-8 disagree. */
export const anyKey: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'b', '/', '\u{10000}', '\uffff', '\ue000', '\u{10ffff}', '\0'),
    maxLength: 6,
  }),
  fc.string({ unit: 'binary', maxLength: 12 }).filter((key) => key.isWellFormed()),
);
