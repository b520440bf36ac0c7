import { type Case, compliant, unknown, violation } from './case.ts';
import type { Asked } from './hands.ts';
import { eventBridgeEvent, formEncoded, s3Notification } from './messages.ts';
import { keyArn } from './names.ts';

const RIGHT: Asked = { sse: 'aws:kms', key: keyArn('plain') };
const WRONG: Asked = { sse: 'aws:kms', key: keyArn('other') };

/** What stands in the name, and the rule that governs it. */
const ODD: readonly (readonly [what: string, key: string, rule: string])[] = [
  ['a plus sign', 'odd/a+b', 'odd'],
  ['a space', 'odd/a b', 'odd'],
  ['a percent sign', 'odd/100%', 'odd'],
  ['what looks like a plus sign encoded', 'odd/a%2Bb', 'odd'],
  ['what looks like a percent sign encoded', 'odd/a%252Bb', 'odd'],
  ['an accent', 'odd/é', 'odd'],
  ['an accent of its own', 'odd/e\u0301', 'odd'],
  ['Japanese', 'odd/日本', 'odd'],
  ['an emoji', 'odd/😀', 'odd'],
  ['two slashes', 'odd//twice', 'odd'],
  ['a slash at the end', 'odd/folder/', 'odd'],
  ['a slash at the start', '/odd/start', 'odd-slash'],
  ['a dot segment at the start', './odd/here', 'odd-dots'],
  ['two dots at the start', '../odd/up', 'odd-up'],
  ['two dots in the middle', 'odd/../odd/x', 'odd'],
  ['ampersand and equals sign', 'odd/?a=1&b=2', 'odd'],
  ['a hash', 'odd/a#b', 'odd'],
  ['quotes', 'odd/"it\'s"', 'odd'],
  ['a backslash', 'odd/a\\b', 'odd'],
  ['a line feed', 'odd/a\nb', 'odd'],
  ['a line separator', 'odd/a\u2028b', 'odd'],
  ['a control character', 'odd/a\u0001b\u007f', 'odd'],
  ['a name that every object has', '__proto__/constructor', 'odd-proto'],
  ['brackets and braces', 'odd/{a}[b]<c>', 'odd'],
  ['right-to-left marks', 'odd/\u202efdp.exe', 'odd'],
  ['the longest key that S3 takes', `odd/${'é'.repeat(510)}`, 'odd'],
];

/** Each of these names is audited under that very name: right where it is right, wrong where it is wrong. */
const oddNames: readonly Case[] = ODD.flatMap(([what, key, rule]): readonly Case[] => [
  {
    title: `a key with ${what} is audited under that very key`,
    key,
    write: (hands, at) => hands.put(at, WRONG),
    expect: violation('high', rule, ['KMS_KEY_NOT_ALLOWED'], { args: { actual: keyArn('other') } }),
  },
]);

export const NAME_CASES: readonly Case[] = [
  ...oddNames,
  {
    title: 'odd names are no violation by themselves',
    key: 'odd/right/{n}',
    objects: 40,
    write: (hands, at) => hands.put(at, RIGHT),
    expect: compliant('odd'),
  },
  {
    title: 'where the key as it was sent is another object, the decoded one is judged: right',
    key: 'odd/twin+right {n}',
    write: async (hands, at) => {
      await hands.put(at, RIGHT);
      const twin = { serverSideEncryption: 'aws:kms', kmsKeyId: keyArn('other') };
      hands.plant({ ...at, key: formEncoded(at.key) }, twin);
    },
    expect: compliant('odd'),
  },
  {
    title: 'where the key as it was sent is another object, the decoded one is judged: wrong',
    key: 'odd/twin+wrong {n}',
    write: async (hands, at) => {
      await hands.put(at, WRONG);
      const twin = { serverSideEncryption: 'aws:kms', kmsKeyId: keyArn('plain') };
      hands.plant({ ...at, key: formEncoded(at.key) }, twin);
    },
    expect: violation('high', 'odd', ['KMS_KEY_NOT_ALLOWED'], { args: { actual: keyArn('other') } }),
  },
  {
    title: 'where only the key as it was sent is an object, the encoding is in doubt',
    key: 'odd/lost+twin {n}',
    write: (hands, at) => hands.put(at, RIGHT),
    before: async (hands, at) => {
      await hands.delete(at);
      hands.plant({ ...at, key: formEncoded(at.key) });
    },
    expect: unknown('high', 'odd', ['KEY_ENCODING']),
  },
  {
    title: 'a message of a server that does not encode keys is in doubt, never gone',
    bucket: 'acme-silent',
    key: 'unencoded/a b-{n}',
    plain: true,
    write: async (hands, at) => {
      const key = at.key.replace(' ', '+');
      await hands.put({ ...at, key }, WRONG);
      await hands.send(s3Notification({ ...at, rawKey: key }));
    },
    expect: unknown('high', 'silent', ['KEY_ENCODING']),
  },
  {
    title: 'EventBridge does not encode keys, and so they are not decoded',
    bucket: 'acme-silent',
    key: 'bridge/a+b%2Bc %25{n}',
    write: async (hands, at) => {
      await hands.put(at, WRONG);
      await hands.send(eventBridgeEvent(at));
    },
    expect: violation('high', 'silent', ['KMS_KEY_NOT_ALLOWED'], { args: { actual: keyArn('other') } }),
  },
];
