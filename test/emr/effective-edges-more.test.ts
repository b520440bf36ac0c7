import { describe, expect, it } from 'vitest';
import { type ClientQuery, effectiveClient } from '../../src/emr/effective.ts';
import { readKey } from '../../src/emr/effective-key.ts';
import { decideByLayer } from '../../src/emr/effective-layers.ts';
import { ClientProperties } from '../../src/emr/effective-properties.ts';
import type { Layer, Setting } from '../../src/emr/setting.ts';
import { parseKeyReference } from '../../src/keys/reference.ts';
import { keyArn } from '../support/keys.ts';
import { setting, settingsOf } from './settings.ts';

const [K, L] = [keyArn('a'), keyArn('b')];
const SSE = 'fs.s3.enableServerSideEncryption';
const SSE_KEY = 'fs.s3.serverSideEncryption.kms.keyId';
const CSE_KEY = 'fs.s3.cse.kms.keyId';
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const KEY = 'fs.s3a.encryption.key';
const HAND_ON = 'fs.s3a.emrfs.compatibility.enable';
const EMRFS_CLASS = 'com.amazon.ws.emr.hadoop.fs.EmrFileSystem';
const S3A_CLASS = 'org.apache.hadoop.fs.s3a.S3AFileSystem';

const reference = (arn: string) => ({ kind: 'reference', reference: parseKeyReference(arn) });
const kms = (arn: string) => ({ type: 'sse-kms', key: reference(arn) });

const client = (settings: readonly Setting[], query: Partial<ClientQuery> = {}) => {
  const got = effectiveClient({ settings, column: 's3-emrfs', bucket: 'acme-lake', ...query });
  const found = got.problems.map(({ id, place, message }) => `${place.source} ${id}: ${message}`);
  return { encryption: got.encryption, cache: got.cache, found };
};
const inSite = (values: Readonly<Record<string, string>>) => settingsOf(values, 'core-site');

describe('which of two settings of one property counts', () => {
  const key = (value: string, layer: Layer, source: string, path?: string): Setting =>
    setting(SSE_KEY, value, layer, { source, ...(path === undefined ? {} : { path }) });

  it.each([
    ['job', 'core-site', "a job's own properties stand above every file"],
    [
      'spark-defaults',
      'core-site',
      'Spark lays its spark.hadoop properties over what Hadoop reads from its files',
    ],
    [
      'security-configuration',
      'emrfs-site',
      "a security configuration overrides the cluster's configuration",
    ],
    ['emrfs-site', 'core-site', 'emrfs-site stands above core-site'],
    ['core-site', 'core-site', 'of one document the last counts'],
  ] as const)('that of %s before that of %s, and the sentence says why', (stronger, weaker, reason) => {
    const source = stronger === weaker ? 'one.xml' : 'strong.xml';
    const winner = key(K, stronger, source);
    const beaten = key(L, weaker, 'one.xml');
    const message = `"${SSE_KEY}" is "${L}" at one.xml, but "${SSE_KEY}" is "${K}" at ${source}, which wins: ${reason}`;
    expect(decideByLayer([beaten, winner])).toStrictEqual({
      kind: 'set',
      setting: winner,
      problems: [{ id: 'emr/conflict', level: 'warning', place: { source: 'one.xml' }, message }],
    });
  });

  it('of three in one file the last, and each of the others is told once', () => {
    const last = key(keyArn('c'), 'core-site', 'one.xml');
    const decision = decideByLayer([key(K, 'core-site', 'one.xml'), key(L, 'core-site', 'one.xml'), last]);
    expect(decision).toMatchObject({ kind: 'set', setting: last });
    expect(decision.problems.map(({ message }) => message)).toStrictEqual(
      [K, L].map(
        (beaten) =>
          `"${SSE_KEY}" is "${beaten}" at one.xml, but "${SSE_KEY}" is "${last.value}" at one.xml, which wins: of one document the last counts`,
      ),
    );
  });

  it('neither between two files, nor between two sections of one', () => {
    const [one, other] = [
      key(K, 'emrfs-site', 'a.json', 'list[0]'),
      key(L, 'emrfs-site', 'a.json', 'list[1]'),
    ];
    const why = `"${SSE_KEY}" is "${L}" at a.json list[1], and "${SSE_KEY}" is "${K}" at a.json list[0]: nothing says which of the two is read last`;
    expect(decideByLayer([one, other])).toStrictEqual({
      kind: 'undecided',
      why,
      problems: [
        {
          id: 'emr/undecided-order',
          level: 'error',
          place: one.place,
          message: `${why}. give both the same value, or remove one`,
        },
      ],
    });
  });

  it('the last of one command line, wherever in it, but neither of two command lines', () => {
    const first = key(K, 'job', 'job.sh', 'conf[0]');
    const last = key(L, 'job', 'job.sh', 'conf[1]');
    expect(decideByLayer([first, last])).toMatchObject({ kind: 'set', setting: last });
    const elsewhere = key(L, 'job', 'other.sh', 'conf[1]');
    expect(decideByLayer([first, elsewhere]).kind).toBe('undecided');
  });

  it('the last where one place has an empty path and the other has none', () => {
    const last = key(L, 'core-site', 'one.xml', '');
    expect(decideByLayer([key(K, 'core-site', 'one.xml'), last])).toMatchObject({
      kind: 'set',
      setting: last,
    });
  });

  it('neither of a job and a security configuration', () => {
    const secured = key(L, 'security-configuration', 'secured.json');
    const why = `"${SSE_KEY}" is "${K}" at job.sh, and "${SSE_KEY}" is "${L}" at secured.json: whether a security configuration overrides a job is not documented`;
    expect(decideByLayer([secured, key(K, 'job', 'job.sh')])).toStrictEqual({
      kind: 'undecided',
      why,
      problems: [
        {
          id: 'emr/undecided-order',
          level: 'error',
          place: { source: 'secured.json' },
          message: `${why}. give both the same value, or remove one`,
        },
      ],
    });
  });

  it.each([
    ['alias/true', 'alias/TRUE'],
    ['false-key', 'FALSE-key'],
  ])('takes %s and %s for two values: case is nothing in true and false alone', (one, other) => {
    const decision = decideByLayer([key(one, 'core-site', 'a.xml'), key(other, 'core-site', 'b.xml')]);
    expect(decision.kind).toBe('undecided');
    const words = decideByLayer([key(' True', 'core-site', 'a.xml'), key('tRUE ', 'core-site', 'b.xml')]);
    expect(words).toMatchObject({ kind: 'set', problems: [] });
  });
});

