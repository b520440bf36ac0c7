import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const said = (text: string, source = 'spark-defaults.conf'): string[] =>
  renderReading(readConfiguration(text, source)).split('\n').slice(0, -1);

const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';
const PROPERTY = 'spark.hadoop.fs.s3.cse.enabled true';
const CONTEXT = 'spark.hadoop.fs.s3a.encryption.context';

/** A script that writes a file of properties, and the command after it. */
const script = (command: string): string => `cat > lake.conf <<EOF\n${PROPERTY}\nEOF\n${command}\n`;
const WRITTEN =
  'warning [emr/not-followed] this command is no call of Spark or of aws emr that is known, so "fs.s3.cse.enabled" in it is not followed: give what it runs  @ 2:1';

describe('a script that writes properties, each of its lines like one of them', () => {
  it.each([
    ['by its name', 'spark-submit', 21],
    ['by its path', 'nohup /usr/bin/spark-submit', 36],
    ['after another program and its options', 'sudo -u etl spark-submit', 33],
    ['after two blanks', 'nohup  spark-submit', 28],
  ])('is read as a script where it calls Spark %s', (_how, call, column) => {
    expect(said(script(`${call} --conf spark.hadoop.fs.s3.cse.enabled=false a.py`), 'run.sh')).toEqual([
      `job  fs.s3.cse.enabled = false  @ 4:${column}`,
      WRITTEN,
    ]);
  });

  it('is read as a script where it calls the CLI', () => {
    expect(said(script('aws emr create-cluster --emrfs SSE=true'), 'run.sh')).toEqual([
      'emrfs-site  fs.s3.enableServerSideEncryption = true  @ 4:32 --emrfs',
      WRITTEN,
    ]);
  });
});

describe('spark-defaults.conf', () => {
  it.each([
    ['a property that names spark-submit among its words', 'spark.app.name by spark-submit now'],
    ['a property that names the CLI', 'spark.app.name aws emr create-cluster'],
    ['a name without a dot', 'lake 4g'],
    ['a name without a dot and Spark’s program as its value', 'lake spark-submit'],
    ['a blank after that program', 'lake spark-submit \t'],
  ])('may have %s', (_what, line) => {
    expect(said(`${line}\n${PROPERTY}`)).toEqual(['spark-defaults  fs.s3.cse.enabled = true  @ 2:1']);
  });

  it.each([
    ['a program of Spark’s before its arguments', 'nohup spark-submit a.py'],
    ['a program of Spark’s before others', 'x spark-submit a.py b c'],
    ['the CLI', 'aws emr list-clusters'],
  ])('is not what has a line of %s', (_what, line) => {
    expect(said(`${line}\n${PROPERTY}`)).toEqual([
      'warning [emr/not-followed] this command is no call of Spark or of aws emr that is known, so "fs.s3.cse.enabled" in it is not followed: give what it runs  @ 2:1',
      NOTHING,
    ]);
  });

  it.each([
    // An editor counts no line that a carriage return alone ends.
    ['a carriage return alone', `spark.app.name x\r${PROPERTY}`, '1:18'],
    ['CRLF', `spark.app.name x\r\n${PROPERTY}\r\n`, '2:1'],
    ['a line feed', `spark.app.name x\n\n${PROPERTY}\n`, '3:1'],
  ])('has lines that end in %s', (_how, text, place) => {
    expect(said(text)).toEqual([`spark-defaults  fs.s3.cse.enabled = true  @ ${place}`]);
  });

  it.each([
    ['the blanks around it', `${CONTEXT} \t = \t a=b \t`, 'a=b'],
    ['an equals sign of its own', `${CONTEXT}==a`, '=a'],
    ['a second equals sign after a blank', `${CONTEXT} = = a`, '= a'],
    ['letters that stand for others', `${CONTEXT} a\\nb\\rc\\fd\\te`, 'a\nb\rc\fd\te'],
    ['an escaped colon and an escaped blank', `${CONTEXT} a\\:b\\ c`, 'a:b c'],
    ['a number of four digits and a digit after it', `${CONTEXT} \\u00e41`, 'ä1'],
  ])('has a value with or without %s', (_what, text, value) => {
    const { settings, problems } = readConfiguration(text, 'spark-defaults.conf');
    expect(settings.map((setting) => [setting.layer, setting.name, setting.value])).toEqual([
      ['spark-defaults', 'fs.s3a.encryption.context', value],
    ]);
    expect(problems).not.toContainEqual(expect.objectContaining({ level: 'error' }));
  });

  it('has a name alone for a property that is set to nothing', () => {
    expect(said('spark.hadoop.fs.s3.cse.enabled')).toEqual([
      'error [emr/bad-value] "fs.s3.cse.enabled" is "", expected "true" or "false": Hadoop ignores every other word  @ 1:1',
    ]);
  });

  it('takes the last of two lines, and says so', () => {
    expect(said(`${PROPERTY}\n\nspark.hadoop.fs.s3.cse.enabled=false`)).toEqual([
      'spark-defaults  fs.s3.cse.enabled = false  @ 3:1',
      'warning [emr/duplicate] "fs.s3.cse.enabled" is set to "true" and to "false" (first in line 1): the one in line 3 wins, because Spark takes the last line. keep one  @ 3:1',
    ]);
  });

  it('hands nothing to Hadoop that does not begin with "spark.hadoop.", and says which name would be', () => {
    expect(said('fs.s3.cse.enabled true\nSpark.hadoop.fs.s3.cse.enabled true')).toEqual([
      'warning [emr/ignored-property] Spark hands "fs.s3.cse.enabled" to nobody, since it does not begin with "spark.hadoop.": write "spark.hadoop.fs.s3.cse.enabled"  @ 1:1',
      'warning [emr/ignored-property] Spark hands "Spark.hadoop.fs.s3.cse.enabled" to nobody, since it does not begin with "spark.hadoop.": write "spark.hadoop.fs.s3.cse.enabled"  @ 2:1',
      NOTHING,
    ]);
  });

  it.each([
    ['a form feed between name and value', 'spark.hadoop.fs.s3.cse.enabled\ftrue'],
    ['a no-break space between them', 'spark.hadoop.fs.s3.cse.enabled\u00A0true'],
    ['a colon between them', 'spark.hadoop.fs.s3.cse.enabled:true'],
    ['a name that begins with an escaped letter', '\\u0073park.hadoop.fs.s3.cse.enabled true'],
    ['a line that goes on into a comment alone', 'spark.app.name x\n\\\n# y'],
    ['a line of a template', `${PROPERTY}\n{% if prod %}`],
  ])('with %s is not read, and that is an error', (_what, text) => {
    const { settings, problems } = readConfiguration(text, 'spark-defaults.conf');
    expect(settings).toEqual([]);
    expect(problems.map(({ id, level }) => [id, level])).toEqual([['emr/unknown-shape', 'error']]);
  });

  it('has a value of a template for a placeholder', () => {
    expect(said('spark.hadoop.fs.s3.cse.enabled {{ on }}')).toEqual([
      'error [emr/placeholder] "fs.s3.cse.enabled" is the placeholder "{{ on }}": put true or false there  @ 1:1',
    ]);
  });
});
