import type { Json } from './observation.ts';

/** Deeper than any description a client writes, and shallow enough for every stack. */
export const MAX_JSON_DEPTH = 64;
/** Well above the 64 KiB of an instruction file, the largest JSON that is read here. */
export const MAX_JSON_LENGTH = 1_048_576;

export type JsonFault = 'not JSON' | 'duplicate name' | 'too deep' | 'too long' | 'number out of range';
export type JsonParse =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly why: JsonFault };

/**
 * Parses JSON (RFC 8259) strictly, with objects as Maps, and never throws. A name that stands twice is refused: clients
 * differ in which one they take, and the auditor must not pick one in silence. So is a number that a double cannot hold.
 */
export function parseJson(text: string): JsonParse {
  if (text.length > MAX_JSON_LENGTH) return { ok: false, why: 'too long' };
  try {
    return { ok: true, value: new JsonReader(text).document() };
  } catch (error) {
    if (error instanceof JsonRefusal) return { ok: false, why: error.why };
    throw error;
  }
}

/** True for a JSON object, which here is a Map. */
export const isJsonObject = (value: Json | undefined): value is ReadonlyMap<string, Json> =>
  value instanceof Map;

/** True for a JSON array. */
export const isJsonArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Compares as JSON: numbers by value, arrays in order, objects whatever the order of their members. */
export function jsonEquals(a: Json, b: Json): boolean {
  if (isJsonObject(a))
    return isJsonObject(b) && a.size === b.size && [...a].every((member) => holds(b, member));
  if (isJsonArray(a)) {
    return isJsonArray(b) && a.length === b.length && a.every((item, i) => equalsMaybe(item, b[i]));
  }
  return a === b;
}

const holds = (object: ReadonlyMap<string, Json>, [name, value]: readonly [string, Json]): boolean =>
  equalsMaybe(value, object.get(name));

const equalsMaybe = (a: Json, b: Json | undefined): boolean => b !== undefined && jsonEquals(a, b);

/** Writes compact JSON, members in the order of the Map. */
export function jsonText(value: Json): string {
  if (isJsonObject(value)) {
    return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(',')}}`;
  }
  return isJsonArray(value) ? `[${value.map(jsonText).join(',')}]` : JSON.stringify(value);
}

/** Leaves the reader's recursion; never leaves `parseJson`. */
class JsonRefusal extends Error {
  override readonly name = 'JsonRefusal';
  readonly why: JsonFault;
  constructor(why: JsonFault) {
    super(why);
    this.why = why;
  }
}

const WHITESPACE = ' \t\n\r';
/** Sticky, so each looks at the reader's position alone. */
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const HEX4 = /[0-9a-fA-F]{4}/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Json {
    const value = this.#value(0);
    if (this.#peek() !== '') throw new JsonRefusal('not JSON');
    return value;
  }

  #value(depth: number): Json {
    switch (this.#peek()) {
      case '{':
        return this.#object(depth + 1);
      case '[':
        return this.#array(depth + 1);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): Json {
    const members = new Map<string, Json>();
    this.#enter('{', depth);
    if (this.#take('}')) return members;
    do {
      if (this.#peek() !== '"') throw new JsonRefusal('not JSON');
      const name = this.#string();
      if (members.has(name)) throw new JsonRefusal('duplicate name');
      this.#expect(':');
      members.set(name, this.#value(depth));
    } while (this.#take(','));
    this.#expect('}');
    return members;
  }

  #array(depth: number): Json {
    const items: Json[] = [];
    this.#enter('[', depth);
    if (this.#take(']')) return items;
    do {
      items.push(this.#value(depth));
    } while (this.#take(','));
    this.#expect(']');
    return items;
  }

  #enter(bracket: string, depth: number): void {
    if (depth > MAX_JSON_DEPTH) throw new JsonRefusal('too deep');
    this.#expect(bracket);
  }

  #string(): string {
    const parts: string[] = [];
    let from = ++this.#at;
    for (;;) {
      const char = this.#text.charAt(this.#at);
      // An empty `char` is the end of the text, and compares below the space too.
      if (char < ' ') throw new JsonRefusal('not JSON');
      if (char === '"' || char === '\\') parts.push(this.#text.slice(from, this.#at));
      this.#at++;
      if (char === '"') return parts.join('');
      if (char === '\\') {
        parts.push(this.#escape());
        from = this.#at;
      }
    }
  }

  #escape(): string {
    const char = this.#text.charAt(this.#at++);
    if (char === 'u') return String.fromCharCode(Number.parseInt(this.#match(HEX4), 16));
    const plain = ESCAPES.get(char);
    if (plain === undefined) throw new JsonRefusal('not JSON');
    return plain;
  }

  #number(): number {
    const value = Number(this.#match(NUMBER));
    // Past these, two different texts become one double and would compare as equal.
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      throw new JsonRefusal('number out of range');
    }
    return value;
  }

  #word<T extends Json>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new JsonRefusal('not JSON');
    this.#at += word.length;
    return value;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new JsonRefusal('not JSON');
    this.#at += found.length;
    return found;
  }

  #expect(char: string): void {
    if (!this.#take(char)) throw new JsonRefusal('not JSON');
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }

  /** The next character that is no whitespace; empty at the end. */
  #peek(): string {
    while (this.#at < this.#text.length && WHITESPACE.includes(this.#text.charAt(this.#at))) this.#at++;
    return this.#text.charAt(this.#at);
  }
}
