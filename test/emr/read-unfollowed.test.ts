import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const said = (text: string): string[] =>
  renderReading(readConfiguration(text, 'run.sh')).split('\n').slice(0, -1);

const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';
const CLIENT_SIDE = 'spark.hadoop.fs.s3.cse.enabled=true';

describe('a flag takes effect', () => {
  it.each([
    ['after a redirection', `spark-submit >log.txt --conf ${CLIENT_SIDE} a.py`, 30],
    ['after a redirection of a number', `spark-submit 2>&1 --conf ${CLIENT_SIDE} a.py`, 26],
    ['after a switch of spark-sql', `spark-sql -S --conf ${CLIENT_SIDE} -f a.sql`, 21],
    ['after a switch that nobody knows', `spark-shell -deprecation --conf ${CLIENT_SIDE}`, 33],
    ['before the application’s own --version', `spark-submit --conf ${CLIENT_SIDE} a.py --version 2`, 21],
    ['within a word that calls spark-sql', `bash -c "spark-sql --conf ${CLIENT_SIDE} -f a.sql"`, 9],
  ])('%s', (_where, command, column) => {
    expect(said(command)).toEqual([`job  fs.s3.cse.enabled = true  @ 1:${column}`]);
  });

  it('after a substitution in double quotes that holds quotes itself', () => {
    expect(said(`spark-submit --name "$(get "the name")" --conf ${CLIENT_SIDE} a.py`)).toEqual([
      'job  fs.s3.cse.enabled = true  @ 1:48',
    ]);
  });

  it('after an application whose folder is a variable only for the application', () => {
    expect(said(`spark-submit $JOBS/a.py --conf ${CLIENT_SIDE}`)).toEqual([
      'warning [emr/ignored-property] --conf "spark.hadoop.fs.s3.cse.enabled" stands after the application, so Spark hands it to the application: put it before  @ 1:32',
      NOTHING,
    ]);
  });
});

