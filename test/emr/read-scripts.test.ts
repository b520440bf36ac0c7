import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const said = (text: string): string[] =>
  renderReading(readConfiguration(text, 'run.sh')).split('\n').slice(0, -1);
const settings = (text: string): string[] =>
  readConfiguration(text, 'run.sh').settings.map(({ name, value }) => `${name}=${value}`);
const unread = (text: string): readonly unknown[] =>
  readConfiguration(text, 'run.sh').problems.flatMap((problem) => problem.unread ?? []);

const CONF = '--conf spark.hadoop.fs.s3.cse.enabled=true';
const READ = ['fs.s3.cse.enabled=true'];
const script = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;

describe('a here-document', () => {
  it('is no file of properties, though each of its lines looks like one', () => {
    const text = script(
      'set -e',
      'cat > spark.conf <<EOF',
      'spark.hadoop.fs.s3.cse.enabled true',
      'EOF',
      'spark-submit --properties-file spark.conf --conf spark.hadoop.fs.s3.cse.enabled=false app.py',
    );
    expect(settings(text)).toEqual(['fs.s3.cse.enabled=false']);
    expect(unread(text)).toContainEqual({
      kind: 'file',
      name: 'spark.conf',
      instead: 'spark-defaults.conf',
    });
    expect(unread(text)).toContainEqual({ kind: 'words' });
  });

  it.each([
    script("cat > x.sql <<'EOF'", "select 1 -- don't", 'EOF', `spark-submit ${CONF} app.py`),
    script('cat > x.sql <<-EOF', "\tit's", '\tEOF', `spark-submit ${CONF} app.py`),
    script(`spark-sql ${CONF} <<EOF`, "select 'it''s", 'EOF'),
    script('cat <<A <<B', "it's", 'A', 'B', `spark-submit ${CONF} app.py`),
  ])('is no command, whatever quotes it holds: %j', (text) => {
    expect(settings(text)).toEqual(READ);
    expect(unread(text)).toEqual([]);
  });

  it('that a shell is fed with is read', () => {
    expect(settings(script('bash <<EOF', `spark-submit ${CONF} app.py`, 'EOF'))).toEqual(READ);
  });

  it('without an end hides nothing: `<<` may be a sign of arithmetic', () => {
    expect(settings(script('X=$((1 << 3)); (( Y = X <<3 ))', `spark-submit ${CONF} app.py`))).toEqual(READ);
    const endless = script(...Array.from({ length: 200 }, (_, at) => `cat <<E${at}`));
    expect(settings(`${endless}spark-submit ${CONF} app.py`)).toEqual(READ);
  });
});

describe('an expansion within an expansion', () => {
  it.each([
    'spark-submit --num-executors $((N*2)) $MORE app.py',
    'spark-submit --name job-$(basename $(pwd)) $MORE app.py',
    `spark-submit --name \${NAME:-"\${USER}-job"} $MORE app.py`,
  ])('is one word, and what follows is told: %s', (command) => {
    expect(unread(command)).toEqual([{ kind: 'words' }]);
  });

  it.each([
    `spark-submit --executor-memory $((MEM*2))g ${CONF} app.py`,
    `spark-submit --name \${NAME:-"\${USER}"} ${CONF} --queue \${Q:-"\${USER}"} app.py`,
  ])('swallows no flag: %s', (command) => {
    expect(settings(command)).toEqual(READ);
  });

  it('of an array that may be empty is any number of words', () => {
    expect(unread(`spark-submit \${A[@]+"\${A[@]}"} app.py`)).toEqual([{ kind: 'words' }]);
  });
});

describe('a call within a substitution', () => {
  it.each([`OUT=$(spark-submit ${CONF} app.py 2>&1)`, `OUT=\`spark-submit ${CONF} app.py\``])(
    'is read: %s',
    (command) => {
      expect(settings(command)).toEqual(READ);
    },
  );

  it('deeper than it is read is told', () => {
    const command = `OUT=$(sudo -u etl spark-submit ${CONF} app.py)`;
    expect([settings(command), unread(command)]).toEqual([[], [{ kind: 'words' }]]);
    expect(said(command)[0]).toBe(
      'warning [emr/not-followed] a call of Spark deep within this word is not followed: read what it runs as a file of its own  @ 1:1',
    );
  });

  it('tells what it names', () => {
    expect(unread('OUT=$(spark-submit --properties-file prod.conf app.py)')).toEqual([
      { kind: 'file', name: 'prod.conf', instead: 'spark-defaults.conf' },
    ]);
  });
});

describe('a word that only names Spark', () => {
  it.each([
    'which spark-submit',
    'echo "runs spark-submit with care"',
    'command -v spark-submit',
    'spark-submit',
  ])('is no job: %s', (line) => {
    expect(settings(script(line, `spark-submit ${CONF} app.py`))).toEqual(READ);
    expect(unread(script(line, `spark-submit ${CONF} app.py`))).toEqual([]);
  });

  it('is kept where it names encryption, since it may be piped to a shell', () => {
    expect(settings(`echo spark-submit ${CONF} app.py`)).toEqual(READ);
  });
});

describe('what a template or a state machine builds', () => {
  const told = (document: unknown): readonly string[] =>
    said(JSON.stringify(document)).filter((line) => line.startsWith('error [emr/placeholder]'));

  it.each([
    ['a step', { HadoopJarStep: { 'Fn::If': ['P', { Args: ['spark-submit'] }, { Ref: 'X' }] } }],
    ['arguments', { HadoopJarStep: { 'Args.$': '$.args' } }],
    ['parameters', { sparkSubmitJobDriver: { 'SparkSubmitParameters.$': '$.p' } }],
    ['a driver', { jobDriver: { sparkSubmitJobDriver: { Ref: 'X' } } }],
    ['overrides', { 'ConfigurationOverrides.$': '$.o' }],
    ['a list of classifications', { Configurations: { Ref: 'X' } }],
    ['one of them', { Configurations: [{ 'Fn::If': ['P', {}, {}] }] }],
    ['a security configuration', { 'SecurityConfiguration.$': '$.s' }],
  ])('is told as unread: %s', (_, document) => {
    expect(told(document)).toHaveLength(1);
  });

  it('stays a key that is set and not known, where it is one', () => {
    const properties = { 'fs.s3a.encryption.key': { 'Fn::If': ['P', 'a', 'b'] } };
    const text = JSON.stringify([{ Classification: 'core-site', Properties: properties }]);
    expect(settings(text)).toEqual([`fs.s3a.encryption.key=\${$Fn::If}`]);
  });
});

describe('a file of credentials', () => {
  it('may hold the key of S3A, so it leaves something unread', () => {
    const text =
      '<configuration><property><name>hadoop.security.credential.provider.path</name><value>jceks://x</value></property></configuration>';
    expect(unread(text)).toEqual([{ kind: 'credentials' }]);
  });
});

it('a text of very many flags is read without a stack as deep', () => {
  const text = `spark-submit app.py\n${'--conf a=b '.repeat(50_000)}${CONF}\n`;
  expect(settings(text)).toEqual(READ);
});

it('a security configuration about authentication alone is a whole one', () => {
  expect(readConfiguration('{"AuthenticationConfiguration":{}}', 'k.json').securityConfiguration).toBe(true);
});
