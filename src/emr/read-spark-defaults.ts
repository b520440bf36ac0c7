import type { ReadingLog } from './read-log.ts';
import type { Placing } from './read-place.ts';
import { readProperty } from './read-setting.ts';

/** One entry of a properties file, its lines joined where one ends in a backslash. */
interface Line {
  readonly text: string;
  readonly start: number;
}

const COMMENT = /^[ \t]*[#!]/u;
const ENTRY =
  /^([A-Za-z][A-Za-z0-9_.$@-]*(?:\\.[A-Za-z0-9_.$@-]*)*)(?:[ \t]*=[ \t]*|[ \t]+(?![ \t:])|$)(.*)$/su;
const CALL =
  /(?:^|[\s"'(=`;&|/])(?:aws\s+emr(?:-containers|-serverless)?|spark-(?:submit|shell|sql)|pyspark|sparkR)\s/u;
const FLAG = /^[^\s=]+\s+(?:--conf|-c)[\s=]/u;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(.))/gsu;
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
]);

function continues(line: string): boolean {
  let slashes = 0;
  while (line.charAt(line.length - 1 - slashes) === '\\') slashes++;
  return slashes % 2 === 1;
}

/** The entries of the text, comments and empty lines left out. */
function lines(text: string): readonly Line[] {
  const found: Line[] = [];
  let open: { readonly start: number; readonly parts: string[] } | undefined;
  let start = 0;
  // A carriage return alone ends a line of a properties file too; the length stays, so do the places.
  for (const raw of text.replace(/\r(?!\n)/gu, '\n').split('\n')) {
    const line = raw.replace(/\r$/u, '');
    // As Java trims: a no-break space belongs to the name.
    const trimmed = line.replace(/^[ \t\f]+/u, '');
    if (open === undefined && (trimmed === '' || COMMENT.test(line))) {
      start += raw.length + 1;
      continue;
    }
    open ??= { start: start + line.length - trimmed.length, parts: [] };
    const goesOn = continues(line);
    open.parts.push(goesOn ? trimmed.slice(0, -1) : trimmed);
    if (!goesOn) {
      found.push({ text: open.parts.join(''), start: open.start });
      open = undefined;
    }
    start += raw.length + 1;
  }
  if (open !== undefined) found.push({ text: open.parts.join(''), start: open.start });
  return found;
}

const unescaped = (text: string): string =>
  text.replace(ESCAPE, (_all, hex: string | undefined, letter: string | undefined) =>
    hex === undefined
      ? (LETTERS.get(letter ?? '') ?? letter ?? '')
      : String.fromCharCode(Number.parseInt(hex, 16)),
  );

/** Java refuses a file with a `\u` that four digits do not follow. */
const hasBadEscape = (line: string): boolean =>
  [...line.matchAll(ESCAPE)].some(([, , letter]) => letter === 'u');

/** A line of a script that calls Spark or the CLI. Names of Spark's properties hold a dot, and commands none. */
function isCommand(line: string): boolean {
  const [name = ''] = line.split(/[\s=]/u);
  return FLAG.test(line) || (!name.includes('.') && CALL.test(line.trim()));
}

/** True where every line is `name value` or `name=value`, and one of them is Spark's or of S3. */
export function isSparkDefaults(text: string, source: string): boolean {
  const found = lines(text);
  if (!found.every(({ text: line }) => ENTRY.test(line) && !isCommand(line) && !hasBadEscape(line))) {
    return false;
  }
  return (
    /spark-defaults(?:\.conf)?$/u.test(source) ||
    found.some(({ text: line }) => /^(?:spark|fs\.s3[an]?)\./u.test(line))
  );
}

/** Takes the text of a `spark-defaults.conf` (a Java properties file) and reads it. */
export function readSparkDefaults(text: string, place: Placing, log: ReadingLog): void {
  for (const line of lines(text)) {
    const [, name = '', value = ''] = ENTRY.exec(line.text) ?? [];
    readProperty(
      {
        name: unescaped(name),
        value: unescaped(value).trim(),
        layer: 'spark-defaults',
        place: place(line.start),
        repetition: 'spark-defaults',
      },
      log,
    );
  }
}
