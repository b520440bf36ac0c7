import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const said = (text: string): string[] =>
  renderReading(readConfiguration(text, 'run.sh')).split('\n').slice(0, -1);

const CONF = '--conf spark.hadoop.fs.s3.cse.enabled=true';
const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';
const AFTER =
  'warning [emr/ignored-property] --conf "spark.hadoop.fs.s3.cse.enabled" stands after the application, so Spark hands it to the application: put it before';

const isRead = (command: string): void => {
  expect(said(command)).toEqual([expect.stringMatching(/^job {2}fs\.s3\.cse\.enabled = true {2}@/)]);
};

describe('a redirection', () => {
  it.each([
    `spark-submit ${CONF}>log.txt a.py`,
    `spark-submit ${CONF}>>log.txt a.py`,
    `spark-submit 12>log.txt ${CONF} a.py`,
    `spark-submit <<<text ${CONF} a.py`,
    `spark-submit >&2 ${CONF} a.py`,
    `spark-submit 2>|log.txt ${CONF} a.py`,
  ])('takes its number and its file out of the command, and nothing else: %s', (command) => {
    isRead(command);
  });

  it.each([`spark-submit 2x>log.txt ${CONF}`, `spark-submit x2>log.txt ${CONF}`])(
    'leaves the word before it that is no number, which is the application: %s',
    (command) => {
      expect(said(command)).toEqual([expect.stringContaining(AFTER), NOTHING]);
    },
  );
});

describe('a substitution', () => {
  it.each([
    ['`', 'in double quotes', `spark-submit --name "\`get "the name"\`" ${CONF} a.py`],
    ['$(', 'in double quotes', `spark-submit --name "x$(get "the name")" ${CONF} a.py`],
    ['$(', 'in single quotes, where it is text', `spark-submit --name '$(get' ${CONF} a.py`],
    ['`', 'in single quotes, where it is text', `spark-submit --name '\`get' ${CONF} a.py`],
  ])('%s %s is one word', (_sign, _where, command) => {
    isRead(command);
  });
});

describe('spark-sql --hiveconf', () => {
  it('is not followed where it is about encryption, and the sentence says how to set it', () => {
    expect(said('spark-sql --hiveconf spark.hadoop.fs.s3a.encryption.key=alias/x -f a.sql')).toEqual([
      'warning [emr/not-followed] --hiveconf "spark.hadoop.fs.s3a.encryption.key" is not followed: set it by --conf, with "spark.hadoop." before it  @ 1:22',
      NOTHING,
    ]);
  });

  it.each([
    'spark-sql --hiveconf hive.exec.parallel=true -f a.sql',
    'spark-sql --hiveconf',
    'spark-submit --name fs.s3a.encryption.key=alias/x a.py',
  ])('says nothing in %s', (command) => {
    expect(said(command)).toEqual([NOTHING]);
  });
});

describe('a call that only asks for help or the version', () => {
  it.each([
    'spark-submit --name x --version',
    `spark-submit ${CONF} --status driver-1`,
    `spark-submit ${CONF} --kill=driver-1`,
  ])('runs no job, so nothing of it is read: %s', (command) => {
    expect(said(command)).toEqual([NOTHING]);
  });

  it.each([`spark-submit ${CONF} a.py --help`, `spark-submit --name --version ${CONF} a.py`])(
    'is none where the word belongs to something else: %s',
    (command) => {
      isRead(command);
    },
  );
});
