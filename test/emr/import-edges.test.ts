import { describe, expect, it } from 'vitest';
import { type ImportRequest, importPolicy } from '../../src/emr/import.ts';
import type { Column } from '../../src/emr/setting.ts';
import { keyArn } from '../support/keys.ts';
import { setting } from './settings.ts';

const K = keyArn('a');
const SSE = 'fs.s3.enableServerSideEncryption';
const SSE_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const CSE = 'fs.s3.cse.enabled';
const CSE_KEY = 'fs.s3.cse.kms.keyId';
const STORAGE = 'fs.s3.cse.cryptoStorageMode';
const VERSION_2 = 'fs.s3.cse.encryptionV2.enabled';
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const KEY = 'fs.s3a.encryption.key';
const LAKE_SSE = 'fs.s3.bucket.acme-lake.enableServerSideEncryption';
const LOGS_SSE = 'fs.s3.bucket.acme-logs.enableServerSideEncryption';
const LAKE_ALGORITHM = 'fs.s3a.bucket.acme-lake.encryption.algorithm';

type Row = readonly [name: string, value: string, file?: string];

function imported(rows: readonly Row[], column: Column, more: Partial<ImportRequest> = {}) {
  const settings = rows.map(([name, value, source = 'core-site.xml']) =>
    setting(name, value, 'core-site', { source }),
  );
  const { text, rules, problems } = importPolicy({
    readings: [{ settings, problems: [] }],
    column,
    targets: [],
    ...more,
  });
  const lines = text.split('\n').slice(0, -1);
  return {
    text,
    rules,
    /** The comments below the head as running text. */
    said: lines.flatMap((line) => (line.startsWith('  # ') ? [line.slice(4)] : [])).join(' '),
    yaml: lines.filter((line) => !/^ *#/.test(line)),
    found: problems.map(({ id, place, message }) => `${place.source} ${id}: ${message}`),
  };
}

const from = (rows: readonly Row[]): string =>
  rows.map(([name, value, file = 'core-site.xml']) => `from ${file}: ${name}=${value}`).join(' ');

const HEAD = (clients: string): string =>
  `# What the clients of ${clients} do by the configuration that was read. Check it before it is a policy.\n`;

const ALIAS =
  'the alias "alias/finance" is resolved in the writer\'s account for the writer, and in the auditor\'s for the policy: name the key by its ARN';
const MANAGED = 'no key is set, so S3 takes the AWS-managed key aws/s3';
const INSTRUCTION = 'the envelope is in an instruction file: the auditor has to be allowed to read those';
const PRESUMED =
  'that version 2 of EMRFS wraps with kms+context is presumed and not documented: check one object';
const UNTOLD = `HEAD cannot tell the key ${K} of an envelope under kms+context: to have it proven, write key: ${K} beside wrap, with proof: decrypt-dry-run`;
const CUSTOM =
  "a class of the user's supplies the key, so any envelope passes: add what its envelopes hold, for example a description";
const SSE_C = 'SSE-C cannot be required: HEAD shows nothing of it without the key, and every rule refuses it';
const AWS_ALIAS = "alias/aws/ebs is an alias of AWS's own that no policy can name: S3 uses aws/s3 alone";
const COVERED =
  'the rule for all buckets governs it nevertheless: write a rule of its own for what this bucket is to hold';

const EMRFS_CSE: readonly Row[] = [
  [CSE, 'true'],
  [CSE_KEY, K],
];
const S3A_CSE: readonly Row[] = [
  [ALGORITHM, 'CSE-KMS'],
  [KEY, K],
];

describe('a rule', () => {
  it.each<[readonly Row[], Column, string, readonly string[]]>([
    [[[SSE, 'true']], 's3-emrfs', 'sse: { algorithm: ["AES256"] }', []],
    [[[ALGORITHM, 'SSE-KMS']], 's3a-s3a', 'sse: { algorithm: ["aws:kms"], key: "alias/aws/s3" }', [MANAGED]],
    [
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, 'alias/aws/s3'],
      ],
      's3a-s3a',
      'sse: { algorithm: ["aws:kms"], key: "alias/aws/s3" }',
      [],
    ],
    [
      [
        [ALGORITHM, 'DSSE-KMS'],
        [KEY, K],
      ],
      's3a-s3a',
      `sse: { algorithm: ["aws:kms:dsse"], key: "${K}" }`,
      [],
    ],
    [EMRFS_CSE, 's3-emrfs', `cse: { key: "${K}", wrap: ["kms"] }`, []],
    [
      [...EMRFS_CSE, [STORAGE, 'InstructionFile']],
      's3-emrfs',
      `cse: { key: "${K}", wrap: ["kms"] }`,
      [INSTRUCTION],
    ],
    [[...EMRFS_CSE, [VERSION_2, 'true']], 's3-emrfs', 'cse: { wrap: ["kms+context"] }', [UNTOLD, PRESUMED]],
    [
      [...EMRFS_CSE, [STORAGE, 'InstructionFile'], [VERSION_2, 'true']],
      's3-emrfs',
      'cse: { wrap: ["kms+context"] }',
      [UNTOLD, PRESUMED, INSTRUCTION],
    ],
    [S3A_CSE, 's3a-s3a', 'cse: { wrap: ["kms+context"] }', [UNTOLD]],
    [S3A_CSE, 's3-s3a', 'cse: { wrap: ["kms+context"] }', [UNTOLD]],
    [[[ALGORITHM, 'CSE-CUSTOM']], 's3-s3a', 'cse: required', [CUSTOM]],
    [
      [
        [SSE, 'true'],
        [SSE_KEY, K],
      ],
      's3-s3a',
      `sse: { algorithm: ["aws:kms"], key: "${K}" }`,
      [],
    ],
  ])(
    'of %j in %s has its origin and its remarks as comments, and no problem',
    (rows, column, line, remarks) => {
      const { said, yaml, found } = imported(rows, column);
      expect(yaml).toEqual([
        'version: 1',
        'rules:',
        '  - id: "all-buckets"',
        '    match: "s3://*"',
        `    ${line}`,
      ]);
      expect(said).toBe([from(rows), ...remarks].join(' '));
      expect(found).toEqual([]);
    },
  );

  it.each<[readonly Row[], Column, string]>([
    [
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, 'alias/finance'],
      ],
      's3a-s3a',
      'sse: { algorithm: ["aws:kms"], key: "alias/finance" }',
    ],
    [
      [
        [CSE, 'true'],
        [CSE_KEY, 'alias/finance'],
      ],
      's3-emrfs',
      'cse: { key: "alias/finance", wrap: ["kms"] }',
    ],
  ])('of the alias in %j tells as a comment and a warning where it is resolved', (rows, column, line) => {
    const { said, yaml, found } = imported(rows, column);
    expect(yaml.at(-1)).toBe(`    ${line}`);
    expect(said).toBe(`${from(rows)} ${ALIAS}`);
    expect(found).toEqual([`core-site.xml emr/alias: "s3://*": ${ALIAS}`]);
  });

  it('of an alias ARN tells that it may mean another key later, in whatever account', () => {
    const alias = 'arn:aws:kms:eu-west-1:111122223333:alias/finance';
    const remark = `the alias "${alias}" is resolved when it is used, and may mean another key later: name the key by its ARN`;
    const rows: readonly Row[] = [
      [ALGORITHM, 'SSE-KMS'],
      [KEY, alias],
    ];
    expect(imported(rows, 's3a-s3a').found).toEqual([`core-site.xml emr/alias: "s3://*": ${remark}`]);
  });

  it("of a class of the user's with instruction files tells that the auditor has to read those", () => {
    const rows: readonly Row[] = [
      [CSE, 'true'],
      ['fs.s3.cse.encryptionMaterialsProvider', 'org.example.P'],
      [STORAGE, 'InstructionFile'],
    ];
    const { said, yaml } = imported(rows, 's3-emrfs');
    expect(yaml.at(-1)).toBe('    cse: required');
    expect(said).toBe([from(rows), CUSTOM, INSTRUCTION].join(' '));
  });

  it('has no other origin than what encrypts: neither the cache nor the committer', () => {
    const rows: readonly Row[] = [
      [SSE, 'true'],
      ['fs.s3.impl.disable.cache', 'true'],
      ['spark.sql.parquet.fs.optimized.committer.optimization-enabled', 'false'],
    ];
    expect(imported(rows, 's3-emrfs').said).toBe(from(rows.slice(0, 1)));
  });
});

