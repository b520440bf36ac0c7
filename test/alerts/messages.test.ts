import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildDigests, type Digest } from '../../src/alerts/digest.ts';
import { mailMessage, perProtocolMessage, programMessage } from '../../src/alerts/messages.ts';
import { MOST_PUBLISH_BYTES, publishBytes } from '../../src/alerts/shorten.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { at, bare, CONTEXT, KEY_B, REASONS, VIOLATIONS, wrongKey } from './records.ts';

const golden = (name: string): string => readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8');

const digestOf = (...records: readonly AuditRecord[]): Digest => buildDigests(records, CONTEXT)[0] as Digest;
const cachedClient = digestOf(wrongKey(2), wrongKey(0), wrongKey(1));

describe('the alert of a client with cached settings', () => {
  it('is this mail, word for word', () => {
    expect(mailMessage(cachedClient).body).toBe(golden('cached-client.mail.txt'));
  });

  it('is this document for programs, member for member', () => {
    const { body } = programMessage(cachedClient);
    expect(`${JSON.stringify(JSON.parse(body), null, 2)}\n`).toBe(golden('cached-client.program.txt'));
    expect(body).toBe(JSON.stringify(JSON.parse(body)));
  });

  it('has the same subject and attributes in every form', () => {
    for (const message of [mailMessage, programMessage, perProtocolMessage].map((form) =>
      form(cachedClient),
    )) {
      expect(message.subject).toBe('[high] 3 objects under the wrong key: rule tenants, bucket acme-lake');
      expect(message.attributes).toEqual({
        outcome: 'violation',
        severity: 'high',
        bucket: 'acme-lake',
        rule: 'tenants',
        codes: ['KMS_KEY_NOT_ALLOWED'],
        trigger: 'event',
      });
    }
  });

  it('per protocol, mail gets the text and everything else the document', () => {
    const json = programMessage(cachedClient).body;
    const body: unknown = JSON.parse(perProtocolMessage(cachedClient).body);
    expect(body).toEqual({
      default: json,
      email: mailMessage(cachedClient).body,
      sqs: json,
      https: json,
      lambda: json,
    });
  });
});

describe('other mails', () => {
  it('an uncovered object has no rule, and its attribute says -', () => {
    const message = mailMessage(digestOf(bare({ ...at('x'), outcome: 'uncovered' })));
    expect(message.subject).toBe('[medium] 1 object uncovered by any rule: bucket acme-lake');
    expect(message.attributes.rule).toBe('-');
    expect(message.body).toContain(
      '1 object in bucket acme-lake is governed by no rule of the encryption policy.',
    );
    expect(message.body).not.toContain('Last key');
  });

  it('an unknown says that it is no pass, names the missing permission and how to audit again', () => {
    const message = mailMessage(
      digestOf(bare({ outcome: 'unknown', rule: 'r', reasons: [REASONS.ACCESS_DENIED] })),
    );
    expect(message.subject).toBe('[medium] 1 object unknown, access denied: rule r, bucket acme-lake');
    expect(message.body).toContain('This is no pass.');
    expect(message.body).toContain(
      '1. Allow the role of the auditor s3:GetObject on arn:aws:s3:::acme-lake/a',
    );
    expect(message.body).toContain(
      '    s3-encryption-auditor audit s3://acme-lake/tenants/b/day=1/ --policy',
    );
  });

  it('the key of the settings is filled in only where every record is known to ask for it', () => {
    const key = `fs.s3a.encryption.key=${KEY_B}`;
    const records = Array.from({ length: 30 }, (_, i) => wrongKey(0, at(`tenants/b/${i}`)));
    expect(mailMessage(digestOf(...records)).body).toContain(key);
    const other = wrongKey(0, { ...at('tenants/z/0'), captures: { tenant: 'z' } });
    const mail = mailMessage(digestOf(...records, other)).body;
    expect(mail).not.toContain(key);
    expect(mail).toContain('fs.s3a.encryption.key=KEY_ARN\n');
    expect(mail).toContain('KEY_ARN stands for the full ARN');
    expect(mailMessage(digestOf(wrongKey(0), other)).body).toContain(key);
  });

  it('a property is a line of its own, never wrapped, and a connector without one says so', () => {
    const mail = mailMessage(digestOf(wrongKey(0))).body;
    expect(mail).toMatch(/^ {7}spark\.sql\.parquet\.fs\.optimized\.committer\.optimization-enabled=false$/m);
    expect(mail).toMatch(/^ {7}fs\.s3\.serverSideEncryption\.kms\.keyId=arn:\S+$/m);
    expect(mail).not.toMatch(/\n\n\n/);
    const doubled = { ...VIOLATIONS.SSE_ALGORITHM_NOT_ALLOWED.args, allowed: ['aws:kms:dsse'] };
    const due = wrongKey(0, {
      violations: [{ code: 'SSE_ALGORITHM_NOT_ALLOWED', args: doubled }],
      diagnosis: [],
    });
    expect(mailMessage(digestOf(due)).body).toContain('(no property of this connector asks for it;');
  });

  it('several codes at once break the policy', () => {
    const violations = [VIOLATIONS.KMS_KEY_NOT_ALLOWED, VIOLATIONS.CSE_MISSING];
    expect(mailMessage(digestOf(wrongKey(0, { violations }))).subject).toMatch(
      /^\[high\] 1 object breaking the policy: /,
    );
  });

  it('what is undecided beside a violation is told apart', () => {
    const { body } = mailMessage(digestOf(wrongKey(0, { reasons: [REASONS.METADATA_TRUNCATED] })));
    expect(body).toContain('What could not be told\n----------------------\n- S3 left out 3 of the metadata');
  });

  it('a long rule and bucket share the ninety-nine characters of the subject', () => {
    for (const [rule, bucket] of [
      ['r'.repeat(64), 'b'.repeat(63)],
      ['r', 'b'.repeat(63)],
      ['r'.repeat(64), 'b'],
    ]) {
      const { subject } = mailMessage(digestOf(wrongKey(0, { ...at('k', bucket), rule: rule ?? '' })));
      expect(subject.length).toBeLessThanOrEqual(99);
      expect(subject).toContain(`rule ${(rule ?? '').slice(0, 8)}`);
      expect(subject).toContain(`bucket ${(bucket ?? '').slice(0, 8)}`);
    }
  });
});

