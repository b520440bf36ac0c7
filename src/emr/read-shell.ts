import { ansiQuoted } from './read-shell-ansi.ts';
import { ShellExpansions } from './read-shell-expansion.ts';

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
const REDIRECTION = /&>>?|<<<|<<-?|>>|[<>]&|>\||<>|[<>]/y;
/** `<KMS Key Id>` within a word is somebody's placeholder: as a redirection it would stand apart. */
const PLACEHOLDER = /<(?:[^<>\n"'`$;&|\\()\s]|[ \t](?![-<>\s])){1,80}>/y;
/** Outside of quotes, a longer one is read as the commands that it holds. */
const LONGEST_WORD = 300;
const ESCAPED_IN_QUOTES = '$`"\\';
class ShellReader {
  readonly #text: string;
  readonly #operators: boolean;
  readonly #expansions: ShellExpansions;
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
  #array = false;
  /** The lines that end the documents that begin after this line. */
  #ends: string[] = [];
  /** Documents without an end: looking for each to the end of the text would cost its square. */
  #endless = 0;
  #open: ShellText['open'];

  constructor(text: string, operators: boolean) {
    this.#text = text;
    this.#operators = operators;
    this.#expansions = new ShellExpansions(text);
  }

  read(): ShellText {
    while (this.#at < this.#text.length) this.#next(this.#text.charAt(this.#at));
    this.#endCommand();
    return { commands: this.#commands, ...(this.#open === undefined ? {} : { open: this.#open }) };
  }

  #next(char: string): void {
    if (char === '$' && this.#operators && this.#dollarQuoted()) return;
    if (char === '$' || char === '{') this.#splits = true;
    if (char === "'" || char === '"') this.#quoted(char);
    else if (char === '\\') this.#escape();
    else if (BLANK.test(char) || (char === '\n' && (this.#array || !this.#operators)))
      this.#separate(() => this.#endWord());
    else if (char === '#' && this.#start === undefined && this.#operators) this.#comment();
    else if ('$`<>{'.includes(char) && this.#taken(char)) return;
    else if (this.#operators && this.#redirects(char)) this.#redirect();
    else if (this.#operators && this.#bracket(char)) this.#separate(() => this.#endWord());
    else if (this.#operators && (OPERATOR.test(char) || char === '`')) {
      this.#separate(() => this.#endCommand());
      if (char === '\n') this.#documents();
    } else this.#add(char, 1);
  }

  /** Of `NAME=(...)`: what stands in it are words of the command, over several lines too. */
  #bracket(char: string): boolean {
    if (char === '(' && /^\w+\+?=$/.test(this.#word.join(''))) {
      this.#array = true;
      return true;
    }
    const ends = char === ')' && this.#array;
    if (OPERATOR.test(char)) this.#array = false;
    return ends;
  }

  #redirects(char: string): boolean {
    return char === '<' || char === '>' || (char === '&' && this.#text.charAt(this.#at + 1) === '>');
  }

  /** `$'it\'s'` is text in quotes, and `$"..."` is `"..."`. */
  #dollarQuoted(): boolean {
    const next = this.#text.charAt(this.#at + 1);
    if (next === '"') {
      this.#add('', 1);
      return true;
    }
    const quoted = next === "'" ? ansiQuoted(this.#text, this.#at) : undefined;
    if (quoted === undefined) return false;
    this.#hasQuotes = true;
    this.#add(quoted.text, quoted.length);
    return true;
  }

  /** Takes an expansion, or a placeholder within a word, as it is written. */
  #taken(char: string, inQuotes = false): boolean {
    const isProcess = char === '<' || char === '>';
    const end = isProcess && !this.#operators ? undefined : this.#expansions.end(this.#at, { inQuotes });
    const found = end === undefined ? '' : this.#text.slice(this.#at, end);
    const isCommands = !inQuotes && this.#operators && (found.length > LONGEST_WORD || found.includes('\n'));
    if (found !== '' && !(isCommands && !found.startsWith('${'))) {
      this.#add(found, found.length);
      if (!inQuotes && !isProcess) this.#splits = true;
      return true;
    }
    if (char !== '<' || this.#start === undefined) return false;
    PLACEHOLDER.lastIndex = this.#at;
    const [placeholder] = PLACEHOLDER.exec(this.#text) ?? [];
    if (placeholder === undefined) return false;
    this.#add(placeholder, placeholder.length);
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
      if (quote === '"' && (char === '$' || char === '`') && this.#taken(char, true)) continue;
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
    if (!this.#hasQuotes && /^(?:\d+|\{\w+\})$/.test(this.#word.join(''))) {
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
