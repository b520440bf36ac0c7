import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { parseJsonPolicy } from '../../src/policy/parse-json.ts';

const TODAY = { today: '2026-11-21' };
const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** The one rule of a policy whose rule has this text below `match`. */
function ruleWith(requirement: string, match = 's3://acme-lake/{tenant}/', head = '') {
  const text = `version: 1\n${head}rules:\n  - id: a\n    match: "${match}"\n    ${requirement}\n`;
  const { policy, problems } = parsePolicy(text, TODAY);
  expect(problems.filter(({ level }) => level === 'error')).toEqual([]);
  return policy?.rules[0];
}
const idsOf = (text: string): string[] => parsePolicy(text, TODAY).problems.map(({ id }) => id);
const idsOfRule = (requirement: string): string[] =>
  idsOf(`version: 1\nrules:\n  - id: a\n    match: s3://acme-lake/a/\n    ${requirement}\n`);

describe('what the parser fills in', () => {
  test('severity high and uncovered alert, where defaults say nothing', () => {
    const { policy } = parsePolicy('version: 1\nrules: [{ id: a, match: s3://abc, cse: required }]', TODAY);
    expect(policy?.defaults).toEqual({ severity: 'high', uncovered: 'alert' });
    expect(policy?.exemptions).toEqual([]);
    expect(policy).not.toHaveProperty('trustedAccounts');
  });
  test('both KMS algorithms, where a key is given and no algorithm', () => {
    expect(ruleWith('sse: { key: alias/aws/s3 }')?.sse).toMatchObject({
      algorithms: ['aws:kms', 'aws:kms:dsse'],
      bucketKey: 'any',
    });
  });
  test('no algorithms, where neither is given', () => {
    expect(ruleWith('sse: { bucketKey: any }')?.sse).toEqual({ bucketKey: 'any' });
  });
  test('the suffix and proof of client-side encryption, for the short forms too', () => {
    expect(ruleWith('cse: required')?.cse).toEqual({
      kind: 'required',
      instructionSuffix: '.instruction',
      proof: 'claimed',
    });
    expect(ruleWith('cse: forbidden')?.cse).toEqual({ kind: 'forbidden', instructionSuffix: '.instruction' });
    expect(ruleWith('cse: { format: [V2] }')?.cse).toMatchObject({
      instructionSuffix: '.instruction',
      proof: 'claimed',
    });
  });
});

describe('a match', () => {
  const patternOf = (match: string) => ruleWith('cse: required', match)?.match;

  test('is taken apart at its slashes, empty segments included', () => {
    expect(patternOf('s3://acme-lake/a//{t}/x={day}.d/tail')).toEqual({
      text: 's3://acme-lake/a//{t}/x={day}.d/tail',
      bucket: { kind: 'literal', name: 'acme-lake' },
      segments: [
        { kind: 'literal', text: 'a' },
        { kind: 'literal', text: '' },
        { kind: 'capture', name: 't', before: '', after: '' },
        { kind: 'capture', name: 'day', before: 'x=', after: '.d' },
      ],
      tail: 'tail',
    });
  });
  test('without a prefix is the whole bucket, with and without the slash', () => {
    for (const match of ['s3://acme', 's3://acme/'])
      expect(patternOf(match)).toMatchObject({ segments: [], tail: '' });
  });
  test('has a bucket with the texts around each star', () => {
    expect(patternOf('s3://a*-*z')?.bucket).toEqual({
      kind: 'wildcard',
      text: 'a*-*z',
      parts: ['a', '-', 'z'],
    });
  });
  test('holds literal braces where they are doubled', () => {
    expect(patternOf('s3://acme/{{{t}}}/}}')).toMatchObject({
      segments: [{ kind: 'capture', name: 't', before: '{', after: '}' }],
      tail: '}',
    });
  });
});

