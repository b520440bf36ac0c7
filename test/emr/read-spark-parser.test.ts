import { describe, expect, it } from 'vitest';
import { leavesUnread } from '../../src/emr/problem.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';

const X = 'spark.hadoop.fs.s3.cse.enabled=true';
const NBSP = '\u00A0';

/** The settings, and the id of everything that is told as unread. */
function read(text: string, source = 'run.sh') {
  const { settings, problems } = readConfiguration(text, source);
  return {
    set: settings.map(({ layer, name, value }) => `${layer} ${name}=${value}`),
    unread: problems.filter(leavesUnread).map(({ id }) => id),
  };
}
const SET = { set: ['job fs.s3.cse.enabled=true'], unread: [] };
const TOLD = { set: [], unread: ['emr/not-followed'] };

describe('a shell of Spark’s reads its options among what it hands on', () => {
  it.each([
    `spark-shell init.scala --conf ${X}`,
    `spark-shell -deprecation --conf=${X}`,
    `spark-sql --lake-switch --conf=${X} -f a.sql`,
    `spark-sql -e "select 1" x --conf ${X}`,
    `pyspark x -c ${X}`,
  ])('%s', (command) => {
    expect(read(command)).toEqual(SET);
  });

  it.each(['spark-shell -deprecation --properties-file p.conf', 'spark-sql a --properties-file=p.conf'])(
    'and its files: %s',
    (command) => {
      expect(read(command)).toEqual(TOLD);
    },
  );

  it('and --version after a word of its own', () => {
    expect(read(`spark-shell --conf ${X} init.scala --version`)).toEqual({ set: [], unread: [] });
  });
});

describe('what spark-submit refuses, or takes by another way, is told where it names encryption', () => {
  it.each([
    `spark-submit -c=${X} a.py`,
    `spark-submit -conf ${X} a.py`,
    `spark-submit --conf${NBSP}${X} a.py`,
    `spark-submit --driver-java-options "-D${X}" a.py`,
    `spark-submit --driver-java-options=-D${X} a.py`,
    `spark-submit --conf "spark.driver.extraJavaOptions=-D${X}" a.py`,
    `spark-submit --conf "spark.driver.defaultJavaOptions=-Dx=y -D${X}" a.py`,
    `SPARK_SUBMIT_OPTS=-D${X} spark-submit a.py`,
    'spark-submit --extra-properties-file p.conf a.py',
  ])('%s', (command) => {
    expect(read(command)).toEqual(TOLD);
  });

  it('and nothing is told where it does not', () => {
    const command =
      'A=b spark-submit --driver-java-options -Dx=y --conf spark.driver.extraJavaOptions=-Dx=y a.py';
    expect(read(command)).toEqual({ set: [], unread: [] });
  });
});

describe('what a template fills in may be any number of words', () => {
  it.each([
    'spark-submit {{ opts }} a.py',
    'spark-submit {{opts}} a.py',
    `spark-submit \${{ inputs.opts }} a.py`,
    'spark-submit {% if prod %}--supervise{% endif %} a.py',
    'spark-submit --conf "{{ key }}={{ value }}" a.py',
    'spark-submit --conf "spark.hadoop.<name>=true" a.py',
    'spark-submit $APP --version 3',
  ])('%s', (command) => {
    expect(read(command).unread).toContain('emr/not-followed');
  });

  it.each([
    `spark-submit --name {{ name }} --conf ${X} a.py`,
    `spark-submit --conf ${X} s3://{{ bucket }}/a.py --day {{ ds }}`,
    `spark-submit --conf ${X} "{{ app }}" --day {{ ds }}`,
  ])('but not where it is one: %s', (command) => {
    expect(read(command)).toEqual(SET);
  });
});

describe('a script is no file of properties, whatever the words before the call', () => {
  it.each([
    `HADOOP_USER_NAME=etl spark-submit --conf ${X} a.py`,
    `bash -c "spark-submit --conf ${X} a.py"`,
    `OUT=$(spark-submit --conf ${X} a.py)`,
  ])('%s', (command) => {
    const text = `cat > lake.conf <<EOF\nspark.hadoop.fs.s3.cse.enabled false\nEOF\n${command}\n`;
    expect(read(text)).toEqual({ ...SET, unread: ['emr/not-followed'] });
  });

  it.each([`spark.sh --conf ${X} a.py`, `lake.spark -c ${X}\nspark.sh a`])('%s', (command) => {
    expect(read(command)).toEqual(TOLD);
  });
});

describe('spark-defaults.conf that Java reads otherwise is not read, and that is an error', () => {
  it.each([
    'spark.hadoop.fs.s3a.encryption.context : a=b',
    'spark.hadoop.fs.s3a.encryption.context  \t: a=b',
    `${NBSP}spark.hadoop.fs.s3.cse.enabled true`,
    'spark.hadoop.fs.s3a.encryption.key alias\\users',
  ])('%j', (text) => {
    expect(read(text, 'spark-defaults.conf')).toEqual({ set: [], unread: ['emr/unknown-shape'] });
  });

  it('but a value may begin with an escaped colon, and hold two backslashes and a u', () => {
    const text = 'spark.hadoop.fs.s3a.encryption.context \\:a\\\\ux';
    expect(read(text, 'spark-defaults.conf').set).toEqual([
      'spark-defaults fs.s3a.encryption.context=:a\\ux',
    ]);
  });
});
