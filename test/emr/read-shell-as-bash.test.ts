import { describe, expect, it } from 'vitest';
import { leavesUnread } from '../../src/emr/problem.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';

const PROPERTY = 'spark.hadoop.fs.s3.cse.enabled=true';
const CONF = `--conf ${PROPERTY}`;
const LIST = '[{"Classification":"emrfs-site","Properties":{"fs.s3.cse.enabled":"true"}}]';

const settings = (text: string): string[] =>
  readConfiguration(text, 'run.sh').settings.map(({ name, value }) => `${name}=${value}`);
const told = (text: string): string[] =>
  readConfiguration(text, 'run.sh')
    .problems.filter(leavesUnread)
    .map(({ message }) => message);
const script = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;

describe('bash gives the property to spark-submit, and so it is read', () => {
  it.each([
    ['within quotes over several lines', `X="$(spark-submit \\\n --name "a b" ${CONF} a.py)"`],
    ['behind a bracket without meaning', `X=$(spark-submit --name a\\)b ${CONF} a.py)`],
    ['behind a bracket in quotes', `X=$(spark-submit --name 'a)b' ${CONF} a.py)`],
    ['behind a substitution of several lines', `spark-submit --name "$(echo \\\n "x y")" ${CONF} a.py`],
    ['in backticks over several lines', `X=\`spark-submit \\\n ${CONF} a.py\``],
    ['behind two redirections that look like a placeholder', `spark-submit -v<x ${CONF} a.py >log`],
    ['behind a redirection of both outputs', `spark-submit -v &>log ${CONF} a.py`],
    ['behind a redirection to a variable', `spark-submit {fd}>log ${CONF} a.py`],
    ['behind a substitution of a process', `spark-submit --jars <(x y) ${CONF} a.py`],
    ['in a container that is called pyspark', `docker exec pyspark spark-submit ${CONF} a.py`],
    ['behind an assignment that ends in pyspark', `VENV=/opt/pyspark spark-submit ${CONF} a.py`],
    ['in a function of its name', `function spark-submit { command spark-submit ${CONF} a.py; }`],
    ['in one word of what ssh runs', `ssh h spark-submit "${CONF}" a.py`],
    ['in two words of what ssh runs', `ssh h "spark-submit " "${CONF}" a.py`],
    ['in quotes for what eval runs', `eval spark-submit --conf "'${PROPERTY}'" a.py`],
    ['behind a flag in $ and quotes', `spark-submit $'--conf' ${PROPERTY} a.py`],
    ['behind a flag in $ and double quotes', `spark-submit $"--conf" ${PROPERTY} a.py`],
    ['with its value in $ and quotes', `spark-submit --conf spark.hadoop.fs.s3.cse.enabled=$'tr\\x75e' a.py`],
    ['between quotes that hold a quote', `spark-submit --name $'it\\'s' ${CONF} --queue $'it\\'s' a.py`],
    ['in an array', script('CALL=(', '  spark-submit', `  ${CONF}`, ')', `"\${CALL[@]}" a.py`)],
    ['by the CLI, over ssh', `aws emr ssh --command "spark-submit ${CONF} a.py"`],
    [
      'as the second value of an option',
      `aws emr create-cluster --instance-groups '{}' '{"Configurations":${LIST}}'`,
    ],
  ])('%s', (_where, text) => {
    expect(settings(text)).toEqual(['fs.s3.cse.enabled=true']);
    expect(told(text)).toEqual([]);
  });

  it('and its value is what stands in $ and quotes', () => {
    expect(settings(`spark-submit --conf spark.hadoop.fs.s3a.encryption.key=$'alias/x' a.py`)).toEqual([
      'fs.s3a.encryption.key=alias/x',
    ]);
  });
});

describe('bash gives it to the application, and so it is none', () => {
  it.each([`spark-submit a.py &>log ${CONF}`, `spark-submit a.py <(echo x) ${CONF}`])('%s', (text) => {
    expect(settings(text)).toEqual([]);
  });
});

