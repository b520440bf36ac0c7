import { printable } from '../objects/printable.ts';

/** Needs no quotes; zsh expands a word that begins with `=`. */
const PLAIN = /^[A-Za-z0-9_/.:@%+,-][A-Za-z0-9_/.:@%+=,-]*$/;

/** A parameter value that the AWS CLI would take for the address of a file or page to read in its place. */
const PARAMETER_FILE = /^(?:file|fileb|https?):\/\//i;

/**
 * One word of a shell command (bash, zsh, ksh) that holds exactly this text, and nothing that a terminal obeys.
 * `undefined` where no command line can hold it: U+0000 and lone surrogates.
 */
export function shellWord(text: string): string | undefined {
  if (PLAIN.test(text)) return text;
  if (text.includes('\0') || !text.isWellFormed()) return undefined;
  if (printable(text) === text) return `'${text.replaceAll("'", "'\\''")}'`;
  let quoted = '';
  for (const character of text) {
    if (character === "'" || character === '\\') quoted += `\\${character}`;
    else quoted += printable(character) === character ? character : octal(character);
  }
  return `$'${quoted}'`;
}

/** Bytes in octal, which unlike `\x` and `\u` ends after three digits and depends on no locale. */
const octal = (character: string): string =>
  utf8Bytes(character.codePointAt(0) ?? 0)
    .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
    .join('');

function utf8Bytes(code: number): readonly number[] {
  const tail = (shift: number) => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), tail(0)];
  if (code < 0x10000) return [0xe0 | (code >> 12), tail(6), tail(0)];
  return [0xf0 | (code >> 18), tail(12), tail(6), tail(0)];
}

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** The command that shows what HEAD shows of an object. */
export const headObjectCommand = (object: ObjectAddress): string | undefined =>
  objectCommand('head-object', object, []);

/** The command that re-keys an object in place, its S3 Bucket Key as given. */
export const rekeyCommand = (object: ObjectAddress, key: string, bucketKey: boolean): string | undefined =>
  objectCommand('update-object-encryption', object, [
    `--object-encryption 'SSEKMS={KMSKeyArn=${key},BucketKeyEnabled=${bucketKey}}'`,
  ]);

function objectCommand(
  operation: string,
  object: ObjectAddress,
  rest: readonly string[],
): string | undefined {
  const { bucket, key, versionId } = object;
  const values = versionId === undefined ? [bucket, key] : [bucket, key, versionId];
  const words = values.some((value) => PARAMETER_FILE.test(value))
    ? // As --key this would have the CLI read a file of whoever runs the command, and send what it holds.
      [option('--cli-input-json', JSON.stringify({ Bucket: bucket, Key: key, VersionId: versionId }))]
    : values.map((value, i) => option(['--bucket', '--key', '--version-id'][i] ?? '', value));
  if (words.includes(undefined)) return undefined;
  return ['aws s3api', operation, ...words, ...rest].join(' ');
}

/** A value that begins with a dash stands behind `=`, else it would be taken for an option. */
function option(name: string, value: string): string | undefined {
  const word = shellWord(value);
  return word === undefined ? undefined : `${name}${value.startsWith('-') ? '=' : ' '}${word}`;
}

/** The command that audits a prefix again. */
export function auditCommand(bucket: string, prefix: string, policy: string): string | undefined {
  const location = shellWord(`s3://${bucket}/${prefix}`);
  const source = shellWord(policy);
  if (location === undefined || source === undefined) return undefined;
  return `s3-encryption-auditor audit ${location} --policy ${source}`;
}
