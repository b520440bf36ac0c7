import { describe, expect, it } from 'vitest';
import { placeText } from '../../src/emr/place-text.ts';
import { isPlaceholder } from '../../src/emr/placeholder.ts';
import { bucketProperty, knownProperty } from '../../src/emr/properties.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { concernsEncryption, looksLikeEncryption, meantProperty } from '../../src/emr/read-near-miss.ts';
import type { EmrReading } from '../../src/emr/reading.ts';
import { keyArn } from '../support/keys.ts';

/** 256 bits in Base64, as SSE-C wants them. */
const RAW_KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=';
const S3A_KEY = 'fs.s3a.encryption.key';
const ALGORITHM = 'fs.s3a.encryption.algorithm';
const PROVIDER = 'fs.s3.cse.encryptionMaterialsProvider';

const set = ({ settings }: EmrReading): string[] => settings.map(({ name, value }) => `${name}=${value}`);
const inSite = (classification: string, properties: Readonly<Record<string, string>>): EmrReading =>
  readConfiguration(JSON.stringify([{ Classification: classification, Properties: properties }]), 'f');
/** One property on each line of a core-site.xml. */
const inXml = (...properties: readonly (readonly [name: string, value: string, more?: string])[]) => {
  const lines = properties.map(
    ([name, value, more = '']) => `<property><name>${name}</name><value>${value}</value>${more}</property>\n`,
  );
  return readConfiguration(`<configuration>\n${lines.join('')}</configuration>`, 'core-site.xml');
};

describe('a name that no client reads', () => {
  it.each([
    ['fs.s3.bucket.acme.cse.enable', 'fs.s3.bucket.acme.cse.enabled'],
    ['fs.s3.bucket.acme-me.cse.enable', 'fs.s3.bucket.acme-me.cse.enabled'],
    ['fs.s3.bucket.a.cse.enable', 'fs.s3.bucket.a.cse.enabled'],
    ['fs.s3a.bucket.a.lake.encryption.kye', 'fs.s3a.bucket.a.lake.encryption.key'],
    ['fs.s3a.bucket.acme.encryption.algoritm', 'fs.s3a.bucket.acme.encryption.algorithm'],
  ])('%s keeps its bucket in what it was meant to be: %s', (name, meant) => {
    expect(meantProperty(name)).toBe(meant);
  });

  it.each([
    'fs.s3a.bucket.acme.impll',
    'fs.s3.bucket.acme.impl.disable.cach',
    'fs.s3.bucket.acme',
    'fs.s3.bucket..cse.enable',
    'fs.s3n.ssl.enabled',
  ])('%s is meant to be nothing: no bucket can have that of its own', (name) => {
    expect(meantProperty(name)).toBeUndefined();
  });

  it('is compared up to 160 characters', () => {
    const ofLength = (length: number) => `fs.s3a.bucket.${'a'.repeat(length - 28)}.encryption.ke`;
    expect(ofLength(160)).toHaveLength(160);
    expect(meantProperty(ofLength(160))).toBe(`${ofLength(160)}y`);
    expect(meantProperty(ofLength(161))).toBeUndefined();
  });

  it.each(['fs.s3.customKmsProvider', 'fs.s3.own2Sse', 'fs.s3n.cse-mode', 'fs.s3a.dsse', 'FS.S3.ENCRYPTED'])(
    '%s looks like encryption by one of its words',
    (name) => {
      expect(looksLikeEncryption(name)).toBe(true);
      expect(concernsEncryption(name)).toBe(true);
    },
  );

  it.each(['fs.s3.customprocessing', 'fs.s3.assessment', 'fs.s3.CONSENT', 'fs.gs.kms.key'])(
    '%s does not',
    (name) => {
      expect(looksLikeEncryption(name)).toBe(false);
      expect(concernsEncryption(name)).toBe(false);
    },
  );

  it('concerns encryption too where it is the client’s, which decides who encrypts', () => {
    expect(looksLikeEncryption('fs.s3.impl.disable.cache')).toBe(false);
    expect(concernsEncryption('fs.s3.impl.disable.cache')).toBe(true);
  });
});

