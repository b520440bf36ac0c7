import { describe, expect, it } from 'vitest';
import { readConfFlag } from '../../src/emr/read-conf-line.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const said = (text: string, source = 'run.sh'): string[] =>
  renderReading(readConfiguration(text, source)).split('\n').slice(0, -1);
const flagSaid = (text: string): string[] =>
  renderReading(readConfFlag(text, '--conf')).split('\n').slice(0, -1);

const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';
const CLIENT_SIDE = 'spark.hadoop.fs.s3.cse.enabled=true';
const PROVIDER = 'fs.s3.cse.encryptionMaterialsProvider';
const COMMITTER = 'spark.sql.parquet.fs.optimized.committer.optimization-enabled';

/** A step of EMR with these arguments. */
const step = (...Args: string[]): string =>
  JSON.stringify({ Steps: [{ HadoopJarStep: { Jar: 'command-runner.jar', Args } }] });
/** A job of EMR on EKS with these parameters, which no shell sees. */
const parameters = (sparkSubmitParameters: string): string =>
  JSON.stringify({ jobDriver: { sparkSubmitJobDriver: { sparkSubmitParameters } } });
const AT_PARAMETERS = '1:63 jobDriver.sparkSubmitJobDriver.sparkSubmitParameters';
const classification = (Classification: string, Properties: Record<string, string>): string =>
  JSON.stringify([{ Classification, Properties }]);

describe('the options of spark-submit', () => {
  it.each([
    ['--conf', 'nothing follows --conf: expected name=value'],
    ['-c', 'nothing follows -c: expected name=value'],
  ])('that end in %s say that a value is missing', (flag, message) => {
    expect(said(`spark-submit ${flag}`)).toEqual([`error [emr/syntax] ${message}  @ 1:14`]);
  });

  it('that name a properties file say that it is to be read too', () => {
    expect(said('spark-submit --properties-file=lake.conf a.py')).toEqual([
      'warning [emr/not-followed] --properties-file "lake.conf" is not followed: read that file too  @ 1:14',
      NOTHING,
    ]);
    expect(said('spark-submit --properties-file')).toEqual([
      'warning [emr/not-followed] --properties-file "" is not followed: read that file too  @ 1:14',
      NOTHING,
    ]);
  });

  it.each(['--verbose', '-v', '--supervise'])('have %s as a switch, which takes no word after it', (flag) => {
    expect(said(`spark-submit ${flag} --conf ${CLIENT_SIDE} a.py`).length).toBe(1);
    expect(said(`spark-submit ${flag} --conf ${CLIENT_SIDE} a.py`)[0]).toMatch(
      /^job {2}fs\.s3\.cse\.enabled = true {2}@ 1:\d+$/,
    );
  });

  it('go on after an expansion, of which nobody knows what it holds', () => {
    expect(said(`spark-submit $OPTIONS --conf ${CLIENT_SIDE} a.py`)).toEqual([
      'job  fs.s3.cse.enabled = true  @ 1:30',
      'warning [emr/not-followed] "$OPTIONS" is not followed: what is put there may hold more options. if it is one word, put it in double quotes  @ 1:14',
    ]);
  });

  it('end at an application whose folder is an expansion', () => {
    expect(said(`spark-submit \${JOBS}/a.py --conf ${CLIENT_SIDE}`)).toEqual([
      'warning [emr/ignored-property] --conf "spark.hadoop.fs.s3.cse.enabled" stands after the application, so Spark hands it to the application: put it before  @ 1:34',
      NOTHING,
    ]);
  });

  it.each([
    ['with the prefix', 'spark.hadoop.fs.s3a.encryption.key'],
    ['without the prefix', 'fs.s3a.encryption.key'],
  ])('after the application are the application’s, %s', (_how, name) => {
    expect(said(`spark-submit a.py x -c ${name}=alias/lake`)).toEqual([
      `warning [emr/ignored-property] --conf "${name}" stands after the application, so Spark hands it to the application: put it before  @ 1:24`,
      NOTHING,
    ]);
  });

  it.each(['spark.executor.memory=4g', 'fs.spark.hadoop.s3.cse.enabled=true', 'x'])(
    'after the application are nobody’s concern where they are not about encryption: %s',
    (flag) => {
      expect(said(`spark-submit a.py --conf ${flag}`)).toEqual([NOTHING]);
    },
  );

  it('after the application may end in --conf', () => {
    expect(said('spark-submit a.py --conf')).toEqual([NOTHING]);
  });

  it.each(['--version', '--help', '--kill', '--status'])(
    'with %s start no job, so nothing is set',
    (flag) => {
      expect(said(`spark-submit ${flag} x --conf ${CLIENT_SIDE} a.py`)).toEqual([NOTHING]);
    },
  );
});

