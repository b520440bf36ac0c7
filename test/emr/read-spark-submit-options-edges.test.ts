import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const said = (text: string): string[] =>
  renderReading(readConfiguration(text, 'run.sh')).split('\n').slice(0, -1);

const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';
const JOB = 'spark-submit --conf spark.hadoop.fs.s3.cse.enabled=true a.py';
const FLAG = 'spark.hadoop.fs.s3.cse.enabled=true';

/** A step of EMR with these arguments. */
const step = (...Args: string[]): string =>
  JSON.stringify({ Steps: [{ HadoopJarStep: { Jar: 'command-runner.jar', Args } }] });

describe('a word that may be any number of options', () => {
  it('has no advice about quotes in a step, where no shell takes quotes away', () => {
    expect(said(step('spark-submit', '$MORE', 'a.py'))).toEqual([
      'warning [emr/not-followed] "$MORE" is not followed: what is put there may hold more options  @ 1:79 Steps[0].HadoopJarStep.Args',
      NOTHING,
    ]);
  });

  it('has that advice in a command within a word, which a shell reads', () => {
    expect(said("bash -c 'spark-submit $MORE a.py'")).toEqual([
      'warning [emr/not-followed] "$MORE" is not followed: what is put there may hold more options. if it is one word, put it in double quotes  @ 1:9',
      NOTHING,
    ]);
  });

  it('is told that way in a step that runs a shell', () => {
    expect(said(step('bash', '-c', 'spark-submit $MORE a.py'))).toEqual([
      'warning [emr/not-followed] "$MORE" is not followed: what is put there may hold more options. if it is one word, put it in double quotes  @ 1:76 Steps[0].HadoopJarStep.Args',
      NOTHING,
    ]);
  });
});

describe('a property after --hiveconf', () => {
  it('is about encryption by what stands after a "spark.hadoop." at its beginning, and nowhere else', () => {
    expect(said('spark-sql --hiveconf fs.spark.hadoop.s3.cse.enabled=true -f a.sql')).toEqual([NOTHING]);
  });
});

describe('a command that only tells', () => {
  it('is not asked what else it holds', () => {
    expect(said(`echo "now aws emr create-cluster runs"\n${JOB}`)).toEqual([
      'job  fs.s3.cse.enabled = true  @ 2:21',
    ]);
  });

  it.each(['echo', 'printf', 'which', 'type', 'hash'])(
    'is known by its first words: %s to an application is an argument',
    (word) => {
      expect(said(`spark-submit --properties-file lake.conf a.py ${word}`)).toEqual([
        'warning [emr/not-followed] --properties-file "lake.conf" is not followed: read that file too  @ 1:32',
        NOTHING,
      ]);
    },
  );

  it.each(['echo', 'printf', 'which', 'type', 'hash'])('can be %s, after another word too', (word) => {
    const told = `${word} spark-submit --properties-file lake.conf a.py`;
    expect(said(`${told}\nsudo ${told}\n${JOB}`)).toEqual(['job  fs.s3.cse.enabled = true  @ 3:21']);
  });
});

describe('a call without an application', () => {
  it.each(['spark-submit', '/usr/bin/spark-submit', 'which -a /usr/bin/spark-submit'])(
    'starts no job where it is spark-submit: %s',
    (line) => {
      expect(said(`${line}\n${JOB}`)).toEqual(['job  fs.s3.cse.enabled = true  @ 2:21']);
    },
  );

  it('is not taken for a command that nobody knows, whatever stands before it', () => {
    expect(said(`which -a fs.s3.cse.enabled spark-submit\n${JOB}`)).toEqual([
      'job  fs.s3.cse.enabled = true  @ 2:21',
    ]);
  });

  it.each(['spark-shell', '/usr/bin/pyspark', 'spark-sql', 'sparkR'])(
    'starts one where it is %s, which needs none',
    (line) => {
      expect(said(`${line}\n${JOB}`)).toEqual([
        'error [emr/several-jobs] 2 jobs with different S3 settings (the first in line 1): none of them is taken, put each into a file of its own  @ 2:1',
      ]);
    },
  );
});

