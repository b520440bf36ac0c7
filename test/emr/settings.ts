import fc from 'fast-check';
import { PROPERTIES } from '../../src/emr/properties.ts';
import { LAYERS, type Layer, type Setting, type SettingPlace } from '../../src/emr/setting.ts';
import { keyArn } from '../support/keys.ts';

/** A setting as one line of a file named after its layer. */
export const setting = (
  name: string,
  value: string,
  layer: Layer = 'emrfs-site',
  place: SettingPlace = { source: `${layer}.txt` },
): Setting => ({ name, value, layer, place });

/** Settings of one layer from a plain map. */
export const settingsOf = (values: Readonly<Record<string, string>>, layer: Layer = 'job'): Setting[] =>
  Object.entries(values).map(([name, value]) => setting(name, value, layer));

const BUCKETS = ['acme-lake', 'acme.logs'];
const NAMES = [...PROPERTIES].flatMap(([name, { perBucket }]) => [
  name,
  ...(perBucket
    ? BUCKETS.map((bucket) => name.replace(/^fs\.s3a?\./, (family) => `${family}bucket.${bucket}.`))
    : []),
]);
const VALUES = [
  'true',
  'false',
  'AES256',
  'aws:kms',
  'SSE-KMS',
  'DSSE-KMS',
  'SSE-C',
  'CSE-KMS',
  'CSE-CUSTOM',
  'InstructionFile',
  'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
  keyArn('a'),
  keyArn('b'),
  'alias/finance',
  'alias/aws/ebs',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder as people leave it in a file
  '${KeyID}',
  '',
  'x\n\u202E"#: \uD800',
];

/** Any setting of a known property, with values that fit and values that do not. */
export const anySetting: fc.Arbitrary<Setting> = fc.record({
  name: fc.constantFrom(...NAMES),
  value: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...VALUES) }, fc.string()),
  layer: fc.constantFrom(...LAYERS),
  place: fc.record({ source: fc.oneof(fc.constantFrom('a.json', 'b.xml'), fc.string({ unit: 'binary' })) }),
});

export const anySettings = fc.array(anySetting, { maxLength: 12 });

const RECIPES: readonly Readonly<Record<string, string>>[] = [
  { 'fs.s3.enableServerSideEncryption': 'true' },
  {
    'fs.s3.enableServerSideEncryption': 'true',
    'fs.s3.serverSideEncryption.kms.keyId': keyArn('b'),
  },
  { 'fs.s3.cse.enabled': 'true', 'fs.s3.cse.kms.keyId': keyArn('c') },
  {
    'fs.s3.cse.enabled': 'true',
    'fs.s3.cse.kms.keyId': 'alias/finance',
    'fs.s3.cse.cryptoStorageMode': 'InstructionFile',
  },
  { 'fs.s3a.encryption.algorithm': 'SSE-KMS' },
  { 'fs.s3a.encryption.algorithm': 'SSE-KMS', 'fs.s3a.encryption.key': 'alias/finance' },
  { 'fs.s3a.encryption.algorithm': 'DSSE-KMS', 'fs.s3a.encryption.key': keyArn('c') },
  { 'fs.s3a.encryption.algorithm': 'CSE-KMS', 'fs.s3a.encryption.key': keyArn('b') },
];

/** Settings that mostly say something whole, with a little beside it that may change or contradict it. */
export const likelySettings: fc.Arbitrary<readonly Setting[]> = fc
  .tuple(fc.constantFrom(...RECIPES), fc.constantFrom(...LAYERS), fc.array(anySetting, { maxLength: 2 }))
  .map(([recipe, layer, more]) => [...settingsOf(recipe, layer), ...more]);