describe('no rule', () => {
  it.each<[string, readonly Row[], Column, string, string]>([
    [
      'SSE-C',
      [[ALGORITHM, 'SSE-C']],
      's3a-s3a',
      SSE_C,
      `emr/not-expressible: "s3://*" gets no rule: ${SSE_C}`,
    ],
    [
      "an alias of AWS's own under SSE-KMS",
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, 'alias/aws/ebs'],
      ],
      's3a-s3a',
      AWS_ALIAS,
      `emr/not-expressible: "s3://*" gets no rule: ${AWS_ALIAS}`,
    ],
    [
      "an alias of AWS's own under CSE-KMS",
      [
        [CSE, 'true'],
        [CSE_KEY, 'alias/aws/ebs'],
      ],
      's3-emrfs',
      AWS_ALIAS,
      `emr/not-expressible: "s3://*" gets no rule: ${AWS_ALIAS}`,
    ],
    [
      'a placeholder under SSE-KMS',
      [
        [ALGORITHM, 'SSE-KMS'],
        [KEY, '<key>'],
      ],
      's3a-s3a',
      'the key "<key>" is a placeholder, or names no key',
      `emr/placeholder: "${KEY}" is "<key>", a placeholder: put the key in its place`,
    ],
    [
      'a placeholder under CSE-KMS',
      [
        [CSE, 'true'],
        [CSE_KEY, '<key>'],
      ],
      's3-emrfs',
      'the key "<key>" is a placeholder, or names no key',
      `emr/placeholder: "${CSE_KEY}" is "<key>", a placeholder: put the key in its place`,
    ],
    [
      'CSE-KMS without a key',
      [[CSE, 'true']],
      's3-emrfs',
      'client-side encryption under KMS is asked for without a key',
      `emr/missing-key: "${CSE}" asks for client-side encryption under KMS without a key: set "${CSE_KEY}"`,
    ],
    [
      'an algorithm that is not known',
      [[ALGORITHM, 'SSE-XYZ']],
      's3a-s3a',
      `what the client does cannot be told: "${ALGORITHM}" is "SSE-XYZ"`,
      `emr/bad-value: "${ALGORITHM}" is "SSE-XYZ": expected AES256, SSE-KMS, DSSE-KMS, SSE-C, CSE-KMS or CSE-CUSTOM`,
    ],
  ])(
    'comes of %s: the comment says why, before where it is from, and one problem says it',
    (_, rows, column, why, problem) => {
      const { said, yaml, found } = imported(rows, column);
      expect(yaml).toEqual(['version: 1']);
      expect(said).toBe(`"s3://*": no rule, ${why} ${from(rows)}`);
      expect(found).toEqual([`core-site.xml ${problem}`]);
    },
  );

  it('is a whole document with the reason, which a person reads', () => {
    expect(imported([], 's3-s3a').text).toBe(`${HEAD('s3:// on S3A')}\
# No rule came of this configuration: the comments below say why. A policy needs one at least.
version: 1
  # "s3://*": nothing about S3 encryption is asked for, so the bucket's default decides and there is no rule
`);
  });
});