describe('what may be more options is told', () => {
  it.each([
    ['in a call deep beside another', `bash -c "spark-submit b.py; su x -c 'spark-submit ${CONF} a.py'"`],
    [
      'so in a here-document',
      script('bash <<E', 'spark-submit b.py', `su x -c 'spark-submit ${CONF} a.py'`, 'E'),
    ],
    ['in a wrapper beside a call', script('bash <<E', 'spark-submit b.py', `./submit.sh ${CONF} a.py`, 'E')],
    [
      'in a call of the CLI beside one',
      'bash -c "spark-submit b.py; aws emr create-cluster --emrfs SSE=true"',
    ],
    [
      'in a call of the CLI with options of its own',
      'bash -c "aws --region x emr create-cluster --emrfs SSE=true"',
    ],
    ['in backticks over several lines', 'X=`spark-submit \\\n --properties-file f a.py`'],
    ['in a word whose program is quoted', `bash -c '"$HOME/bin/spark-submit" --properties-file f a.py'`],
    [
      'in a word whose program ends its line',
      script('bash <<E', 'spark-submit\\', ' --properties-file f a.py', 'E'),
    ],
    [
      'by a variable for the program',
      script('SUBMIT=/usr/bin/spark-submit', '$SUBMIT --properties-file f a.py'),
    ],
    ['by one with options', script('SUBMIT="/usr/bin/spark-submit -v"', '$SUBMIT $MORE a.py')],
    ['by one with a default', script('spark-submit b.py', `\${S:-spark-submit} $MORE a.py`)],
    ['by one that is looked up', script('spark-submit b.py', '$(which spark-submit) $MORE a.py')],
    ['in an array', script('CALL=(spark-submit -v)', 'CALL+=($(cat options))', `"\${CALL[@]}" a.py`)],
    ['by a wrapper', script('spark-submit b.py', './submit.sh --conf "$LAKE" a.py')],
    ['in what is printed', 'echo "$(spark-submit --properties-file f a.py)"'],
    ['from xargs', 'cat options | xargs spark-submit'],
    ['behind a substitution of a process', 'spark-submit --jars <(echo x) $(cat options) a.py'],
    ['behind a redirection of both outputs', 'spark-submit -v &>log $(cat options) a.py'],
    ['on a line without a backslash before it', script('spark-sql -f q.sql', `  ${CONF}`)],
    ['on a line with a comment before it', script('spark-sql -f q.sql \\', '  # off \\', `  ${CONF}`)],
    ['on a line with a blank behind the backslash', script('spark-sql -f q.sql \\ ', `  ${CONF}`)],
    ['behind an option that is not known', 'spark-shell -deprecation --properties-file lake.conf'],
    ['in an option of several', script('spark-submit b.py', 'A=(--x)', 'B=(--properties-file f)')],
    ['in one word of what spark-submit gets', `spark-submit "${CONF}" a.py`],
    ['in the name of an option', `spark-submit --$OPTION ${PROPERTY} a.py`],
    ['in a statement', `spark-sql -e "SET ${PROPERTY}"`],
    ['for Java', `spark-submit --driver-java-options -D${PROPERTY} a.py`],
    ['behind a switch of the CLI', 'aws emr create-cluster --use-default-roles $MORE'],
    [
      'as the second value',
      `aws emr add-steps --steps Type=Spark,Args=[a.py] Type=Spark,Args=[${CONF.replace(' ', ',')}]`,
    ],
    ['in the short form', 'aws emr add-steps --steps "Type=Spark,Args=[$ARGS]"'],
    ['by the beginning of an option', `aws emr create-cluster --configuration '${LIST}'`],
    ['in a folder', 'aws emr create-cluster --configurations "$FOLDER/lake.json"'],
    ['in a template of a job', 'aws emr-containers start-job-run --job-template-id t1'],
    ['in an option of the CLI', 'aws emr create-cluster --$OPTION file://x'],
  ])('%s', (_where, text) => {
    expect(told(text)).not.toEqual([]);
  });
});

it('very many expansions, with and without an end, cost no square of their number', () => {
  for (const part of [
    `\${`,
    '$(',
    '`a',
    `"\${`,
    "$('",
    '$(\n',
    '<(',
    'X=(',
    "$'",
    '$"',
    'aws emr ',
    'eval $(',
  ]) {
    expect(readConfiguration(`spark-submit a.py ${part.repeat(60_000)}`, 'f').settings).toEqual([]);
  }
  const nested = `${'$(\n'.repeat(30_000)}${')'.repeat(30_000)}`;
  expect(readConfiguration(`spark-submit a.py ${nested}`, 'f').settings).toEqual([]);
});
