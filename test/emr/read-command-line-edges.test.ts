import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { readShell } from '../../src/emr/read-shell.ts';
import { renderReading } from './read-render.ts';

const commandsOf = (text: string, operators = true): string[][] =>
  readShell(text, { operators }).commands.map((words) => words.map((word) => word.text));

const said = (text: string): string[] =>
  renderReading(readConfiguration(text, 'run.sh')).split('\n').slice(0, -1);

const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';
const CLIENT_SIDE = 'spark.hadoop.fs.s3.cse.enabled=true';
/** A list of classifications that asks for client-side encryption, or says that there is none. */
const emrfsSite = (enabled: boolean): string =>
  JSON.stringify([{ Classification: 'emrfs-site', Properties: { 'fs.s3.cse.enabled': `${enabled}` } }]);

describe('a word of a shell', () => {
  it.each([
    ['single quotes keep a backslash, a dollar and a double quote', `'a\\"$b'`, 'a\\"$b'],
    ['single quotes keep a line break', "'a\nb'", 'a\nb'],
    ['single quotes keep a backslash before a line break', "'a\\\nb'", 'a\\\nb'],
    ['double quotes keep a line break', '"a\nb"', 'a\nb'],
    ['double quotes drop a backslash with the line break after it', '"a\\\nb"', 'ab'],
    ['double quotes drop the backslash before a double quote', '"a\\"b"', 'a"b'],
    ['double quotes drop the backslash before a backslash', '"a\\\\b"', 'a\\b'],
    ['double quotes drop the backslash before a dollar', '"a\\$b"', 'a$b'],
    ['double quotes drop the backslash before a backtick', '"a\\`b"', 'a`b'],
    ['double quotes keep the backslash before a letter', '"a\\nb"', 'a\\nb'],
    ['double quotes keep a single quote', `"it's"`, "it's"],
    ['a letter before a special character is no escape', '"ab$c`d"', 'ab$c`d'],
    ['without quotes a backslash keeps the blank after it', 'a\\ b', 'a b'],
    ['without quotes a backslash before a line break joins the lines', 'a\\\nb', 'ab'],
    ['without quotes a backslash before CRLF joins the lines', 'a\\\r\nb', 'ab'],
    ['quoted parts beside each other are one word', `a'b c'"d e"f`, 'ab cd ef'],
    ['two quotes with nothing between are an empty word', "''", ''],
    ['an expansion in braces stays as it is written', `k=\${a:-b c}`, `k=\${a:-b c}`],
    ['an expansion in braces can begin a word', `\${a:-b c}/d`, `\${a:-b c}/d`],
    ['a substitution stays as it is written', 'k=$(get "the key");', 'k=$(get "the key")'],
    ['a substitution can begin a word', '$(get the key)/x', '$(get the key)/x'],
    ['a substitution in backticks stays as it is written', 'k=`get the key`', 'k=`get the key`'],
    ['a substitution in backticks can begin a word', '`get the key`', '`get the key`'],
    ['a variable without braces stays as it is written', 'k=$KEY/x', 'k=$KEY/x'],
    ['a dollar alone is a character', 'a$', 'a$'],
    ['a placeholder in angle brackets within a word is a part of it', 'k=<KMS Key Id>', 'k=<KMS Key Id>'],
    ['a number sign within a word begins no comment', 'a#b', 'a#b'],
    ['a number sign in quotes begins no comment', "'#'a", '#a'],
  ])('%s', (_claim, text, word) => {
    expect(commandsOf(text)).toEqual([[word]]);
  });

  it('has the place at which it begins, its quote included', () => {
    expect(readShell('  ab \'c d\'\n"e"', { operators: true })).toStrictEqual({
      commands: [
        [
          { text: 'ab', start: 2 },
          { text: 'c d', start: 5 },
        ],
        [{ text: 'e', start: 11 }],
      ],
    });
  });

  it.each([
    ['a "b c', 2, '"'],
    ["a x'b c", 3, "'"],
    ['a "b\\', 2, '"'],
    ['a "b\\"', 2, '"'],
    [`a "it's`, 2, '"'],
  ])('in a quote without end is left out, and the place of the quote is told: %s', (text, at, quote) => {
    expect(readShell(text, { operators: true })).toStrictEqual({
      commands: [[{ text: 'a', start: 0 }]],
      open: { at, quote },
    });
  });
});