describe('a step', () => {
  it('that is spark-submit is read, and what the application gets is not taken for another tool’s', () => {
    expect(said(step('spark-submit', '--conf', CLIENT_SIDE, 'a.jar', '-Dfs.s3.cse.enabled=false'))).toEqual([
      'job  fs.s3.cse.enabled = true  @ 1:88 Steps[0].HadoopJarStep.Args',
    ]);
  });

  it('that asks spark-submit for its version is no step of another tool', () => {
    expect(said(step('spark-submit', '--version', '-Dfs.s3.cse.enabled=true'))).toEqual([NOTHING]);
  });

  it('that runs spark-submit by bash is read within, with the place of the word', () => {
    expect(
      said(step('bash', '-c', `spark-submit --conf ${CLIENT_SIDE} a.jar`, '-Dfs.s3.cse.enabled=x')),
    ).toEqual(['job  fs.s3.cse.enabled = true  @ 1:76 Steps[0].HadoopJarStep.Args']);
  });

  it('of another tool that sets a property says so, without the value', () => {
    expect(said(step('s3-dist-cp', '-Dfs.s3.cse.enabled=true'))).toEqual([
      'warning [emr/not-followed] a step that is no spark-submit sets "-Dfs.s3.cse.enabled": it is not followed  @ 1:77 Steps[0].HadoopJarStep.Args',
      NOTHING,
    ]);
  });
});

describe('spark-submit within a word', () => {
  it.each([
    ['before a semicolon', `spark-submit --conf ${CLIENT_SIDE}; date`],
    ['after another command', `cd /jobs && spark-submit --conf ${CLIENT_SIDE} a.py`],
    ['after another program', `sudo spark-submit --conf ${CLIENT_SIDE} a.py`],
  ])('is read %s', (_where, command) => {
    expect(said(`bash -c "${command}"`)).toEqual(['job  fs.s3.cse.enabled = true  @ 1:9']);
  });
});

describe('parameters of a job that no shell sees', () => {
  it('have no operators: a semicolon and a number sign belong to the value', () => {
    expect(said(parameters('--conf spark.hadoop.fs.s3a.encryption.context=a;b #c'))).toEqual([
      `job  fs.s3a.encryption.context = a;b  @ ${AT_PARAMETERS}`,
    ]);
  });

  it('go on after a word that is no option', () => {
    expect(said(parameters(`--class Lake stray --conf ${CLIENT_SIDE}`))).toEqual([
      `job  fs.s3.cse.enabled = true  @ ${AT_PARAMETERS}`,
    ]);
  });

  it('with an open quote say so, and are read as far as it', () => {
    expect(said(parameters(`--conf ${CLIENT_SIDE} --name 'lake`))).toEqual([
      `job  fs.s3.cse.enabled = true  @ ${AT_PARAMETERS}`,
      `error [emr/syntax] the quote ' that begins here has no end: close it  @ ${AT_PARAMETERS}`,
    ]);
  });

  it('twice with the same settings in another order are one configuration', () => {
    const one = parameters(`--conf ${CLIENT_SIDE} --conf spark.hadoop.fs.s3.cse.kms.keyId=alias/lake`);
    const other = parameters(`--conf spark.hadoop.fs.s3.cse.kms.keyId=alias/lake --conf ${CLIENT_SIDE}`);
    const { problems } = readConfiguration(`[${one},${other}]`, 'jobs.json');
    expect(problems).toEqual([]);
  });

  it('twice with different settings are none, and both places are told', () => {
    const one = parameters(`--conf ${CLIENT_SIDE}`);
    expect(said(`[${one},\n${parameters('--name lake')}]`)).toEqual([
      'error [emr/several-jobs] 2 jobs with different S3 settings (the first in line 1): none of them is taken, put each into a file of its own  @ 2:63 [1].jobDriver.sparkSubmitJobDriver.sparkSubmitParameters',
    ]);
  });

  it('twice without any setting are the same', () => {
    expect(said(`[${parameters('--name a')},${parameters('--name b')}]`)).toEqual([NOTHING]);
  });
});