describe('a command that nobody knows', () => {
  const unknown = (shown: string): string =>
    `this command is no call of Spark or of aws emr that is known, so "${shown}" in it is not followed: give what it runs`;

  it.each([
    ['lake-submit fs.s3.cse.enabled=true', 'fs.s3.cse.enabled', 13],
    ['lake-submit -Dfs.s3n.cse.enabled=true', '-Dfs.s3n.cse.enabled', 13],
    ['lake-submit x -Dspark.hadoop.fs.s3a.encryption.key=a', 'fs.s3a.encryption.key', 15],
    ['lake-submit fs.s3a.endpoint=a,fs.s3a.encryption.key=b', 'fs.s3a.encryption.key', 13],
    ['lake-submit fs.s3a.LAKE-DSSE=true', 'fs.s3a.LAKE-DSSE', 13],
  ])('is told with the property that it names: %s', (command, shown, column) => {
    expect(said(`${JOB}\n${command}`)).toEqual([
      'job  fs.s3.cse.enabled = true  @ 1:21',
      `warning [emr/not-followed] ${unknown(shown)}  @ 2:${column}`,
    ]);
  });

  it.each(['lake-submit fs.s3a.endpoint=x', 'lake-submit -Dfs.s4.cse.enabled=true', 'lake-submit'])(
    'is nobody’s concern where it names none: %s',
    (command) => {
      expect(said(`${JOB}\n${command}`)).toEqual(['job  fs.s3.cse.enabled = true  @ 1:21']);
    },
  );
});

describe('a word that calls Spark', () => {
  it('is read once, and the words beside it are not', () => {
    expect(said(`bash -c "${JOB}" fs.s3a.encryption.key=x`)).toEqual([
      'job  fs.s3.cse.enabled = true  @ 1:9',
    ]);
  });

  it('with two calls that set the same is read as both', () => {
    expect(said(`bash -c "${JOB}; ${JOB}"`)).toEqual(['job  fs.s3.cse.enabled = true  @ 1:9']);
  });

  it('with two calls that set something else is none of them, at the place of the word', () => {
    expect(said(`bash -c "${JOB}; spark-submit a.py"`)).toEqual([
      'error [emr/several-jobs] 2 jobs with different S3 settings (the first in line 1): none of them is taken, put each into a file of its own  @ 1:9',
    ]);
  });

  it('that holds no call where a command begins is told once, and the other words are read', () => {
    expect(said(`bash -c "run 'spark-submit a.py' now" "${JOB}"`)).toEqual([
      'job  fs.s3.cse.enabled = true  @ 1:39',
      'warning [emr/not-followed] a call of Spark deep within this word is not followed: read what it runs as a file of its own  @ 1:9',
    ]);
  });
});

describe('--conf as one word with its value', () => {
  it.each([`--conf=${FLAG}`, `"--conf=${FLAG}"`, `--conf="${FLAG}"`])('is read: %s', (word) => {
    expect(said(`spark-submit ${word} a.py`)).toEqual(['job  fs.s3.cse.enabled = true  @ 1:14']);
  });

  it('without a value is told', () => {
    expect(said('spark-submit --conf= a.py')).toEqual([
      'error [emr/syntax] expected name=value after --conf, found "" without a value  @ 1:14',
    ]);
  });

  it('keeps every equals sign after the first one of the property', () => {
    expect(said('spark-submit --conf=spark.hadoop.fs.s3a.encryption.context=a=b=,c= a.py')).toEqual([
      'job  fs.s3a.encryption.context = a=b=,c=  @ 1:14',
    ]);
  });
});

describe('a property that is given several times', () => {
  it.each([
    ['--conf', '--conf'],
    ['-c', '--conf'],
    ['--conf', '-c'],
  ])('has the value that stands last, by %s and then by %s, and that is said', (first, second) => {
    const command = `spark-submit ${first} ${FLAG} ${second} spark.hadoop.fs.s3.cse.enabled=false a.py`;
    const column = 14 + first.length + 1 + FLAG.length + 1 + second.length + 1;
    expect(said(command)).toEqual([
      `job  fs.s3.cse.enabled = false  @ 1:${column}`,
      `warning [emr/duplicate] "fs.s3.cse.enabled" is set to "true" and to "false" (first in line 1): the one in line 1 wins, because spark-submit takes the last. keep one  @ 1:${column}`,
    ]);
  });
});