describe('a key', () => {
  const read = (value: string) => {
    const properties = new ClientProperties(inSite({ [SSE_KEY]: value }), '');
    const decision = readKey(properties, properties.readKey(SSE_KEY));
    return { decision, found: properties.problems.map(({ id, message }) => `${id}: ${message}`) };
  };

  it('is the one that is named, and none where nothing or blanks are written', () => {
    expect(read(` ${K} `)).toStrictEqual({ decision: { kind: 'key', key: reference(K) }, found: [] });
    expect(read('  ')).toStrictEqual({ decision: { kind: 'key', key: { kind: 'absent' } }, found: [] });
  });

  it.each([
    ['<KMS Key Id>', 'emr/placeholder', ', a placeholder: put the key in its place'],
    ['{{key}}', 'emr/placeholder', ', a placeholder: put the key in its place'],
    [
      'my-key',
      'emr/bad-key',
      ', which names no key. expected a key ARN, a key id, an alias name (alias/...) or an alias ARN',
    ],
    ['arn:aws:s3:::acme-lake', 'emr/bad-key', ', which names no key. the ARN is none of a KMS key or alias'],
  ])('is not known by %j, and the sentence says what to write', (text, id, what) => {
    expect(read(text)).toStrictEqual({
      decision: { kind: 'key', key: { kind: 'unresolved', text } },
      found: [`${id}: "${SSE_KEY}" is "${text}"${what}`],
    });
  });
});