describe('spark-defaults.conf', () => {
  const read = (text: string): string[] => said(text, 'spark-defaults.conf');

  it.each([
    ['a blank between name and value', 'spark.hadoop.fs.s3.cse.enabled true', '1:1'],
    ['an equals sign between name and value', 'spark.hadoop.fs.s3.cse.enabled = true', '1:1'],
    ['a tab between name and value, after an indent', '\t spark.hadoop.fs.s3.cse.enabled\ttrue', '1:3'],
    ['CRLF at the end', 'spark.hadoop.fs.s3.cse.enabled true\r\n', '1:1'],
    ['a line that goes on', 'spark.hadoop.fs.s3.cse.enabled \\\n  true', '1:1'],
    ['a line that goes on before CRLF', 'spark.hadoop.fs.s3.cse.enabled \\\r\n  true\r\n', '1:1'],
    ['a name over two lines', 'spark.hadoop.fs.s3.\\\n  cse.enabled true', '1:1'],
    ['comments before it', '# a b%\n\n  ! c%\n  spark.hadoop.fs.s3.cse.enabled true', '4:3'],
    ['a backslash at the end of the file', 'spark.hadoop.fs.s3.cse.enabled tr\\\nue\\', '1:1'],
    ['a letter as its number', 'spark.hadoop.fs.s3.cse.enabled \\u0074rue', '1:1'],
    ['backslashes that nothing needs', 'spark.hadoop.fs.s3\\.cse.enabled tru\\e', '1:1'],
  ])('is read with %s', (_how, text, place) => {
    expect(read(text)).toEqual([`spark-defaults  fs.s3.cse.enabled = true  @ ${place}`]);
  });

  it.each([
    ['a tab and an escaped letter', 'a\\tb\\qc', 'a\tbqc'],
    ['two backslashes', 'a\\\\b', 'a\\b'],
    ['a line that goes on into what looks like a comment', 'a\\\n#b', 'a#b'],
    ['a line that goes on into what looks like an exclamation', 'a,\\\n  !b', 'a,!b'],
    ['letters by their numbers', '\\u0061\\u003Db', 'a=b'],
  ])('has a value with %s', (_what, written, value) => {
    const { settings } = readConfiguration(
      `spark.hadoop.fs.s3a.encryption.context ${written}\nspark.app.name x`,
      'spark-defaults.conf',
    );
    expect(settings.map((setting) => [setting.name, setting.value])).toEqual([
      ['fs.s3a.encryption.context', value],
    ]);
  });

  it('has lines that do not go on after two backslashes, and that go on after three', () => {
    const ended = 'spark.hadoop.fs.s3a.encryption.context a\\\\\nspark.hadoop.fs.s3.cse.enabled true';
    expect(read(ended)).toEqual([
      'spark-defaults  fs.s3a.encryption.context = a\\  @ 1:1',
      'spark-defaults  fs.s3.cse.enabled = true  @ 2:1',
    ]);
    expect(read('spark.hadoop.fs.s3a.encryption.context a\\\\\\\nb')).toEqual([
      'spark-defaults  fs.s3a.encryption.context = a\\b  @ 1:1',
    ]);
  });

  it('has an entry that ends at an empty line, though a backslash stands before', () => {
    expect(read('spark.app.name x\\\n\nspark.hadoop.fs.s3.cse.enabled true')).toEqual([
      'spark-defaults  fs.s3.cse.enabled = true  @ 3:1',
    ]);
  });

  it('has values without the blanks around them', () => {
    expect(read('spark.hadoop.fs.s3.cse.enabled   yes \t ')).toEqual([
      'error [emr/bad-value] "fs.s3.cse.enabled" is "yes", expected "true" or "false": Hadoop ignores every other word  @ 1:1',
    ]);
  });

  it.each([
    ['its name', 'executor.memory 4g', 'spark-defaults.conf'],
    ['its name without the end', 'executor.memory 4g', 'conf/spark-defaults'],
    ['a property of Spark', 'executor.memory 4g\nspark.app.name x', 'lake.txt'],
    ['a property of S3', 'fs.s3.maxRetries 4', 'lake.txt'],
    ['a property of S3A', 'fs.s3a.endpoint x', 'lake.txt'],
    ['a property of S3N', 'fs.s3n.endpoint x', 'lake.txt'],
  ])('is known by %s', (_what, text, source) => {
    expect(said(text, source)).toEqual([NOTHING]);
  });

  it.each([
    ['another name', 'executor.memory 4g', 'spark-defaults.conf.txt'],
    ['another scheme', 'fs.s3x.endpoint y', 'lake.txt'],
    ['a line that is no property', 'spark.hadoop.fs.s3.cse.enabled true\n%', 'spark-defaults.conf'],
    ['a colon after the name', 'spark.hadoop.fs.s3.cse.enabled: true', 'spark-defaults.conf'],
  ])('is not what has %s, and nothing of it is read', (_what, text, source) => {
    const { settings, problems } = readConfiguration(text, source);
    expect(settings).toEqual([]);
    expect(problems.map(({ id, place }) => [id, place])).toEqual([['emr/unknown-shape', { source }]]);
  });
});

