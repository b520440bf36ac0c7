const OPENS: ReadonlyMap<string, string> = new Map([
  ['${', '}'],
  ['$(', ')'],
  ['<(', ')'],
  ['>(', ')'],
]);
/** Of a template: Jinja’s, or of a pipeline. */
const TEMPLATE = /\$?\{\{[^{}\n"']{0,200}\}\}|\{%[^{}\n"']{0,200}%\}/y;
/** Expansions without an end: looking for each to the end of the text would cost its square. */
const MOST_ENDLESS = 99;

/** Finds where an expansion ends, as a shell nests quotes, brackets and expansions in it. */
export class ShellExpansions {
  readonly #text: string;
  /** Where an expansion that was met begins and ends; one without an end has none. */
  readonly #ends = new Map<number, number | undefined>();
  #endless = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The offset after the expansion that begins at the offset; `undefined` where none does, or where it has no end. */
  end(from: number, { inQuotes }: { readonly inQuotes: boolean }): number | undefined {
    TEMPLATE.lastIndex = from;
    const [template] = TEMPLATE.exec(this.#text) ?? [];
    if (template !== undefined) return from + template.length;
    const first = this.#opening(from);
    if (first === undefined || this.#endless > MOST_ENDLESS) return undefined;
    if (this.#ends.has(from)) return this.#ends.get(from);
    const open = [{ at: from, close: first.close }];
    let at = from + first.length;
    for (let top = open.at(-1); top !== undefined && at < this.#text.length; top = open.at(-1)) {
      const char = this.#text.charAt(at);
      const quoted = top.close === '"' || (top.close === '}' && (open.at(-2)?.close === '"' || inQuotes));
      const opening = this.#opening(at);
      if (char === top.close) {
        open.pop();
        at++;
        this.#ends.set(top.at, at);
      } else if (char === '\\') at += 2;
      else if (opening !== undefined && (char === '$' || char === '`' || !quoted)) {
        open.push({ at, close: opening.close });
        at += opening.length;
      } else if (char === '"' || (char === '(' && top.close === ')')) {
        open.push({ at, close: char === '"' ? '"' : ')' });
        at++;
      } else if (char === "'" && !quoted) at = this.#after("'", at + 1);
      else if (char === '#' && top.close === ')' && /[\s(]/.test(this.#text.charAt(at - 1))) {
        at = this.#after('\n', at);
      } else at++;
    }
    if (open.length === 0 && at <= this.#text.length) return at;
    for (const { at: begin } of open) this.#ends.set(begin, undefined);
    this.#endless++;
    return undefined;
  }

  #opening(at: number): { readonly close: string; readonly length: number } | undefined {
    if (this.#text.charAt(at) === '`') return { close: '`', length: 1 };
    const close = OPENS.get(this.#text.slice(at, at + 2));
    return close === undefined ? undefined : { close, length: 2 };
  }

  #after(sign: string, at: number): number {
    const found = this.#text.indexOf(sign, at);
    return found === -1 ? this.#text.length + 1 : found + 1;
  }
}
