import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { readKeyOptions } from '../../src/policy/parse-key-options.ts';
import { readKeys } from '../../src/policy/parse-keys.ts';
import { ProblemLog } from '../../src/policy/problem-log.ts';
import { readYaml } from '../../src/policy/read-yaml.ts';
import { policyOf, TODAY } from '../support/policy.ts';

const ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const ARN = `arn:aws:kms:eu-west-1:111122223333:key/${ID}`;
const ALIAS_ARN = 'arn:aws:kms:eu-west-1:111122223333:alias/pay';
const FORMS = 'a key ARN, a key id, an alias name (alias/...) or an alias ARN';
const KEY_ARN = {
  kind: 'key-arn',
  reference: { kind: 'key-arn', arn: ARN, region: 'eu-west-1', account: '111122223333', keyId: ID },
};
const PAY = {
  kind: 'alias-arn',
  reference: {
    kind: 'alias-arn',
    arn: ALIAS_ARN,
    region: 'eu-west-1',
    account: '111122223333',
    name: 'alias/pay',
  },
};
const alias = (text: string) => ({ kind: 'alias-name', template: [{ kind: 'literal', text }] });

/** Each problem as line:column+length, id and message. */
const told = (text: string): readonly string[] =>
  parsePolicy(text, { today: TODAY }).problems.map(
    ({ id, place, message }) => `${place.line}:${place.column}+${place.length} ${id} ${message}`,
  );
const withKeys = (keys: string, key = 'alias/aws/s3') =>
  `version: 1\nkeys: ${keys}\nrules:\n  - { id: a, match: "s3://abc/{tenant}/", sse: { key: ${key} } }\n`;
const withKey = (key: string) =>
  `version: 1\nrules:\n  - { id: a, match: "s3://abc/{tenant}/", sse: { key: ${key} } }\n`;
const keysOf = (text: string) => policyOf(text).rules[0]?.sse?.keys;

/** What rules may name under `keys`, whether or not it has problems. */
function bookOf(keys: string) {
  const log = new ProblemLog(keys);
  return readKeys(readYaml(keys, log), log, undefined);
}

describe('what "keys" may hold', () => {
  test.each([
    ['[fin]', '2:7+5 policy/wrong-type "keys" in the policy is a list, expected a map of names to keys'],
    ['7', '2:7+1 policy/wrong-type "keys" in the policy is the number 7, expected a map of names to keys'],
    ['null', '2:7+4 policy/empty "keys" in the policy has no value, expected a map of names to keys'],
    ['{ fin: null }', '2:14+4 policy/empty "fin" in "keys" has no value, expected text, or a map with "key"'],
    ['{ fin: [] }', '2:14+2 policy/empty "fin" in "keys" is an empty list, expected at least one member'],
    [
      '{ fin: { key: 7 } }',
      '2:21+1 policy/wrong-type "key" in "fin" in "keys" is the number 7, expected text: quote it as "7"',
    ],
    [
      '{ fin: { key: pay } }',
      `2:21+3 policy/bad-key-reference "key" in "fin" in "keys" is "pay", which names no key. expected ${FORMS}`,
    ],
    [
      '{ fin: [{ key: "alias/{t}" }] }',
      '2:22+11 policy/bad-capture "key" in a key of "fin" in "keys" holds a brace: captures belong to rules, so a key in "keys" has none',
    ],
    [
      `{ fin: fin }`,
      `2:14+3 policy/bad-key-reference "fin" in "keys" is "fin", a name in "keys" itself: expected ${FORMS}`,
    ],
    [
      `{ Fin: alias/f, pay: Fin }`,
      '2:9+3 policy/not-allowed the name "Fin" in "keys" is not allowed: expected a lower-case letter, then lower-case letters, digits, "_" and "-"',
      `2:28+3 policy/bad-key-reference "pay" in "keys" is "Fin", which names no key. expected ${FORMS}`,
    ],
    [
      `{ ${ID}: alias/f, pay: ${ID} }`,
      `2:9+36 policy/not-allowed the name "${ID}" in "keys" has the shape of a key id, and would hide that key`,
    ],
  ])('is not %s', (keys, ...problems) => {
    expect(told(withKeys(keys))).toEqual(problems);
  });

  test('gives each name the items that could be read, and a name with none of them no item', () => {
    const { names } = bookOf(
      `{ fin: [7, { key: "${ARN}", until: 2027-01-31 }, {}, "{t}"], pay: true, hr: { key: fin }, ops: ${ALIAS_ARN} }`,
    );
    expect([...names]).toStrictEqual([
      ['fin', [{ ...KEY_ARN, until: '2027-01-31' }]],
      ['pay', []],
      ['hr', []],
      ['ops', [PAY]],
    ]);
  });

  test('makes no alias known but those that are items or listed', () => {
    const keys = `{ a: alias/a, b: ${ALIAS_ARN}, c: { key: "${ARN}", aliases: [alias/c] }, d: ${ID}, e: ${ARN} }`;
    expect([...bookOf(keys).knownAliases]).toEqual(['alias/a', ALIAS_ARN, 'alias/c']);
    expect([...bookOf('{}').knownAliases]).toEqual([]);
  });
});