describe('the size of a Publish', () => {
  it('counts subject, body, and names, types and values of attributes, in bytes', () => {
    const attributes = {
      ...programMessage(cachedClient).attributes,
      bucket: 'b',
      rule: '-',
      codes: ['X'] as const,
    };
    // 'é' twice is four; names are 37, types 5 * 6 + 12, values the rest
    expect(publishBytes({ subject: 'é', body: 'é', attributes })).toBe(4 + 37 + 42 + 9 + 4 + 1 + 1 + 5 + 5);
  });

  const wide = (i: number, names: number) =>
    wrongKey(0, {
      ...at(`k/${i}`),
      observed: {
        sse: { type: 'sse-kms' },
        cse: { type: 'envelope', otherNames: Array.from({ length: names }, () => 'n'.repeat(1000)) },
      },
    });

  it('samples give way from the last, and are counted', () => {
    const digest = digestOf(...Array.from({ length: 20 }, (_, i) => wide(i, 20)));
    const body = JSON.parse(programMessage(digest).body);
    expect(body.samples.items.map((sample: AuditRecord) => sample.object.key)).toEqual(
      digest.samples.items.slice(0, body.samples.items.length).map((sample) => sample.object.key),
    );
    expect(body.samplesOmitted).toBe(20 - body.samples.items.length);
    expect(body.samples.more).toBe(true);
    expect(body.samples.items.length).toBeGreaterThan(9);
    expect(body.count).toBe(20);
  });

  it('no more is left out than needed', () => {
    const digest = digestOf(...Array.from({ length: 20 }, (_, i) => wide(i, 20)));
    const message = programMessage(digest);
    const body = JSON.parse(message.body);
    const next = digest.samples.items[body.samples.items.length];
    expect(publishBytes(message) + JSON.stringify(next).length + 1).toBeGreaterThan(MOST_PUBLISH_BYTES);
  });

  it('one sample that no message could hold leaves the rest standing', () => {
    const digest = digestOf(wide(0, 3000));
    for (const form of [programMessage, mailMessage, perProtocolMessage]) {
      expect(publishBytes(form(digest))).toBeLessThanOrEqual(MOST_PUBLISH_BYTES);
    }
    expect(JSON.parse(programMessage(digest).body)).toMatchObject({ count: 1, samplesOmitted: 1 });
  });
});
