import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDigests, type Digest } from '../../src/alerts/digest.ts';
import { mailMessage, perProtocolMessage, programMessage } from '../../src/alerts/messages.ts';
import { MOST_PUBLISH_BYTES, publishBytes } from '../../src/alerts/shorten.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { FUZZ_TIMEOUT, fuzzRuns } from '../support/fuzz.ts';
import { CONTEXT, hostileText, wrongKey } from './records.ts';

const FORMS = [programMessage, mailMessage, perProtocolMessage];

/** Everything that a terminal obeys or a reader cannot see; a line feed is the mail's own. */
const UNSAFE = /[^\P{Cc}\n]|[\p{Cs}\p{Bidi_Control}\u{200b}-\u{200d}\u{2028}\u{2029}\u{feff}]/u;

const text = hostileText(40);

const hostileRecord: fc.Arbitrary<AuditRecord> = fc
  .record({ bucket: text, key: text, rule: text, a: text, b: text, c: text, unknown: fc.boolean() })
  .map(({ bucket, key, rule, a, b, c, unknown }) =>
    wrongKey(0, {
      object: { bucket, key, versionId: a },
      rule,
      captures: { [a]: b },
      owner: c,
      ...(unknown ? { outcome: 'unknown' as const } : {}),
      violations: [
        { code: 'CSE_ENVELOPE_MALFORMED', args: { why: a } },
        { code: 'CSE_CONTEXT_MISMATCH', args: { entries: [{ name: a, expected: b, actual: [c] }] } },
      ],
      reasons: [{ code: 'ACCESS_DENIED', args: { permission: 's3:GetObject', resource: key } }],
      diagnosis: [{ code: 'INSTRUCTION_FILE_ORPHAN', args: { companion: b } }],
      observed: { sse: { type: 'unrecognised', raw: a, key: b }, cse: { type: 'envelope', claimedKey: c } },
      writer: { event: b, principal: a, sourceIp: '203.0.113.99' },
    }),
  );

describe('whatever keys and metadata hold', () => {
  it(
    'no message holds what a terminal obeys, a source address, or a broken attribute',
    () => {
      fc.assert(
        fc.property(fc.array(hostileRecord, { minLength: 1, maxLength: 4 }), (records) => {
          const digests = buildDigests(records, CONTEXT);
          expect(digests.reduce((sum, digest) => sum + digest.count, 0)).toBe(records.length);
          for (const digest of digests) {
            for (const form of FORMS) {
              const { subject, body, attributes } = form(digest);
              expect(body).not.toMatch(UNSAFE);
              expect(body).not.toContain('203.0.113.99');
              expect(subject).toMatch(/^[A-Za-z0-9[][\x20-\x7e]{0,98}$/);
              for (const value of Object.values(attributes).flat())
                expect(value).toMatch(/^[A-Za-z0-9._:/-]+$/);
            }
          }
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it(
    'an object key cannot add a line to a mail',
    () => {
      const lines = (key: string) => {
        const [digest] = buildDigests([wrongKey(0, { object: { bucket: 'b', key } })], CONTEXT);
        return mailMessage(digest as Digest).body.split('\n').length;
      };
      fc.assert(
        fc.property(text, (key) => {
          // Without what no command line can hold, so that both mails have the same commands.
          const plain = key.replaceAll('\0', '').toWellFormed();
          expect(lines(`${plain}x`)).toBe(lines('x'));
        }),
        { numRuns: fuzzRuns() },
      );
    },
    FUZZ_TIMEOUT,
  );

  it('neither subject nor attributes hold anything of a key', () => {
    const [digest] = buildDigests(
      [wrongKey(0, { object: { bucket: 'b', key: 'SECRETKEY/SECRETNAME' } })],
      CONTEXT,
    );
    for (const form of FORMS) {
      const { subject, attributes } = form(digest as Digest);
      expect(JSON.stringify([subject, attributes])).not.toContain('SECRET');
    }
  });
});

describe('however large the records are', () => {
  const control = fc.constantFrom(
    '\u0001',
    '\u001b',
    '\u009b',
    '\u202e',
    '"',
    '\\',
    '😀',
    '\ud800',
    'é',
    'a',
  );
  const long = fc.tuple(control, control).map(([a, b]) => (a + b).repeat(512));
  const names = fc
    .tuple(long, fc.integer({ min: 0, max: 40 }))
    .map(([one, count]) => Array.from({ length: count }, () => one));

  it(
    'a Publish stays under 240 KiB, its count exact and what remains whole',
    () => {
      fc.assert(
        fc.property(long, long, names, fc.integer({ min: 1, max: 25 }), (key, other, list, count) => {
          const records = Array.from({ length: count }, (_, i) =>
            wrongKey(0, {
              object: { bucket: 'acme-lake', key: key.slice(0, 1000) + i, versionId: other },
              captures: Object.fromEntries(list.slice(0, 8).map((name, n) => [`${n}${name}`, other + i])),
              owner: other.slice(9) + i,
              violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: list, actual: `${other}${i}` } }],
              observed: {
                sse: { type: 'sse-kms', key: i + other },
                cse: { type: 'envelope', otherNames: list },
              },
              writer: { event: other, principal: i + key },
              diagnosis: [
                { code: 'KEY_OF_ANOTHER_RULE', args: { rule: i + other, captures: { tenant: key, other } } },
              ],
            }),
          );
          const [digest] = buildDigests(records, CONTEXT);
          for (const form of FORMS) {
            const message = form(digest as Digest);
            expect(publishBytes(message)).toBeLessThanOrEqual(MOST_PUBLISH_BYTES);
            const mail = /^Objects {4}(\d+)$/m.exec(message.body)?.[1];
            if (form === mailMessage) expect(mail).toBe(String(count));
          }
          const { body } = programMessage(digest as Digest);
          const read: Digest = JSON.parse(body);
          expect(read.count).toBe(count);
          expect(read.samples.items.length + (read.samplesOmitted ?? 0)).toBe(Math.min(count, 20));
          expect(read.next.steps.length).toBeGreaterThan(0);
        }),
        { numRuns: fuzzRuns({ every: 80 }) },
      );
    },
    FUZZ_TIMEOUT,
  );
});
