/** One word of a command line, quotes removed, with the offset at which it begins. */
export interface ShellWord {
  readonly text: string;
  readonly start: number;
  /** There where its expansions stand in double quotes alone: the shell makes one word of them. */
  readonly inQuotes?: true;
}

/** The commands of a shell text, and where a quote was left open: the word that it stands in is left out. */
export interface ShellText {
  readonly commands: readonly (readonly ShellWord[])[];
  readonly open?: { readonly at: number; readonly quote: string };
}

const BLANK = /[ \t\r]/;
const OPERATOR = /[\n;&|()]/;
const REDIRECTION = /<<<|<<-?|>>|[<>]&|>\||<>|[<>]/y;
/** `<KMS Key Id>` within a word is somebody's placeholder: as a redirection it would stand apart. */
const PLACEHOLDER = /<[^<>\n"'`$;&|]{1,80}>/y;
/** As long as a line of a script, so that a text of a million `${` costs no square of it. */
const EXPANSION =
  /\$?\{\{[^{}\n"']{0,200}\}\}|\{%[^{}\n"']{0,200}%\}|\$\{(?:[^{}\n]|\$\{[^{}\n]{0,200}\}){0,200}\}|\$\((?:[^()\n]|\((?:[^()\n]|\([^()\n]{0,99}\)){0,99}\)){0,200}\)|`[^`\n]{0,200}`/y;
const ESCAPED_IN_QUOTES = '$`"\\';

class ShellReader {
  readonly #text: string;
  readonly #operators: boolean;
  readonly #commands: ShellWord[][] = [];
  #words: ShellWord[] = [];
  #word: string[] = [];
  #start: number | undefined;
  #at = 0;
  /** An expansion of the word stands outside of quotes, so the shell may make any number of words of it. */
  #splits = false;
  #hasQuotes = false;
  /** The next word is the file of a redirection. */
  #redirected = false;
  #heredoc = false;
  /** The lines that end the documents that begin after this line. */
  #ends: string[] = [];
  /** Documents without an end: looking for each to the end of the text would cost its square. */
  #endless = 0;
  #open: ShellText['open'];

  constructor(text: string, operators: boolean) {
    this.#text = text;
    this.#operators = operators;
  }

  read(): ShellText {
    while (this.#at < this.#text.length) this.#next(this.#text.charAt(this.#at));
    this.#endCommand();
    return { commands: this.#commands, ...(this.#open === undefined ? {} : { open: this.#open }) };
  }

  #next(char: string): void {
    if (char === '$' || char === '`' || char === '{') this.#splits = true;
    if (char === "'" || char === '"') this.#quoted(char);
    else if (char === '\\') this.#escape();
    else if (BLANK.test(char) || (char === '\n' && !this.#operators)) this.#separate(() => this.#endWord());
    else if (char === '#' && this.#start === undefined && this.#operators) this.#comment();
    else if ('$`<{'.includes(char) && this.#taken(char)) return;
    else if (this.#operators && (char === '<' || char === '>')) this.#redirect();
    else if (this.#operators && OPERATOR.test(char)) {
      this.#separate(() => this.#endCommand());
      if (char === '\n') this.#documents();
    } else this.#add(char, 1);
  }

  #taken(char: string): boolean {
    const pattern = char === '<' ? PLACEHOLDER : EXPANSION;
    if (char === '<' && this.#start === undefined) return false;
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return false;
    this.#add(found, found.length);
    return true;
  }

  #quoted(quote: string): void {
    const from = this.#at;
    this.#hasQuotes = true;
    this.#add('', 1);
    for (;;) {
      const char = this.#text.charAt(this.#at);
      if (char === '') {
        this.#open ??= { at: from, quote };
        this.#word = [];
        this.#start = undefined;
        return;
      }
      if (char === quote) break;
      if (quote === '"' && (char === '$' || char === '`') && this.#taken(char)) continue;
      const next = this.#text.charAt(this.#at + 1);
      if (char === '\\' && quote === '"' && next === '\n') this.#add('', 2);
      else if (char === '\\' && quote === '"' && next !== '' && ESCAPED_IN_QUOTES.includes(next)) {
        this.#add(next, 2);
      } else this.#add(char, 1);
    }
    this.#at++;
  }

  #escape(): void {
    const line = /\\\r?\n/y;
    line.lastIndex = this.#at;
    const [ended] = line.exec(this.#text) ?? [];
    if (ended === undefined) this.#add(this.#text.charAt(this.#at + 1), 2);
    else this.#at += ended.length;
  }

  /** `2>&1`, `>file` and `<<EOF` are no words of the command, wherever they stand in it. */
  #redirect(): void {
    if (/^\d+$/.test(this.#word.join(''))) {
      this.#word = [];
      this.#start = undefined;
    }
    this.#endWord();
    REDIRECTION.lastIndex = this.#at;
    const [sign = ''] = REDIRECTION.exec(this.#text) ?? [];
    this.#at += sign.length;
    this.#redirected = true;
    this.#heredoc = sign === '<<' || sign === '<<-';
  }

  /** A here-document is no command. It is kept as one word, since what it feeds may run it. */
  #documents(): void {
    for (const end of this.#ends.splice(0)) {
      if (this.#endless > 99) return;
      const from = this.#at;
      for (let at = from; at < this.#text.length; ) {
        const next = this.#text.indexOf('\n', at);
        const stop = next === -1 ? this.#text.length : next;
        const line = this.#text.slice(at, stop).replace(/^\t+|\r$/gu, '');
        at = stop + 1;
        if (line !== end) continue;
        this.#commands.push([{ text: this.#text.slice(from, stop), start: from }]);
        this.#at = at;
        break;
      }
      if (this.#at === from) this.#endless++;
    }
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  #add(text: string, length: number): void {
    this.#start ??= this.#at;
    this.#word.push(text);
    this.#at += length;
  }

  #separate(end: () => void): void {
    end();
    this.#at++;
  }

  #endWord(): void {
    if (this.#start === undefined) return;
    const text = this.#word.join('');
    const inQuotes = this.#hasQuotes && !this.#splits && /[$`{]/.test(text);
    const word = { text, start: this.#start, ...(inQuotes ? { inQuotes } : {}) };
    if (!this.#redirected) this.#words.push(word);
    else if (this.#heredoc) this.#ends.push(text);
    this.#heredoc = false;
    this.#redirected = false;
    this.#splits = false;
    this.#hasQuotes = false;
    this.#word = [];
    this.#start = undefined;
  }

  #endCommand(): void {
    this.#endWord();
    this.#redirected = false;
    if (this.#words.length > 0) this.#commands.push(this.#words);
    this.#words = [];
  }
}

/**
 * Takes a shell text and gives its commands as words, as POSIX quotes them; expansions stay as they are written. With
 * `operators: false` it is one command, as a parameter is that no shell sees.
 */
export const readShell = (text: string, { operators }: { readonly operators: boolean }): ShellText =>
  new ShellReader(text, operators).read();
