/** One regular expression as it stands in a source. */
export interface RegexpLiteral {
  readonly pattern: string;
  readonly flags: string;
  readonly line: number;
}

/** Behind these words an expression begins, so that a slash is no division. */
const BEFORE_EXPRESSION: ReadonlySet<string> = new Set(
  'return typeof case in of void delete throw new else do yield await instanceof'.split(' '),
);
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$_]*/uy;
const NUMBER = /[0-9][0-9A-Za-z_.]*/y;

/** Reads TypeScript only as far as it takes to tell a regular expression from a division, a comment and text. */
class Scanner {
  readonly found: RegexpLiteral[] = [];
  readonly #source: string;
  #at = 0;
  /** Whether a slash would begin a regular expression here. */
  #expects = true;

  constructor(source: string) {
    this.#source = source;
  }

  /** Reads to the end, or to the brace that closes a part of a template. */
  scan(inTemplate: boolean): void {
    for (let depth = 0; this.#at < this.#source.length; ) {
      const character = this.#source[this.#at] ?? '';
      if (/\s/.test(character)) this.#at += 1;
      else if (this.#startsWith('//')) this.#skipTo('\n');
      else if (this.#startsWith('/*')) this.#skipTo('*/');
      else if (character === "'" || character === '"') this.#text(character);
      else if (character === '`') this.#template();
      else if (character === '/' && this.#expects) this.#regexp();
      else if (this.#takes(WORD) || this.#takes(NUMBER)) continue;
      else {
        if (character === '{') depth += 1;
        if (character === '}' && depth === 0 && inTemplate) return;
        if (character === '}') depth -= 1;
        this.#at += 1;
        this.#expects = !(character === ')' || character === ']' || character === '}');
      }
    }
  }

  #startsWith = (text: string): boolean => this.#source.startsWith(text, this.#at);

  #skipTo(end: string): void {
    const found = this.#source.indexOf(end, this.#at);
    this.#at = found === -1 ? this.#source.length : found + end.length;
  }

  #takes(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const [word] = pattern.exec(this.#source) ?? [];
    if (word === undefined) return false;
    this.#at += word.length;
    this.#expects = BEFORE_EXPRESSION.has(word);
    return true;
  }

  #text(quote: string): void {
    this.#at += 1;
    while (this.#at < this.#source.length && this.#source[this.#at] !== quote) {
      this.#at += this.#source[this.#at] === '\\' ? 2 : 1;
    }
    this.#at += 1;
    this.#expects = false;
  }

  #template(): void {
    this.#at += 1;
    while (this.#at < this.#source.length && this.#source[this.#at] !== '`') {
      if (this.#startsWith('${')) {
        this.#at += 2;
        this.#expects = true;
        this.scan(true);
        this.#at += 1;
      } else this.#at += this.#source[this.#at] === '\\' ? 2 : 1;
    }
    this.#at += 1;
    this.#expects = false;
  }

  #regexp(): void {
    const start = this.#at + 1;
    let inClass = false;
    for (this.#at = start; this.#at < this.#source.length; this.#at++) {
      const character = this.#source[this.#at];
      if (character === '\\') this.#at += 1;
      else if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
      else if (character === '/' && !inClass) break;
      else if (character === '\n') throw new Error(`no regular expression at ${start}`);
    }
    const pattern = this.#source.slice(start, this.#at);
    const [flags = ''] = /^[a-z]*/.exec(this.#source.slice(this.#at + 1)) ?? [];
    this.#at += 1 + flags.length;
    this.#expects = false;
    this.found.push({ pattern, flags, line: this.#source.slice(0, start).split('\n').length });
  }
}

/** Every regular expression literal of a TypeScript source, in order. */
export function regexpLiterals(source: string): readonly RegexpLiteral[] {
  const scanner = new Scanner(source);
  scanner.scan(false);
  return scanner.found;
}