describe('a property of a bucket', () => {
  it('has a name of 256 characters at most', () => {
    const ofLength = (length: number) => `fs.s3a.bucket.${'a'.repeat(length - 29)}.encryption.key`;
    expect(ofLength(256)).toHaveLength(256);
    expect(bucketProperty(ofLength(256))).toEqual({ bucket: 'a'.repeat(227), base: S3A_KEY });
    expect(bucketProperty(ofLength(257))).toBeUndefined();
  });

  it.each([
    'fs.s3.bucket.acmea.encryption.key',
    'fs.s3a.bucket.acme',
    'fs.s3a.encryption.key',
    'fs.s3n.bucket.acme.cse.enabled',
    '',
  ])('is not %j', (name) => {
    expect(bucketProperty(name)).toBeUndefined();
  });

  it('is not what only resembles one, and then nothing is known of it', () => {
    expect(knownProperty('fs.s3.bucket.acmea.encryption.key')).toBeUndefined();
    expect(knownProperty('fs.s3a.bucket.acme.encryption.key')).toEqual({
      value: 'key',
      perBucket: true,
      decides: 'encryption',
      note: 'the KMS key; under SSE-C the key itself',
      page: 'https://hadoop.apache.org/docs/current/hadoop-aws/tools/hadoop-aws/encryption.html',
    });
  });
});

const dollar = (name: string): string => `\${${name}}`;

describe('a placeholder', () => {
  it.each([
    ['x{{k}}', true],
    ['arn{{ region }}', true],
    ['key}}', false],
    ['a}}{{b', false],
    ['{{key}', false],
  ])('of double braces has both of them, wherever they begin: %s', (text, is) => {
    expect(isPlaceholder(text)).toBe(is);
  });
});

describe('the key of S3A', () => {
  it.each([
    ['SSE-C', keyArn('a'), keyArn('a')],
    ['SSE-C', 'alias/lake', 'alias/lake'],
    ['SSE-C', dollar('KEY'), dollar('KEY')],
    ['SSE-C', '', ''],
    ['SSE-C', 'open-sesame', '(not shown)'],
    ['sse-c', 'open-sesame', '(not shown)'],
    ['SSE-C', RAW_KEY, '(not shown)'],
    ['SSE-KMS', RAW_KEY, '(not shown)'],
    ['SSE-KMS', 'no-key-of-kms', 'no-key-of-kms'],
    ['AES256', 'no-key-of-kms', 'no-key-of-kms'],
  ])('under %s is %j as %j: a secret is not shown, what names a key is', (algorithm, value, shown) => {
    for (const [ofAlgorithm, ofKey] of [
      [ALGORITHM, S3A_KEY],
      ['fs.s3a.server-side-encryption-algorithm', 'fs.s3a.server-side-encryption.key'],
      ['fs.s3a.bucket.acme.encryption.algorithm', 'fs.s3a.bucket.acme.encryption.key'],
    ] as const) {
      const reading = inSite('core-site', { [ofAlgorithm]: algorithm, [ofKey]: value });
      expect(set(reading)).toEqual([`${ofAlgorithm}=${algorithm}`, `${ofKey}=${shown}`]);
    }
  });

  it('of EMRFS is shown whatever it is, since no key of SSE-C stands there', () => {
    const reading = inSite('core-site', { [ALGORITHM]: 'SSE-C', 'fs.s3.cse.kms.keyId': 'no-key-of-kms' });
    expect(set(reading)[1]).toBe('fs.s3.cse.kms.keyId=no-key-of-kms');
  });

  it.each([
    ['open-sesame', keyArn('a'), 'two different values'],
    [keyArn('a'), 'open-sesame', 'two different values'],
    ['open-sesame', 'open-barley', 'two different values'],
    [keyArn('a'), 'alias/lake', `"${keyArn('a')}" and to "alias/lake"`],
  ])('that is %s and then %s is said without the secret', (first, second, values) => {
    expect(inXml([ALGORITHM, 'SSE-C'], [S3A_KEY, first], [S3A_KEY, second]).problems).toEqual([
      {
        id: 'emr/duplicate',
        level: 'warning',
        place: { source: 'core-site.xml', line: 4, column: 1, path: S3A_KEY },
        message: `"${S3A_KEY}" is set to ${values} (first in line 3): the one in line 4 wins, because Hadoop takes the last. keep one`,
      },
    ]);
  });
});

