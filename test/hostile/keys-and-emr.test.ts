import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readListing } from '../../src/aws/fast-listing-xml.ts';
import { encodeKeyPath } from '../../src/aws/sigv4.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { decodeFormKey } from '../../src/intake/decode-key.ts';
import { damaged, someDamage } from '../support/damage.ts';
import { FUZZ_RUNS, FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { keyArn } from '../support/keys.ts';
import { NASTY_KEYS } from '../support/nasty-keys.ts';

const anyKey = fc
  .oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom(...NASTY_KEYS))
  .map((key) => key.toWellFormed());
const encoded = (key: string): string =>
  encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

describe('a key', () => {
  it(
    'comes back from every way in which it is written',
    () => {
      fc.assert(
        fc.property(anyKey, (key) => {
          expect(decodeFormKey(encoded(key))).toEqual({ kind: 'decoded', key });
          expect(decodeURIComponent(encodeKeyPath(key))).toBe(key);
          const entry = `<Contents><Key>${encoded(key).replaceAll("'", '&#39;')}</Key><LastModified>2026-11-20T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>`;
          const xml = `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType><KeyCount>1</KeyCount>${entry}</ListBucketResult>`;
          expect(readListing(xml, false)?.objects.map((object) => object.key)).toEqual([key]);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'that was damaged on its way is another key or none, never one with a character put in for what is lost',
    () => {
      const raw = fc.oneof(
        fc.string({ unit: 'binary' }),
        // Halves of characters among them.
        fc.constantFrom(...NASTY_KEYS),
        fc
          .tuple(anyKey, someDamage)
          .map(([key, harm]) =>
            damaged(Buffer.from(encoded(key)), { ...harm, length: 1 + (harm.length % 3) }).toString('latin1'),
          ),
      );
      fc.assert(
        fc.property(raw, (text) => {
          const read = decodeFormKey(text);
          if (read.kind === 'undecodable') return;
          expect(decodeFormKey(encoded(read.key))).toEqual(read);
          const replaced = /%EF%BF%BD|\ufffd/i.test(text);
          expect(read.key.includes('\ufffd')).toBe(replaced);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'in a listing that was damaged is left to a real parser, or no object is lost or made up',
    () => {
      const keys = ['a', 'b/c d', '\u{1f511}&<>'];
      const entries = keys.map(
        (key) =>
          `<Contents><Key>${encoded(key)}</Key><LastModified>2026-11-20T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size></Contents>`,
      );
      const xml = Buffer.from(
        `<ListBucketResult><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType><KeyCount>3</KeyCount>${entries.join('')}</ListBucketResult>`,
      );
      fc.assert(
        fc.property(someDamage, (harm) => {
          const listing = readListing(damaged(xml, harm).toString(), false);
          if (listing === undefined) return;
          // The count that S3 gives, where it still stands there.
          const [, told] = /<KeyCount>(\d+)<\/KeyCount>/.exec(damaged(xml, harm).toString()) ?? [];
          expect(listing.objects).toHaveLength(told === undefined ? listing.objects.length : Number(told));
          for (const { sizeBytes, lastModifiedMs } of listing.objects) {
            expect([Number.isNaN(sizeBytes), Number.isNaN(lastModifiedMs)]).toEqual([false, false]);
          }
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );
});

describe('a configuration of EMR', () => {
  const value = fc.constantFrom(keyArn('a'), 'SSE-KMS', 'alias/x', 'true', 'é🔑', 'a"b\\c');
  const name = fc.constantFrom(
    'fs.s3a.encryption.algorithm',
    'fs.s3a.encryption.key',
    'fs.s3.enableServerSideEncryption',
    'fs.s3.serverSideEncryption.kms.keyId',
    'fs.s3a.bucket.acme.encryption.key',
  );
  const properties = fc.uniqueArray(fc.tuple(name, value), {
    minLength: 1,
    maxLength: 4,
    selector: ([one]) => one,
  });
  const xmlText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const FORMS: readonly ((list: readonly (readonly [string, string])[]) => string)[] = [
    (list) => JSON.stringify([{ Classification: 'core-site', Properties: Object.fromEntries(list) }]),
    (list) =>
      `<configuration>${list.map(([one, text]) => `<property><name>${one}</name><value>${xmlText(text)}</value></property>`).join('\n')}</configuration>`,
  ];
  const isError = ({ level }: { readonly level: string }): boolean => level === 'error';

  it(
    'that is cut off anywhere is an error, never a smaller configuration',
    () => {
      fc.assert(
        fc.property(properties, fc.constantFrom(...FORMS), fc.nat(), (list, form, at) => {
          const text = form(list);
          const { settings, problems } = readConfiguration(text.slice(0, at % text.length), 'f');
          expect(settings).toEqual([]);
          expect(problems.some(isError)).toBe(true);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'that is damaged anywhere is told to be, or every setting stands in its text',
    () => {
      let [told, read] = [0, 0];
      fc.assert(
        fc.property(properties, fc.constantFrom(...FORMS), someDamage, (list, form, harm) => {
          const text = damaged(Buffer.from(form(list)), {
            ...harm,
            length: 1 + (harm.length % 30),
          }).toString();
          const { settings, problems } = readConfiguration(text, 'f');
          if (problems.some(isError)) told += 1;
          else read += 1;
          // A byte that became a backslash makes an escape of the next one.
          const unescaped = text.replace(/\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])/g, (found) =>
            JSON.parse(`"${found}"`),
          );
          // XML reads a carriage return as a line feed.
          const texts = [text, unescaped, text.replaceAll(/\r\n?/g, '\n')];
          for (const setting of settings) {
            const written = [
              setting.value,
              JSON.stringify(setting.value).slice(1, -1),
              xmlText(setting.value),
            ];
            expect(written.some((one) => texts.some((any) => any.includes(one.trim())))).toBe(true);
          }
        }),
        { numRuns: fuzzRuns() },
      );
      expect(Math.min(told, read)).toBeGreaterThan(FUZZ_RUNS / 50);
    },
    FUZZ_TIMEOUT,
  );
});