describe('what cannot be followed is told', () => {
  it.each(['$OPTIONS', `\${OPTIONS}`, `"\${OPTIONS[@]}"`, '"$@"', '$(cat options)', '`cat options`'])(
    'where %s may hold more options',
    (word) => {
      const shown = word.replaceAll('"', '');
      const message = `"${shown}" is not followed: what is put there may hold more options`;
      const advice = /^\$\{?\w+\}?$/.test(word) ? '. if it is one word, put it in double quotes' : '';
      expect(said(`spark-submit ${word} a.py`)).toEqual([
        `warning [emr/not-followed] ${message}${advice}  @ 1:14`,
        NOTHING,
      ]);
      expect(said(`aws emr create-cluster ${word}`)).toEqual([
        `warning [emr/not-followed] ${message}  @ 1:24`,
        NOTHING,
      ]);
    },
  );

  it.each(['"$JAR"', `"\${JAR}"`, '"$(find-jar)"', '"`find-jar`"', '"$*"', "'$JAR'", '"$JOBS"/a.py'])(
    'but not where %s is one word, which is the application',
    (word) => {
      expect(said(`spark-submit --conf ${CLIENT_SIDE} ${word} --day "$DAY" 2>&1 | tee log.txt`)).toEqual([
        'job  fs.s3.cse.enabled = true  @ 1:21',
      ]);
    },
  );

  it.each(['$CONFIGURATIONS', '$(cat lake.json)'])(
    'where %s is the value of an option with JSON',
    (value) => {
      expect(said(`aws emr create-cluster --configurations "${value}"`)).toEqual([
        `warning [emr/not-followed] --configurations "${value}" is not followed: read what it names too  @ 1:41 --configurations`,
        NOTHING,
      ]);
    },
  );

  it.each([`\${Flags}`, '$FLAGS'])('where %s may be all parameters of a job', (flags) => {
    const driver = { sparkSubmitJobDriver: { sparkSubmitParameters: flags } };
    expect(readConfiguration(JSON.stringify({ jobDriver: driver }), 'f').problems[0]?.message).toBe(
      `"${flags}" is not followed: what is put there may hold more options`,
    );
  });

  it('but not where a document puts one text, as the application of a step', () => {
    const step = {
      HadoopJarStep: { Args: ['spark-submit', '--conf', CLIENT_SIDE, `\${Script}`, '--day', 'x'] },
    };
    const { settings, problems } = readConfiguration(JSON.stringify(step), 'f');
    expect(settings.map(({ name }) => name)).toEqual(['fs.s3.cse.enabled']);
    expect(problems).toEqual([]);
  });

  it('where the short form sets a property', () => {
    const value = `applicationConfiguration=[{classification=spark-defaults,properties={${CLIENT_SIDE}}}]`;
    expect(said(`aws emr-containers start-job-run --configuration-overrides '${value}'`)).toEqual([
      'warning [emr/not-followed] --configuration-overrides in the short form is not followed: write its value as JSON  @ 1:60 --configuration-overrides',
      NOTHING,
    ]);
  });

  it.each([
    ['a wrapper', `./submit.sh --conf ${CLIENT_SIDE} a.py`, 20],
    ['a program in a variable', `$SUBMIT --conf ${CLIENT_SIDE} a.py`, 16],
  ])('where %s gets a property', (_what, command, column) => {
    expect(said(command)).toEqual([
      `warning [emr/not-followed] this command is no call of Spark or of aws emr that is known, so "fs.s3.cse.enabled" in it is not followed: give what it runs  @ 1:${column}`,
      NOTHING,
    ]);
  });

  it('where a command in a command in a word calls Spark', () => {
    expect(said(`ssh h "su -c 'spark-submit --conf ${CLIENT_SIDE} a.py'"`)).toEqual([
      'warning [emr/not-followed] a call of Spark deep within this word is not followed: read what it runs as a file of its own  @ 1:7',
      NOTHING,
    ]);
  });

  it('where the name of a property is a variable', () => {
    expect(said('spark-submit --conf "$NAME=true" a.py')).toEqual([
      'warning [emr/not-followed] "$NAME" after --conf is not followed: what is put there may be about S3 encryption  @ 1:21',
      NOTHING,
    ]);
  });

  it('where a word calls the CLI', () => {
    expect(said('bash -c "aws emr create-cluster --emrfs SSE=true"')).toEqual([
      'warning [emr/not-followed] a call of aws emr within a word is not followed: read what it runs as a file of its own  @ 1:9',
      NOTHING,
    ]);
  });

  it('where a step of another tool gets a property of Spark', () => {
    const step = { HadoopJarStep: { Args: ['submit.sh', '--conf', CLIENT_SIDE] } };
    expect(readConfiguration(JSON.stringify(step), 'f').problems[0]?.message).toBe(
      'a step that is no spark-submit sets "fs.s3.cse.enabled": it is not followed',
    );
  });

  it('where a quote is left open within a word', () => {
    expect(
      readConfiguration(`bash -c "spark-submit --name 'x --conf ${CLIENT_SIDE}"`, 'f').problems[0],
    ).toEqual({
      id: 'emr/syntax',
      level: 'error',
      place: { source: 'f', line: 1, column: 9 },
      message: "the quote ' that begins here has no end: close it",
    });
  });
});

it('spark-defaults.conf may end its lines in a carriage return alone', () => {
  const text = 'spark.app.name x\rspark.hadoop.fs.s3.cse.enabled true';
  expect(readConfiguration(text, 'f').settings.map(({ name, value }) => [name, value])).toEqual([
    ['fs.s3.cse.enabled', 'true'],
  ]);
});

it('the committer’s property with a blank before it is told with its right name', () => {
  const name = 'spark.sql.parquet.fs.optimized.committer.optimization-enabled';
  expect(said(`spark-submit --conf " ${name}=true" a.py`)[0]).toBe(
    `warning [emr/unknown-property] Spark on EMR knows no " ${name}": did you mean "${name}"?  @ 1:21`,
  );
});