describe('the keys that a rule allows', () => {
  const head = `keys:\n  fin:\n    - ${ARN}\n    - { key: alias/old, until: 2027-01-31 }\n  pay: { key: "${ARN}", aliases: [alias/w] }\n`;
  const keysOf = (key: string) =>
    ruleWith(`sse: { key: ${key} }`, 's3://acme-lake/{tenant}/', head)?.sse?.keys;

  test('are the items of a name, each with its last day of writing', () => {
    expect(keysOf('fin')).toMatchObject([
      { kind: 'key-arn', reference: { arn: ARN, account: '111122223333' } },
      { kind: 'alias-name', template: [{ kind: 'literal', text: 'alias/old' }], until: '2027-01-31' },
    ]);
  });
  test('are each member of a list, in its order', () => {
    expect(
      keysOf('[alias/aws/s3, fin, mrk-1234abcd12ab34cd56ef1234567890ab]')?.map(({ kind }) => kind),
    ).toEqual(['alias-name', 'key-arn', 'alias-name', 'key-id']);
  });
  test('stay aliases where the alias is listed, and the policy holds what it stands for', () => {
    expect(keysOf('alias/w')).toEqual([
      { kind: 'alias-name', template: [{ kind: 'literal', text: 'alias/w' }] },
    ]);
    const { policy } = parsePolicy(
      `version: 1\n${head}rules: [{ id: a, match: s3://abc, cse: required }]`,
      TODAY,
    );
    expect([...(policy?.listedAliases ?? [])]).toEqual([['alias/w', ARN]]);
  });
  test('may be an alias that captures complete', () => {
    expect(keysOf('"alias/t-{tenant}/x"')).toEqual([
      {
        kind: 'alias-name',
        template: [
          { kind: 'literal', text: 'alias/t-' },
          { kind: 'capture', name: 'tenant' },
          { kind: 'literal', text: '/x' },
        ],
      },
    ]);
  });
});

describe('what no object can meet, or nothing would ever judge', () => {
  const key = `key: "${ARN}"`;
  test.each([
    [`sse: { algorithm: [AES256, aws:fsx, aws:backup], ${key} }`],
    ['sse: { algorithm: [aws:kms:dsse], bucketKey: forbidden }'],
    [`cse: { ${key}, wrap: [AESWrap] }`],
    [`cse: { ${key}, description: { a: b } }`],
    [
      `cse: { ${key}, wrap: [kms, AES/GCM], format: [V3], suite: [AES/CBC/PKCS5Padding], proof: decrypt-dry-run }`,
    ],
    ['cse: { context: { a: b }, format: [V1] }'],
    ['cse: { wrap: [unnamed], format: [V2, V3] }'],
    ['cse: { wrap: [unnamed], suite: ["115"] }'],
    ['cse: { wrap: [kms], format: [V3] }'],
  ])('%s is an error', (requirement) => {
    expect(idsOfRule(requirement)).toEqual(['policy/unmeetable']);
  });
  test.each([
    [`sse: { algorithm: [AES256, aws:kms], ${key}, bucketKey: required }`],
    ['sse: { algorithm: [AES256], bucketKey: any }'],
    [`cse: { ${key}, wrap: [kms, kms+context, AES/GCM] }`],
    [`cse: { ${key}, wrap: [kms+context], format: [V3], proof: decrypt-dry-run }`],
    ['cse: { description: { a: b }, wrap: [kms, AES/GCM], format: [V1, V2] }'],
    ['cse: { description: { a: b }, format: [V1] }'],
    ['cse: { context: { a: b }, format: [V3], suite: ["115", AES/CBC/PKCS5Padding] }'],
    ['cse: { wrap: [x-new], suite: [x-newer], format: [V3] }'],
  ])('%s is none', (requirement) => {
    expect(idsOfRule(requirement)).toEqual([]);
  });
  test('a key that only kms+context could carry is undecidable, unless it is proven', () => {
    expect(idsOfRule(`cse: { ${key}, wrap: [AES/GCM, kms+context] }`)).toEqual(['policy/undecidable-key']);
    expect(idsOfRule(`cse: { ${key}, format: [V3] }`)).toEqual(['policy/undecidable-key']);
    expect(idsOfRule(`cse: { ${key}, proof: decrypt-dry-run }`)).toEqual([]);
  });
  const AWS_S3 = 'alias/aws/s3';
  const proven = (keys: string): readonly string[] =>
    idsOfRule(`cse: { key: ${keys}, proof: decrypt-dry-run }`);
  test.each([
    AWS_S3,
    `["${AWS_S3}"]`,
    `"arn:aws:kms:eu-west-1:111122223333:${AWS_S3}"`,
    `["${AWS_S3}", "arn:aws:kms:eu-west-1:111122223333:${AWS_S3}"]`,
  ])('a proof of %s has no key to try, and is undecidable', (keys) => {
    expect(proven(keys)).toEqual(['policy/undecidable-key']);
  });
  test('a proof of a list that holds another key may hold, and so may the claim of a managed key', () => {
    expect(proven(`["${AWS_S3}", "${ARN}"]`)).toEqual([]);
    expect(proven('"alias/aws/s{t}"')).not.toContain('policy/undecidable-key');
    expect(idsOfRule(`cse: { key: ${AWS_S3}, wrap: [kms] }`)).toEqual([]);
  });
  test('a proof of a key that could not be read is told for that alone', () => {
    expect(proven('finance')).toEqual(['policy/bad-key-reference']);
  });
});

