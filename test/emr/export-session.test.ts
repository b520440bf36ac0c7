import { describe, expect, it } from 'vitest';
import { renderSession } from '../../src/emr/render-session.ts';
import { renderSparkSubmit } from '../../src/emr/render-spark-submit.ts';
import { commentText, shellQuoted } from '../../src/emr/render-text.ts';
import { COLUMNS } from '../../src/emr/setting.ts';
import { keyArn } from '../support/keys.ts';
import { exported, rulesOf } from './export-support.ts';

const [A, B] = [keyArn('a'), keyArn('b')];
const YAML = rulesOf(
  `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
  `match: s3://acme-lake/b/, cse: { key: "${B}", wrap: [kms] }`,
);

describe('a single session', () => {
  it("has the cache of the scheme disabled, and EMRFS's committer off", () => {
    const base = COLUMNS.map((column) => {
      const two = rulesOf(
        `match: s3://acme-lake/a/, sse: { key: "${A}" }`,
        `match: s3://acme-lake/b/, sse: { key: "${B}" }`,
      );
      return [column, exported(two, column, { singleSession: true }).singleSession?.base];
    });
    expect(Object.fromEntries(base)).toEqual({
      's3-emrfs': [
        ['fs.s3.impl.disable.cache', 'true'],
        ['spark.sql.parquet.fs.optimized.committer.optimization-enabled', 'false'],
      ],
      's3-s3a': [['fs.s3.impl.disable.cache', 'true']],
      's3a-s3a': [['fs.s3a.impl.disable.cache', 'true']],
    });
  });

  it('takes back before each write what another write had set', () => {
    const { singleSession, applications } = exported(YAML, 's3-emrfs', { singleSession: true });
    expect(applications).toEqual([]);
    expect(singleSession === undefined ? '' : renderSession(singleSession)).toBe(
      `// before s3://acme-lake/a/ (rule r0)
spark.sparkContext.hadoopConfiguration.unset("fs.s3.cse.enabled")
spark.sparkContext.hadoopConfiguration.unset("fs.s3.cse.encryptionMaterialsProvider")
spark.sparkContext.hadoopConfiguration.unset("fs.s3.cse.kms.keyId")
spark.sparkContext.hadoopConfiguration.unset("fs.s3.cse.kms.region")
spark.sparkContext.hadoopConfiguration.set("fs.s3.enableServerSideEncryption", "true")
spark.sparkContext.hadoopConfiguration.set("fs.s3.serverSideEncryption.kms.keyId", "${A}")

// before s3://acme-lake/b/ (rule r1)
spark.sparkContext.hadoopConfiguration.unset("fs.s3.enableServerSideEncryption")
spark.sparkContext.hadoopConfiguration.unset("fs.s3.serverSideEncryption.kms.keyId")
spark.sparkContext.hadoopConfiguration.set("fs.s3.cse.enabled", "true")
spark.sparkContext.hadoopConfiguration.set("fs.s3.cse.encryptionMaterialsProvider", "com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider")
spark.sparkContext.hadoopConfiguration.set("fs.s3.cse.kms.keyId", "${B}")
spark.sparkContext.hadoopConfiguration.set("fs.s3.cse.kms.region", "eu-west-1")
`,
    );
  });

  it('says what it costs, and that two writes at a time go wrong', () => {
    const notes = exported(YAML, 's3-emrfs', { singleSession: true }).singleSession?.notes.join('\n');
    expect(notes).toMatch(/cost: every use of a path makes a client of its own/);
    expect(notes).toMatch(/cost: EMRFS's S3-optimized committer is off.*renames/);
    expect(notes).toMatch(/never write to two of these prefixes at a time/);
  });

  it('sets nothing for a write to a bucket whose default serves it', () => {
    const yaml = `${YAML}  - { id: r2, match: s3://acme-drop/, sse: { key: "${B}" } }\n`;
    const { singleSession, bucketDefaults } = exported(yaml, 's3-emrfs', { singleSession: true });
    expect(bucketDefaults).toMatchObject([{ bucket: 'acme-drop' }]);
    expect(singleSession?.steps.at(-1)).toMatchObject({ prefix: 's3://acme-drop/', set: [] });
    expect(singleSession?.steps.at(-1)?.unset).toHaveLength(6);
  });

  it('is an ordinary application where one encryption serves all writes', () => {
    const yaml = rulesOf(`match: s3://acme-lake/a/, sse: { key: "${A}" }`);
    const answer = exported(yaml, 's3-emrfs', { singleSession: true, bucketDefaults: 'never' });
    expect(answer.singleSession).toBeUndefined();
    expect(answer.applications).toHaveLength(1);
  });
});

describe('what is written out is escaped for its medium', () => {
  const HOSTILE = "s3://acme-lake/a\\u000asys.exit()/'; rm -rf ~; #\n\u202e$(x)`y`é/";

  it('a prefix in a comment ends neither the line nor the command, in Scala or in any shell', () => {
    const expected =
      's3://acme-lake/a%5Cu000asys.exit%28%29/%27%3B%20rm%20-rf%20%7E%3B%20%23%0A%E2%80%AE%24%28x%29%60y%60%C3%A9/';
    expect(commentText(HOSTILE)).toBe(expected);
    const step = { prefix: HOSTILE, rule: 'r0', set: [], unset: [] };
    expect(renderSession({ steps: [step] })).toBe(`// before ${expected} (rule r0)\n`);
    expect(commentText('\ud800')).toBe('%EF%BF%BD');
  });

  it('the command is commented by its prefixes, and every setting is quoted', () => {
    const settings = [['fs.s3.cse.enabled', 'true']] as const;
    expect(renderSparkSubmit({ name: 'r0', prefixes: ['s3://acme-lake/a;b/'], settings })).toBe(
      `# r0
# writes s3://acme-lake/a%3Bb/
# the application and its arguments follow at the end of the command
spark-submit \\
  --conf 'spark.hadoop.fs.s3.cse.enabled=true'
`,
    );
    expect(shellQuoted("it's $x")).toBe("'it'\\''s $x'");
  });
});