describe('one --conf', () => {
  it('longer than two Mi characters is not read', () => {
    expect(flagSaid(`${CLIENT_SIDE}${' '.repeat(2 * 1024 * 1024)}`)).toEqual([
      'error [emr/too-large] longer than 2 Mi characters, which is no configuration: not read  @ -',
    ]);
  });

  it('without an equals sign is told, by its first word alone', () => {
    expect(flagSaid('spark.hadoop.fs.s3.cse.enabled never-shown')).toEqual([
      'error [emr/syntax] expected name=value after --conf, found "spark.hadoop.fs.s3.cse.enabled" without a value  @ -',
    ]);
  });

  it.each([
    ['blanks around the name that Hadoop gets', 'spark.hadoop. fs.s3.cse.enabled =true'],
    ['blanks around a truth value', 'spark.hadoop.fs.s3.cse.enabled= TRUE '],
  ])('with %s is the property all the same', (_what, flag) => {
    expect(flagSaid(flag)).toEqual(['job  fs.s3.cse.enabled = true  @ -']);
  });

  it.each([
    ['fs.s3.cse.enabled', 'fs.s3.cse.enabled'],
    [' fs.s3.cse.enabled ', 'fs.s3.cse.enabled'],
    ['“fs.s3.cse.enabled', 'fs.s3.cse.enabled'],
    ['hadoop.fs.s3a.encryption.key', 'fs.s3a.encryption.key'],
  ])('named "%s" is handed to nobody, and the name that would be is told', (name, meant) => {
    expect(flagSaid(`${name}=true`)).toEqual([
      `warning [emr/ignored-property] Spark hands "${name}" to nobody, since it does not begin with "spark.hadoop.": write "spark.hadoop.${meant}"  @ -`,
      NOTHING,
    ]);
  });

  it('that misspells the committer of EMRFS is told', () => {
    expect(flagSaid(`${COMMITTER}x=true`)).toEqual([
      `warning [emr/unknown-property] Spark on EMR knows no "${COMMITTER}x": did you mean "${COMMITTER}"?  @ -`,
      NOTHING,
    ]);
  });

  it('with a placeholder for a truth value shows it without the blanks around it', () => {
    expect(flagSaid('spark.hadoop.fs.s3.cse.enabled= <on or off> ')).toEqual([
      'error [emr/placeholder] "fs.s3.cse.enabled" is the placeholder "<on or off>": put true or false there  @ -',
    ]);
  });
});

describe('a property in Hadoop’s own files', () => {
  it('with Spark’s prefix has no effect, which is said where it is about encryption', () => {
    const text = classification('core-site', {
      'spark.hadoop.fs.s3.maxRetries': '4',
      'spark.hadoop.fs.s3.cse.enabled': 'true',
    });
    expect(said(text)).toEqual([
      'warning [emr/ignored-property] "spark.hadoop.fs.s3.cse.enabled" has no effect in core-site: write "fs.s3.cse.enabled", the prefix is for Spark alone  @ 1:82 [0].core-site',
      NOTHING,
    ]);
  });

  it('that no client knows is a provider’s argument in emrfs-site alone', () => {
    const provider = { Classification: 'emrfs-site', Properties: { [PROVIDER]: 'Lake', 'lake.a': 'x' } };
    const other = { Classification: 'core-site', Properties: { 'lake.b': 'x' } };
    const { settings } = readConfiguration(JSON.stringify([provider, other]), 'f');
    expect(settings.map(({ name, value, layer }) => [layer, name, value])).toEqual([
      ['emrfs-site', PROVIDER, 'Lake'],
      ['emrfs-site', 'lake.a', '(not shown)'],
    ]);
  });

  it('that is a provider’s argument keeps the value that is final', () => {
    const property = (name: string, value: string, final = ''): string =>
      `<property><name>${name}</name><value>${value}</value>${final}</property>\n`;
    const xml = `<configuration>\n${property(PROVIDER, 'Lake')}${property('lake.a', 'x', '<final>true</final>')}${property('lake.a', 'y')}</configuration>`;
    const { settings, problems } = readConfiguration(xml, 'emrfs-site.xml');
    expect(settings.map(({ name, place }) => [name, place.line])).toEqual([
      [PROVIDER, 2],
      ['lake.a', 3],
    ]);
    expect(problems.map(({ id, message, place }) => [id, message, place.line])).toEqual([
      [
        'emr/duplicate',
        '"lake.a" is set to two different values: the one in line 3 wins, because it is final. keep one',
        4,
      ],
    ]);
  });
});

it('a provider’s argument that is given twice to spark-submit has the value that stands last', () => {
  const argument = 'spark.hadoop.fs.s3.cse.lake';
  const text = `--conf spark.hadoop.${PROVIDER}=Lake\n--conf ${argument}=x\n--conf ${argument}=y`;
  expect(said(text)).toEqual([
    `job  ${PROVIDER} = Lake  @ 1:8`,
    'job  fs.s3.cse.lake = (not shown)  @ 3:8',
    'warning [emr/duplicate] "fs.s3.cse.lake" is set to two different values (first in line 2): the one in line 3 wins, because spark-submit takes the last. keep one  @ 3:8',
  ]);
});
