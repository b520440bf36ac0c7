import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonLines, jsonValues, MOST_VALUE_BYTES, NotResults } from '../../src/reaudit/summary-run-values.ts';
import { fuzzRuns } from '../support/fuzz.ts';

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function gather<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
const read = (text: string, size = 3) => gather(jsonValues(pieces(text, size)));

const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());

describe('the values of a result file', () => {
  it('come back as they were written, one a line, however the file is cut into pieces', async () => {
    const lines = fc.array(object, { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 40 }), async (values, size) => {
        const text = values.map((value) => `${JSON.stringify(value)}\n`).join('');
        expect(await read(text, size)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
      { numRuns: fuzzRuns({ every: 4 }) },
    );
  });

  it('come back as they were written in one list, indented or not', async () => {
    const lists = fc.array(fc.oneof(object, fc.jsonValue()), { maxLength: 5 });
    const space = fc.constantFrom(undefined, 2, '\t');
    await fc.assert(
      fc.asyncProperty(lists, space, fc.integer({ min: 1, max: 40 }), async (values, indent, size) => {
        const text = `\n ${JSON.stringify(values, null, indent)}\n`;
        expect(await read(text, size)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
      { numRuns: fuzzRuns({ every: 4 }) },
    );
  });

  it.each(['', '\n\n', ' ', '[]', '[ ]\n'])('of %j are none', async (text) => {
    expect(await read(text)).toEqual([]);
  });

  it('need no newline at the end, take one that Windows writes, and leave out blank lines', async () => {
    expect(await read('{"a":1}\r\n\n{"b":2}')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it.each(['{"a":1}\n{"b":', 'nonsense', '[{"a":1},{"b":', '[{"a":1}', '["a', '[1,'])(
    'cut short or no JSON are refused and never passed over: %j',
    async (text) => {
      await expect(read(text)).rejects.toBeInstanceOf(NotResults);
    },
  );

  it('are refused where bytes are no UTF-8', async () => {
    async function* bad(): AsyncGenerator<Uint8Array> {
      yield Buffer.from([0x22, 0xff, 0x22, 0x0a]);
    }
    await expect(gather(jsonValues(bad()))).rejects.toBeInstanceOf(NotResults);
  });

  it('are refused, and not gathered, where one is longer than Step Functions can have written', async () => {
    let given = 0;
    async function* endless(first: string): AsyncGenerator<Uint8Array> {
      yield Buffer.from(first);
      for (;;) {
        given += 65_536;
        yield Buffer.alloc(65_536, 'x');
      }
    }
    for (const first of ['"', '["']) {
      given = 0;
      await expect(gather(jsonValues(endless(first)))).rejects.toBeInstanceOf(NotResults);
      expect(given).toBeLessThan(MOST_VALUE_BYTES + 3 * 65_536);
    }
  });
});

describe('the lines of a part', () => {
  it('come back as bytes, blank ones left out', async () => {
    const lines = await gather(jsonLines(pieces('a\n\nbé\nc', 2)));
    expect(lines.map((line) => Buffer.from(line).toString())).toEqual(['a', 'bé', 'c']);
  });
});
