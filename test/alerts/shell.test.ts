import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditCommand, headObjectCommand, rekeyCommand, shellWord } from '../../src/alerts/shell.ts';
import { printable } from '../../src/objects/printable.ts';
import { FUZZ_RUNS } from '../support/fuzz.ts';
import { hostileText, KEY_B } from './records.ts';

/** What bash makes of the words, each ended by a NUL. */
const words = (text: string): readonly string[] =>
  execFileSync('bash', ['-c', `printf '%s\\0' ${text}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

describe('a shell word', () => {
  it('is what bash reads back, byte for byte, whatever the text', () => {
    const texts = fc
      .sample(hostileText(60), Math.min(FUZZ_RUNS, 2000))
      .concat(['', '~', '=ls', '$(id)', '`id`', '!!', 'a b', "it's", '*', '-n', '\u202e', '😀\u0007', '\\'])
      .flatMap((text) => {
        const word = shellWord(text);
        return word === undefined ? [] : [{ text, word }];
      });
    expect(words(texts.map((one) => one.word).join(' '))).toEqual(texts.map((one) => one.text));
    for (const { word } of texts) expect(printable(word)).toBe(word);
  });

  it('is refused for what no command line can hold', () => {
    expect(shellWord('a\0b')).toBeUndefined();
    expect(shellWord('a\ud800')).toBeUndefined();
  });

  it('stays bare where nothing needs quotes', () => {
    expect(shellWord('tenants/b/day=1/part-0.parquet')).toBe('tenants/b/day=1/part-0.parquet');
    expect(shellWord('=ls')).toBe("'=ls'");
  });
});

describe('the commands', () => {
  it('name bucket, key and version', () => {
    expect(headObjectCommand({ bucket: 'b', key: "it's", versionId: 'v.1' })).toBe(
      "aws s3api head-object --bucket b --key 'it'\\''s' --version-id v.1",
    );
  });

  it('a key that begins with a dash is no option', () => {
    expect(headObjectCommand({ bucket: 'b', key: '--debug' })).toContain('--key=--debug');
  });

  it.each(['file:///etc/passwd', 'FILEB://x', 'https://example.com/'])(
    'a key such as %s never has the AWS CLI read a file or page in its place',
    (key) => {
      const command = headObjectCommand({ bucket: 'b', key, versionId: '-v' });
      expect(command).not.toContain('--key');
      expect(words(command ?? '').at(-1)).toBe(JSON.stringify({ Bucket: 'b', Key: key, VersionId: '-v' }));
    },
  );

  it('re-keying names key and bucket key', () => {
    expect(rekeyCommand({ bucket: 'b', key: 'k' }, KEY_B, true)).toBe(
      `aws s3api update-object-encryption --bucket b --key k --object-encryption 'SSEKMS={KMSKeyArn=${KEY_B},BucketKeyEnabled=true}'`,
    );
  });

  it('a re-audit quotes prefix and policy', () => {
    expect(auditCommand('b', 'a b/', 's3://config/policy.yaml')).toBe(
      "s3-encryption-auditor audit 's3://b/a b/' --policy s3://config/policy.yaml",
    );
    expect(auditCommand('b', 'a\0/', 'p')).toBeUndefined();
    expect(auditCommand('b', 'a/', 'p\0')).toBeUndefined();
  });
});