describe('reading the file', () => {
  const rule = 'rules: [{ id: a, match: s3://abc, cse: required }]';

  test('a bad rule hides no problem of another, and problems come in source order', () => {
    const text =
      'version: 2\nrules:\n  - 7\n  - { id: b, match: s3://b/*/, sse: {} }\n  - { id: b, match: s3://abc/x, cse: no }\n';
    const { problems, policy } = parsePolicy(text, TODAY);
    expect(policy).toBeUndefined();
    expect(problems.map(({ place, id }) => `${place.line}:${place.column} ${id}`)).toEqual([
      '1:10 policy/not-allowed',
      '3:5 policy/wrong-type',
      '4:26 policy/bad-match',
      '4:28 policy/bad-match',
      '4:37 policy/empty',
      '5:11 policy/duplicate-id',
      '5:30 policy/prefix-without-slash',
      '5:38 policy/not-allowed',
    ]);
  });
  test('an account that is missing its quotes is not reported once more with every ARN', () => {
    expect(idsOf(`version: 1\ntrustedAccounts: [111122223333]\nkeys: { a: "${ARN}" }\n${rule}`)).toEqual([
      'policy/wrong-type',
    ]);
  });
  test('__proto__ is a key like any other', () => {
    expect(idsOf(`version: 1\n__proto__: { a: 1 }\n${rule}`)).toEqual(['policy/unknown-key']);
    expect(ruleWith('cse: { description: { __proto__: x, constructor: y } }')?.cse).toMatchObject({
      description: new Map([
        ['__proto__', { kind: 'text', template: [{ kind: 'literal', text: 'x' }] }],
        ['constructor', { kind: 'text', template: [{ kind: 'literal', text: 'y' }] }],
      ]),
    });
  });
  test('JSON that has a mistake YAML forgives is read as YAML', () => {
    expect(
      idsOf('{ "version": 1, "rules": [{ "id": "a", "match": "s3://abc", "cse": "required", }], }'),
    ).toEqual([]);
  });
  test("today that is no date is the caller's mistake", () => {
    expect(() => parsePolicy(`version: 1\n${rule}`, { today: '21.11.2026' })).toThrow(RangeError);
  });
});

describe('a policy in JSON', () => {
  const json = JSON.stringify({
    version: 1,
    rules: [{ id: 'a', match: 's3://acme-lake/a/', sse: { key: ARN } }],
  });

  test.each([
    ['as it is', json],
    ['with a byte order mark', `\uFEFF${json}`],
    ['over many lines', JSON.stringify(JSON.parse(json), null, 2)],
    ['with a mistake', json.replace('"id"', '"idd"')],
    ['with a key twice', json.replace('"version":1', '"version":1,"version":1')],
  ])('%s is read without YAML, and means the same', (_, text) => {
    expect(parseJsonPolicy(text, TODAY)).toEqual(parsePolicy(text, TODAY));
  });

  test.each([
    ['YAML', 'version: 1\nrules: [{ id: a, match: s3://abc, cse: required }]'],
    ['JSON with a comment', `${json} # why`],
    ['JSON cut short', json.slice(0, -1)],
    ['nothing', ''],
    ['more than a policy may be', `{"a":"${'x'.repeat(16 * 1024 * 1024)}"}`],
  ])('%s is left to the YAML parser', (_, text) => {
    expect(parseJsonPolicy(text, TODAY)).toBeUndefined();
  });
});