describe('a bucket with settings of its own', () => {
  it('that has no rule is told, in a document as a person reads it, to fall under the rule for all buckets', () => {
    const { text, rules, found } = imported(
      [
        [SSE, 'true'],
        [LAKE_SSE, 'false', 'lake.xml'],
      ],
      's3-emrfs',
    );
    expect(text).toBe(`${HEAD('s3:// on EMRFS')}\
version: 1
rules:
  # from core-site.xml: ${SSE}=true
  - id: "all-buckets"
    match: "s3://*"
    sse: { algorithm: ["AES256"] }
  # "s3://acme-lake/": nothing about S3 encryption is asked for, so the bucket's default decides and there
  # is no rule
  # "s3://acme-lake/": the rule for all buckets governs it nevertheless: write a rule of its own for what
  # this bucket is to hold
  # from lake.xml: ${LAKE_SSE}=false
`);
    expect(rules).toBe(1);
    expect(found).toEqual([`lake.xml emr/not-expressible: "s3://acme-lake/" gets no rule, but ${COVERED}`]);
  });

  it('that can have none is told both: why, and which rule governs it', () => {
    const rows: readonly Row[] = [
      [ALGORITHM, 'AES256'],
      [LAKE_ALGORITHM, 'SSE-C', 'lake.xml'],
    ];
    const { said, found } = imported(rows, 's3a-s3a');
    expect(said).toBe(
      `${from(rows.slice(0, 1))} "s3://acme-lake/": no rule, ${SSE_C} "s3://acme-lake/": ${COVERED} ${from(rows.slice(1))}`,
    );
    expect(found).toEqual([
      `lake.xml emr/not-expressible: "s3://acme-lake/" gets no rule: ${SSE_C}`,
      `lake.xml emr/not-expressible: "s3://acme-lake/" gets no rule, but ${COVERED}`,
    ]);
  });

  it('of which two files disagree is told at the place of the disagreement, as none of them decided', () => {
    const { found } = imported(
      [
        [SSE, 'true'],
        [LAKE_SSE, 'true', 'a.xml'],
        [LAKE_SSE, 'false', 'b.xml'],
      ],
      's3-emrfs',
    );
    const why = `"${LAKE_SSE}" is "false" at b.xml, and "${LAKE_SSE}" is "true" at a.xml: nothing says which of the two is read last`;
    expect(found).toEqual([
      `a.xml emr/undecided-order: ${why}. give both the same value, or remove one`,
      `a.xml emr/not-expressible: "s3://acme-lake/" gets no rule, but ${COVERED}`,
    ]);
  });

  it.each<[string, readonly Row[], number]>([
    [
      'a rule of its own beside that for all buckets',
      [
        [SSE, 'true'],
        [LAKE_SSE, 'true'],
      ],
      2,
    ],
    ['no rule where there is none for all buckets either', [[LAKE_SSE, 'false']], 0],
    [
      'no rule beside another bucket that has one',
      [
        [LAKE_SSE, 'true'],
        [LOGS_SSE, 'false'],
      ],
      1,
    ],
  ])('has %s, and nothing to be told', (_, rows, rules) => {
    const got = imported(rows, 's3-emrfs');
    expect(got.rules).toBe(rules);
    expect(got.found).toEqual([]);
    expect(got.said).not.toContain(COVERED);
  });

  it('has none in the column whose client does not read them', () => {
    const rows: readonly Row[] = [
      [SSE, 'true'],
      [LAKE_ALGORITHM, 'AES256'],
    ];
    expect(imported(rows, 's3-emrfs').text).not.toContain('acme-lake');
    expect(imported(rows, 's3-s3a').yaml).toContain('    match: "s3://acme-lake/"');
  });
});