describe('a property that is set twice', () => {
  const region = 'fs.s3.cse.kms.region';

  it('to the same value is one setting, with nothing to say', () => {
    const { settings, problems } = inXml([region, 'eu-west-1'], [region, 'eu-west-1']);
    expect(problems).toEqual([]);
    expect(settings).toEqual([
      {
        name: region,
        value: 'eu-west-1',
        layer: 'core-site',
        place: { source: 'core-site.xml', line: 3, column: 1, path: region },
      },
    ]);
  });

  it('is what the final one says, and the one without effect is pointed at', () => {
    const { settings, problems } = inXml([region, 'eu-west-1', '<final>true</final>'], [region, 'us-east-1']);
    expect(settings.map(({ value }) => value)).toEqual(['eu-west-1']);
    expect(problems).toEqual([
      {
        id: 'emr/duplicate',
        level: 'warning',
        place: { source: 'core-site.xml', line: 3, column: 1, path: region },
        message: `"${region}" is set to "us-east-1" and to "eu-west-1": the one in line 2 wins, because it is final. keep one`,
      },
    ]);
  });
});

describe('a name beside a provider of one’s own', () => {
  const unknown = {
    id: 'emr/unknown-property',
    level: 'warning',
    message:
      '"fs.s3.kmsArnForEverything" looks like S3 encryption, but neither EMRFS nor S3A reads it: docs/emr.md lists what they read',
  };

  it('may be its argument: it is a setting whose value is not shown', () => {
    const reading = inSite('emrfs-site', {
      [PROVIDER]: 'com.acme.Keys',
      'keys.table': 'x',
      'fs.s3.kmsArnForEverything': 'y',
    });
    expect(set(reading)).toEqual([
      `${PROVIDER}=com.acme.Keys`,
      'keys.table=(not shown)',
      'fs.s3.kmsArnForEverything=(not shown)',
    ]);
    expect(reading.problems).toEqual([]);
  });

  it.each(['', 'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider'])(
    'is nobody’s argument where the provider is %j',
    (provider) => {
      const reading = inSite('emrfs-site', {
        [PROVIDER]: provider,
        'keys.table': 'x',
        'fs.s3.kmsArnForEverything': 'y',
      });
      expect(set(reading)).toEqual([`${PROVIDER}=${provider}`]);
      expect(reading.problems).toEqual([
        { ...unknown, place: expect.objectContaining({ source: 'f', path: '[0].emrfs-site' }) },
      ]);
    },
  );
});

describe('a place in one line', () => {
  it.each([
    [{ source: 'core-site.xml' }, 'core-site.xml'],
    [{ source: 'core-site.xml', line: 12 }, 'core-site.xml:12'],
    [{ source: 'core-site.xml', line: 12, column: 3 }, 'core-site.xml:12:3'],
    [{ source: 'x.json', line: 1, column: 2, path: '[0].core-site' }, 'x.json:1:2 [0].core-site'],
    [{ source: '--conf', path: 'fs.s3.cse.enabled' }, '--conf fs.s3.cse.enabled'],
    [{ source: 'a\nb', line: 1, path: 'c\u202Ed' }, 'a\\u{A}b:1 c\\u{202E}d'],
  ])('%j is %s', (place, text) => {
    expect(placeText(place)).toBe(text);
  });
});
