import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { leavesUnread } from '../../src/emr/problem.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';

const folder = mkdtempSync(join(tmpdir(), 'scripts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(
  join(folder, 'spark-submit'),
  `#!/bin/bash\nprintf '%s\\0' "$0" "$@" '' >> "${folder}/calls"\n`,
);
chmodSync(join(folder, 'spark-submit'), 0o755);

/** The words of the one call of spark-submit that bash makes of a script; `undefined` where it makes another number of them, or refuses the script. */
function calledBy(script: string): readonly string[] | undefined {
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: '/home/nobody' };
  const { stderr } = spawnSync('bash', ['-c', script], {
    cwd: folder,
    env,
    encoding: 'utf8',
    input: '',
    timeout: 20_000,
  });
  if (/syntax error|unexpected|delimited by end/.test(stderr)) return undefined;
  const words = readFileSync(calls, 'utf8').split('\0').slice(0, -1);
  const ends = words.flatMap((word, at) =>
    word === '' && (words[at + 1] ?? '').endsWith('/spark-submit') ? [at] : [],
  );
  return words.length > 0 && ends.length === 0 ? ['spark-submit', ...words.slice(1, -1)] : undefined;
}

const PROPERTY = 'spark.hadoop.fs.s3.cse.enabled=true';
const quotedSomehow = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    text,
    `'${text}'`,
    `"${text}"`,
    `${text.slice(0, 3)}"${text.slice(3)}"`,
    `$'${text}'`,
    `\\${text}`,
    `${text.slice(0, 4)}\\\n${text.slice(4)}`,
  );
const VALUES = [
  ...['x', "'a b'", '"a b"', "$'it\\'s'", '"it\'s"', '\\"', "'\"'", '"$(echo "a b")"', '$(echo a)'],
  ...[
    '"$(echo \\\n "a)" )"',
    '`echo a`',
    '"`echo a`"',
    `\${X:-a}`,
    `"\${X:-a b}"`,
    '"$((1+(2*3)))"',
    'a#b',
    '\\#',
  ],
  ...[
    '"#"',
    '\\\\',
    "''",
    '""',
    'a\\ b',
    '"$(echo \')\')"',
    `\${X:-"a b"}`,
    `"\${X:-'}"`,
    'a=b',
    '~',
    '\\(',
    "'('",
  ],
  ...['$(echo $(echo $(echo $(echo a))))', '"$(cat <<E\nit\\"s )\nE\n)"'],
];
const value = fc.constantFrom(...VALUES);
const flag = fc.oneof(
  fc.tuple(quotedSomehow('--conf'), quotedSomehow(PROPERTY)).map((both) => both.join(' ')),
  quotedSomehow(PROPERTY).map((text) => `--conf=${text}`),
  value.map((text) => `--name ${text}`),
  value.map((text) => `--conf a=${text}`),
  fc.constantFrom('-v', '--properties-file f'),
);
const redirection = fc.constantFrom(
  ...['>l', '2>&1', '&>l', '>>l', '2>l', '</dev/null', '<<<x', '>|l', '{fd}>l', '> >(cat)'],
);
const between = fc.constantFrom(' ', '  ', ' \\\n  ', '\t', ' \\\n');
const ending = fc.constantFrom(
  '\n',
  " # it's\n",
  ' | cat\n',
  ' && true\n',
  '; true\n',
  ' &\nwait\n',
  " <<E\nit's )\nE\n",
);
const part = fc.tuple(
  between,
  fc.oneof({ weight: 4, arbitrary: flag }, { weight: 1, arbitrary: redirection }),
);
const call = fc
  .tuple(
    fc.array(part, { maxLength: 4 }),
    between,
    fc.constantFrom('a.py', '"a.py"'),
    fc.array(part, { maxLength: 1 }),
    ending,
  )
  .map(([before, blank, application, after, end]) => {
    const text = (parts: readonly (readonly [string, string])[]) => parts.map((one) => one.join('')).join('');
    return `spark-submit${text(before)}${blank}${application}${text(after)}${end}`;
  });
const singly = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const around = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => `{ ${text}}\n`,
  (text) => `(${text})\n`,
  (text) => `if true; then ${text}fi\n`,
  (text) => `A=$(${text})\n`,
  (text) => `A="$(${text})"\n`,
  (text) => `bash <<'Z'\n${text}Z\n`,
  (text) => `f() {\n${text}}\nf\n`,
  (text) => `for i in 1; do ${text}done\n`,
  (text) => `bash -c ${singly(text)}\n`,
  (text) => `echo "$(${text})"\n`,
  (text) => `eval ${singly(text)}\n`,
);
const other = fc.constantFrom(
  ...[
    '',
    'echo "it\'s"\n',
    '# it\'s a "\n',
    "X=(a 'b c' $(echo d))\n",
    'true $((1<<2))\n',
    '[[ a < b ]]\n',
    '! true\n',
  ],
  ...[
    'if [ "a" = "b" ]; then true; fi\n',
    'case a in a) true;; (b) false;; esac\n',
    "cat <<'E'\nit's `\nE\n",
  ],
  ...[
    'f() { true; }\n',
    'for i in 1; do true; done\n',
    "echo $'it\\'s'\n",
    'true <l >l\n',
    '((1<2)) && true\n',
  ],
  ...[`echo \${#X} $# \${X#a}\n`, 'true \\\n --x\n', '{ true; }\n', `Y="$(echo '\n' )"\n`],
);
const script = fc
  .tuple(other, other, around, call, other)
  .map(([first, second, wrap, text, last]) => `touch l\n${first}${second}${wrap(text)}${last}`);

const isUnread = ({ problems }: ReturnType<typeof readConfiguration>): boolean => problems.some(leavesUnread);
const settings = ({ settings: all }: ReturnType<typeof readConfiguration>): readonly string[] =>
  [...new Set(all.map(({ name, value: text }) => `${name}=${text}`))].toSorted();

const HAS_BASH = spawnSync('bash', ['-c', 'true']).status === 0;
if (!HAS_BASH) process.stderr.write('no bash here: scripts are not compared with what it makes of them\n');

describe.skipIf(!HAS_BASH)('a script around one call of spark-submit, whatever it is made of', () => {
  it(
    'is read as bash gives the words to spark-submit, or told as unread',
    () => {
      let made = 0;
      let compared = 0;
      let read = 0;
      fc.assert(
        fc.property(script, (text) => {
          made++;
          const words = calledBy(text);
          if (words === undefined) return;
          compared++;
          const found = readConfiguration(text, 'run.sh');
          if (isUnread(found)) return;
          const truth = readConfiguration(JSON.stringify({ HadoopJarStep: { Args: words } }), 'step.json');
          expect({ unread: isUnread(truth), settings: settings(truth) }).toEqual({
            unread: false,
            settings: settings(found),
          });
          read++;
        }),
        { numRuns: fuzzRuns({ every: 10 }) },
      );
      // Most scripts are run and read: a reader that told everything as unread would say nothing.
      if (made >= 100) expect([compared * 2 > made, read * 3 > compared]).toEqual([true, true]);
    },
    FUZZ_TIMEOUT,
  );
});