describe('the commands of a script', () => {
  it.each([
    ['end at a line break', 'a b\nc', [['a', 'b'], ['c']]],
    ['end at CRLF', 'a b\r\nc', [['a', 'b'], ['c']]],
    ['end at a semicolon, an ampersand and a bar', 'a;b&&c||d|e', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['stand in brackets', '(a b) c', [['a', 'b'], ['c']]],
    ['are none between two operators', ';;\n\n& a ;\n', [['a']]],
    ['are none in an empty text', ' \n\t', []],
    ['are none in a comment', '# a b\nc', [['c']]],
    ['are none in a comment without text', '#\na', [['a']]],
    ['end before a comment, which can be the last of the text', 'a b # c d', [['a', 'b']]],
    ['go on after the line of a comment', 'a # b\nc d', [['a'], ['c', 'd']]],
  ])('%s', (_claim, text, commands) => {
    expect(commandsOf(text)).toEqual(commands);
  });

  it('have no word of the signs that redirect, though the two look like a placeholder', () => {
    const [first = [], ...others] = commandsOf('a b <in put >out');
    expect(first.slice(0, 2)).toEqual(['a', 'b']);
    expect([first, ...others].flat().join(' ')).not.toMatch(/[<>]/);
  });

  it('are one where no shell sees the text: line breaks part words, and operators are characters', () => {
    expect(commandsOf('a;b #c\n(d) $(e f)', false)).toEqual([['a;b', '#c', '(d)', '$(e f)']]);
  });
});

describe('a call of the CLI', () => {
  it.each([
    ['by its name', 'aws emr create-cluster --emrfs SSE=true', 32],
    ['by its path', '/usr/bin/aws emr create-cluster --emrfs SSE=true', 41],
    ['after another program', 'sudo -E aws emr create-cluster --emrfs SSE=true', 40],
    ['after another program that has a path', 'timeout 60 /opt/aws emr create-cluster --emrfs SSE=true', 48],
  ])('%s is read', (_how, command, column) => {
    // The first line makes the text a script that calls the CLI, whatever the second one is.
    expect(said(`aws emr list-clusters\n${command}`)).toEqual([
      `emrfs-site  fs.s3.enableServerSideEncryption = true  @ 2:${column} --emrfs`,
    ]);
  });

  it.each([
    ['another program that takes the word emr', 'lake emr --emrfs SSE=true'],
    ['another program with aws in its name', 'laws emr create-cluster --emrfs SSE=true'],
    ['another service of the CLI, though emr stands before', 'emr aws s3 ls --emrfs SSE=true'],
    ['another service of the CLI', 'aws s3 ls --emrfs SSE=true'],
  ])('is not what %s does', (_what, command) => {
    expect(said(`aws emr list-clusters\n${command}`)).toEqual([NOTHING]);
  });

  it('does not have the options of the program before it', () => {
    expect(said('flock --steps file://lock aws emr create-cluster --emrfs SSE=true')).toEqual([
      'emrfs-site  fs.s3.enableServerSideEncryption = true  @ 1:58 --emrfs',
    ]);
  });

  it.each([
    ['emr', 'aws emr create-cluster --release-label emr-6.15.0'],
    ['emr', 'aws emr create-cluster --release-label=emr-6.15.0'],
    ['emr-containers', 'aws emr-containers start-job-run --release-label emr-6.15.0'],
    ['emr-serverless', 'aws emr-serverless create-application --release-label emr-6.15.0'],
  ])('of %s says which release there is', (_service, command) => {
    expect(said(command)).toEqual(['release emr-6.15.0', NOTHING]);
  });

  it('may end in an option that has no value', () => {
    expect(said('aws emr create-cluster --release-label')).toEqual([NOTHING]);
    expect(said('aws emr create-cluster --configurations')).toEqual([NOTHING]);
  });

  it('has options whose JSON is about something else', () => {
    expect(said(`aws emr create-cluster --ec2-attributes '{"KeyName":"x"}' --tags '[1' a`)).toEqual([
      NOTHING,
    ]);
  });

  it('that makes nothing with settings of its own is read all the same', () => {
    const groups = JSON.stringify([{ InstanceGroupId: 'ig-1', Configurations: JSON.parse(emrfsSite(true)) }]);
    expect(said(`aws emr modify-instance-groups --instance-groups '${groups}'`)).toEqual([
      'emrfs-site  fs.s3.cse.enabled = true  @ 1:50 InstanceGroups[0].Configurations[0].emrfs-site',
    ]);
  });

  it('that makes nothing is no second cluster where it sets something else', () => {
    const call = (enabled: boolean): string =>
      `aws emr modify-instance-groups --instance-groups '[{"Configurations":${emrfsSite(enabled)}}]'`;
    expect(said(`${call(true)}\n${call(false)}`)).toEqual([
      'emrfs-site  fs.s3.cse.enabled = false  @ 2:50 InstanceGroups[0].Configurations[0].emrfs-site',
      'error [emr/undecided-order] "fs.s3.cse.enabled" is set to "true" and to "false" (the other in line 1), and which one wins is not documented: keep one  @ 2:50 InstanceGroups[0].Configurations[0].emrfs-site',
    ]);
  });

  it('twice with different settings is no configuration, at the second call and not at what runs it', () => {
    const create = (enabled: boolean): string =>
      `sudo -E aws emr create-cluster --configurations '${emrfsSite(enabled)}'`;
    expect(said(`${create(true)}\n${create(false)}`)).toEqual([
      'error [emr/several-jobs] 2 clusters with different S3 settings (the first in line 1): none of them is taken, put each into a file of its own  @ 2:9',
    ]);
  });
});

describe('JSON on the command line', () => {
  it('that is the whole request has the places of the request', () => {
    const request = `{"ReleaseLabel":"emr-6.15.0","Configurations":${emrfsSite(true)}}`;
    expect(said(`aws emr run-job-flow --cli-input-json '${request}'`)).toEqual([
      'release emr-6.15.0',
      'emrfs-site  fs.s3.cse.enabled = true  @ 1:39 Configurations[0].emrfs-site',
    ]);
  });

  it.each([
    ['--configurations', 'configurations[0].emrfs-site'],
    ['--runtime-configuration', 'runtimeConfiguration[0].emrfs-site'],
  ])('after %s has the places of the member that it becomes', (option, path) => {
    expect(said(`aws emr create-cluster ${option}='${emrfsSite(true)}'`)).toEqual([
      `emrfs-site  fs.s3.cse.enabled = true  @ 1:24 ${path}`,
    ]);
  });

  it('may begin with white space', () => {
    expect(said(`aws emr create-cluster --configurations ' \n${emrfsSite(true)}'`)).toEqual([
      'emrfs-site  fs.s3.cse.enabled = true  @ 1:41 configurations[0].emrfs-site',
    ]);
  });

  it.each(['file://lake.json', 'http://example.com/lake.json', 'https://example.com/lake.json'])(
    'in %s is not read, and the file is named',
    (file) => {
      expect(said(`aws emr create-cluster --configurations ${file}`)).toEqual([
        `warning [emr/not-followed] --configurations "${file}" is not followed: read what it names too  @ 1:41 --configurations`,
        NOTHING,
      ]);
    },
  );

  it('that is only named as a security configuration is told', () => {
    expect(said('aws emr create-cluster --security-configuration lake')).toEqual([
      'warning [emr/not-followed] --security-configuration "lake" is not followed: read what it names too  @ 1:49 --security-configuration',
      NOTHING,
    ]);
  });

  it('in the short form is told where it holds flags, and its arguments are not shown', () => {
    const steps =
      'Type=Spark,Args=[--conf,spark.hadoop.fs.s3a.secret.key=never-shown,https://example.com/a.py]';
    expect(said(`aws emr add-steps --steps ${steps}`)).toEqual([
      'warning [emr/not-followed] --steps in the short form is not followed: write its value as JSON  @ 1:27 --steps',
      NOTHING,
    ]);
  });

  it('in the short form without flags names no file, though an address stands in it', () => {
    for (const address of ['http://example.com/a.jar', 'https://example.com/a.jar', 'file:///a.jar']) {
      expect(said(`aws emr add-steps --steps Type=CUSTOM_JAR,Jar=${address}`)).toEqual([NOTHING]);
    }
  });
});

describe('flags', () => {
  it('without a command are read, over several lines too', () => {
    expect(said(`--conf ${CLIENT_SIDE}\n-c spark.hadoop.fs.s3.cse.kms.keyId=alias/lake`)).toEqual([
      'job  fs.s3.cse.enabled = true  @ 1:8',
      'job  fs.s3.cse.kms.keyId = alias/lake  @ 2:4',
    ]);
  });

  it.each([`echo --conf ${CLIENT_SIDE}`, `lake --conf ${CLIENT_SIDE} a.py`])(
    'of a program that is not Spark set nothing: %s',
    (command) => {
      expect(readConfiguration(command, 'run.sh').settings).toEqual([]);
    },
  );

  it('beside an open quote are read, and the quote is told', () => {
    expect(said(`--conf ${CLIENT_SIDE}\n--name "lake`)).toEqual([
      'job  fs.s3.cse.enabled = true  @ 1:8',
      'error [emr/syntax] the quote " that begins here has no end: close it  @ 2:8',
    ]);
  });

  it('in a comment are not read', () => {
    expect(said(`# spark-submit --conf ${CLIENT_SIDE}\nspark-submit a.py`)).toEqual([NOTHING]);
  });
});