describe('the aliases that "keys" lists', () => {
  const listed = (aliases: string, key = `"${ARN}"`) =>
    told(withKeys(`\n  fin: { aliases: ${aliases}, key: ${key} }`));
  const field = '"aliases" in "fin" in "keys"';

  test.each([
    ['alias/f', `3:19+7 policy/wrong-type ${field} is text, expected a list: write [alias/f]`],
    ['{}', `3:19+2 policy/wrong-type ${field} is a map, expected a list`],
    ['[]', `3:19+2 policy/empty ${field} is an empty list, expected at least one member`],
    ['[7]', `3:20+1 policy/wrong-type a member of ${field} is the number 7, expected text: quote it as "7"`],
    [
      `[${ID}]`,
      `3:20+36 policy/bad-key-reference a member of ${field} is "${ID}", a key: expected an alias name or an alias ARN`,
    ],
    [
      '["{tenant}"]',
      `3:20+10 policy/bad-key-reference a member of ${field} is "{tenant}", which names no key. expected ${FORMS}`,
    ],
  ])('are a list of them, which %s is not', (aliases, problem) => {
    expect(listed(aliases)).toEqual([problem]);
  });

  test.each([
    [
      'fin',
      `3:35+3 policy/bad-key-reference "key" in "fin" in "keys" is "fin", a name in "keys" itself: expected ${FORMS}`,
    ],
    [
      '7',
      '3:35+1 policy/wrong-type "key" in "fin" in "keys" is the number 7, expected text: quote it as "7"',
    ],
    [
      ID,
      `3:10+7 policy/bad-key-reference ${field} stands beside "${ID}": aliases may be listed for a key ARN alone`,
    ],
    [
      ALIAS_ARN,
      `3:10+7 policy/bad-key-reference ${field} stands beside "${ALIAS_ARN}": aliases may be listed for a key ARN alone`,
    ],
  ])('stand beside a key ARN, and the key %s is one mistake', (key, problem) => {
    expect(listed('[alias/f]', key)).toEqual([problem]);
  });

  test('may repeat one another within an item, and not between two', () => {
    expect(told(withKeys(`{ fin: { key: "${ARN}", aliases: [alias/f, alias/f] } }`))).toEqual([]);
    expect(
      told(
        withKeys(
          `\n  fin: { key: "${ARN}", aliases: [alias/f] }\n  pay: { key: "${ARN}", aliases: [alias/f] }`,
        ),
      ),
    ).toEqual([
      '4:104+7 policy/duplicate-alias the alias "alias/f" is listed for two keys (the other in line 3)',
    ]);
  });

  test('stand for no key where theirs could not be read, and are known all the same', () => {
    const { listedAliases, knownAliases } = bookOf(
      `{ a: { key: zebra, aliases: [alias/a] }, b: { key: ${ID}, aliases: [alias/b] }, c: { key: "${ARN}", aliases: [alias/c, ${ALIAS_ARN}] } }`,
    );
    expect([...listedAliases]).toEqual([
      ['alias/c', ARN],
      [ALIAS_ARN, ARN],
    ]);
    expect([...knownAliases]).toEqual(['alias/a', 'alias/b', 'alias/c', ALIAS_ARN]);
  });
});