describe('the settings of a bucket', () => {
  it('are not those of a bucket with an empty name, where no bucket is asked for', () => {
    const anyBucket = { bucket: '' };
    const own = inSite({ 'fs.s3.bucket..enableServerSideEncryption': 'true' });
    expect(client(own, anyBucket)).toStrictEqual({
      encryption: { type: 'unstated' },
      cache: 'kept',
      found: [],
    });
    const idle = inSite({ [ALGORITHM]: 'AES256', 'fs.s3a.bucket..encryption.key': K });
    const s3a = client(idle, { ...anyBucket, column: 's3a-s3a' });
    expect(s3a).toStrictEqual({ encryption: { type: 'sse-s3' }, cache: 'kept', found: [] });
    const secured = settingsOf(
      { [SSE]: 'true', [SSE_KEY]: K, 'fs.s3.bucket..enableServerSideEncryption': 'false' },
      'security-configuration',
    );
    expect(client(secured, anyBucket)).toStrictEqual({ encryption: kms(K), cache: 'kept', found: [] });
  });

  it('in a security configuration replace what it says for all buckets, those of S3A too', () => {
    const secured = settingsOf(
      { [ALGORITHM]: 'SSE-KMS', [KEY]: K, 'fs.s3a.bucket.acme-lake.encryption.algorithm': 'AES256' },
      'security-configuration',
    );
    const lake = client(secured, { column: 's3a-s3a' });
    expect(lake).toStrictEqual({ encryption: { type: 'sse-s3' }, cache: 'kept', found: [] });
    const other = client(secured, { column: 's3a-s3a', bucket: 'other' });
    expect(other).toStrictEqual({ encryption: kms(K), cache: 'kept', found: [] });
  });
});

describe('the client of a column', () => {
  it('is kept or not by the cache property of its scheme', () => {
    const caches = inSite({ 'fs.s3a.impl.disable.cache': 'true', 'fs.s3n.impl.disable.cache': 'perhaps' });
    expect(client(caches, { column: 's3a-s3a' }).cache).toBe('disabled');
    expect(client(caches, { column: 's3-s3a' }).cache).toBe('kept');
    expect(client(caches).cache).toBe('kept');
    expect(client(caches, { scheme: 's3n' })).toStrictEqual({
      encryption: { type: 'unstated' },
      cache: 'undecided',
      found: [
        'core-site.txt emr/bad-value: "fs.s3n.impl.disable.cache" is "perhaps": expected "true" or "false"',
      ],
    });
  });

  const notHandedOn = (name: string): string =>
    `core-site.txt emr/ignored-property: "${name}" is not handed on to S3A here, which follows "fs.s3a.*" alone: EMR hands it on where S3A serves s3:// (from 7.10.0 on), unless "${HAND_ON}" is false`;

  it.each([
    ['where EMR hands on', 's3-s3a', {}, kms(K), []],
    [
      'where that is switched off',
      's3-s3a',
      { [HAND_ON]: 'false' },
      { type: 'unstated' },
      [notHandedOn(SSE)],
    ],
    ['on s3a:// by itself', 's3a-s3a', {}, { type: 'unstated' }, [notHandedOn(SSE)]],
    ['on s3a:// beside S3A on s3://', 's3a-s3a', { 'fs.s3.impl': S3A_CLASS }, kms(K), []],
  ] as const)(
    'follows the switch of EMRFS, or says that it does not: %s',
    (_, column, more, encryption, found) => {
      const settings = inSite({ [SSE]: 'true', [SSE_KEY]: K, ...more });
      expect(client(settings, { column })).toStrictEqual({ encryption, cache: 'kept', found });
    },
  );

  it.each([
    ['s3-emrfs', S3A_CLASS, ['emr/conflict: "fs.s3.impl" makes S3A serve s3://, but this is read for EMRFS']],
    ['s3-s3a', EMRFS_CLASS, ['emr/conflict: "fs.s3.impl" makes EMRFS serve s3://, but this is read for S3A']],
    ['s3-emrfs', EMRFS_CLASS, []],
    ['s3-s3a', S3A_CLASS, []],
    [
      's3-s3a',
      'org.example.Mine',
      [
        `emr/bad-value: "fs.s3.impl" is "org.example.Mine": expected one of "${EMRFS_CLASS}" or "${S3A_CLASS}"`,
      ],
    ],
  ] as const)('in column %s is contradicted by the class %s, or is not', (column, value, messages) => {
    const { found } = client(inSite({ 'fs.s3.impl': value }), { column });
    expect(found).toStrictEqual(messages.map((message) => `core-site.txt ${message}`));
  });

  it('of s3a:// is contradicted by a class of EMRFS there', () => {
    const { found } = client(inSite({ 'fs.s3a.impl': EMRFS_CLASS, [CSE_KEY]: K }), { column: 's3a-s3a' });
    expect(found).toStrictEqual([
      'core-site.txt emr/conflict: "fs.s3a.impl" makes EMRFS serve s3a://, but this is read for S3A',
    ]);
  });
});