describe('the key of a rule', () => {
  test.each([
    [`"${ARN}"`, [KEY_ARN]],
    [ID, [{ kind: 'key-id', reference: { kind: 'key-id', keyId: ID } }]],
    ['alias/aws/s3', [alias('alias/aws/s3')]],
  ])('may be %s, which never lapses', (key, options) => {
    expect(keysOf(withKey(key))).toStrictEqual(options);
  });

  test('may be an alias ARN, with a warning unless "keys" speaks of it', () => {
    const warning = `: once it points to another key, every object under the old one is a violation. name both keys in "keys", the old one with "until"`;
    expect(told(withKey(`"${ALIAS_ARN}"`))).toEqual([
      `3:55+46 policy/literal-alias "key" in rule "a" is the alias "${ALIAS_ARN}"${warning}`,
    ]);
    expect(told(withKey('alias/pay'))).toEqual([
      `3:55+9 policy/literal-alias "key" in rule "a" is the alias "alias/pay"${warning}`,
    ]);
    expect(told(withKeys(`{ pay: ${ALIAS_ARN} }`, ALIAS_ARN))).toEqual([]);
    expect(told(withKeys('{ pay: { key: alias/pay, until: 2027-01-31 } }', 'alias/pay'))).toEqual([]);
    expect(told(withKeys(`{ pay: ${ALIAS_ARN} }`, 'alias/pay'))).toHaveLength(1);
    expect(keysOf(withKey(`"${ALIAS_ARN}"`))).toStrictEqual([PAY]);
  });

  test.each([
    ['zebra', `is "zebra", which is no name in "keys". expected ${FORMS}`],
    [`x-${ARN}`, `is "x-${ARN}", which names no key. expected ${FORMS}`],
    ['"{{tenant}}"', `is "{{tenant}}", which names no key. expected ${FORMS}`],
    [
      '"alias/{{tenant}}"',
      'is "alias/{{tenant}}", which names no key. an alias name is alias/ and 1 to 250 of A-Z, a-z, 0-9, "/", "_" and "-"',
    ],
    ...[
      'alias/a b-{tenant}',
      'alias/a b-{tenant}-c',
      'alias/a-{tenant} b',
      'alias/a-{tenant}:{tenant}-b',
      'alias/a-{tenant}{{',
    ].map((key) => [
      `"${key}"`,
      `is "${key}", which names no key. an alias name is alias/ and 1 to 250 of A-Z, a-z, 0-9, "/", "_" and "-"`,
    ]),
  ])('is not %s, where "keys" says nothing', (key, problem) => {
    expect(told(withKey(key))).toEqual([
      `3:55+${key.length} policy/bad-key-reference "key" in rule "a" ${problem}`,
    ]);
  });

  test.each([
    [
      '{tenant}',
      'a path must never choose a key by itself: a capture may stand in an alias name alone, as in "alias/tenant-{tenant}"',
    ],
    [
      'my-alias/{tenant}',
      'a path must never choose a key by itself: a capture may stand in an alias name alone, as in "alias/tenant-{tenant}"',
    ],
    [
      'my-arn:{tenant}',
      'a path must never choose a key by itself: a capture may stand in an alias name alone, as in "alias/tenant-{tenant}"',
    ],
    [
      'alias/{tenant}',
      'a capture may stand after "alias/" and at least one more character, as in "alias/tenant-{tenant}"',
    ],
    [
      'arn:aws:kms:eu-west-1:111122223333:alias/x-{tenant}',
      'a capture may stand in an alias name, not in an ARN',
    ],
  ])('is never chosen by the path alone, as %s would be', (key, advice) => {
    expect(told(withKey(`"${key}"`))).toEqual([
      `3:55+${key.length + 2} policy/bad-capture "key" in rule "a" is "${key}". ${advice}`,
    ]);
  });

  test.each([
    ['alias/a', ['literal alias/a']],
    ['alias/a{tenant}', ['literal alias/a', 'capture tenant']],
    [
      'alias/a/{tenant}_{tenant}-0',
      ['literal alias/a/', 'capture tenant', 'literal _', 'capture tenant', 'literal -0'],
    ],
  ])('may be the alias %s', (key, parts) => {
    const [option] = keysOf(withKey(`"${key}"`)) ?? [];
    expect(
      option?.kind === 'alias-name' &&
        option.template.map((part) => `${part.kind} ${part.kind === 'literal' ? part.text : part.name}`),
    ).toEqual(parts);
  });

  test.each([
    ['fin', [KEY_ARN]],
    ['[fin, alias/b]', [KEY_ARN, alias('alias/b')]],
    ['bad', undefined],
    ['[bad, fin]', [KEY_ARN]],
    ['[fin, zebra]', undefined],
    ['"alias/x-{nobody}"', undefined],
    ['"alias/x-{tenant"', undefined],
    ['[]', undefined],
    ['7', undefined],
  ])('given as %s is every key that it names, or none where a member names none', (key, options) => {
    const log = new ProblemLog(key);
    const node = readYaml(key, log);
    const context = { book: bookOf(`{ fin: ${ARN}, bad: zebra }`), captures: new Set(['tenant']) };
    expect(node && readKeyOptions(node, { name: 'the key', log }, context)).toEqual(options);
  });
});
