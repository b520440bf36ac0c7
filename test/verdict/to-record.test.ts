import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../src/encryption/head.ts';
import type { ClientSideEncryption } from '../../src/encryption/observation.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import type { Policy } from '../../src/policy/types.ts';
import type { RecordFacts } from '../../src/verdict/to-record.ts';
import { toRecord } from '../../src/verdict/to-record.ts';
import type { Governed, Observation, Verdict, Violation } from '../../src/verdict/verdict.ts';
import { keyArn } from '../support/keys.ts';
import { preparedOf } from '../support/policy.ts';

const A = keyArn('a');
const B = keyArn('b');
const policyOf = (head = ''): Policy =>
  preparedOf(`version: 1
${head}
rules:
  - { id: tenants, match: "s3://lake/{tenant}/", severity: low, owner: "{tenant}@example.com", sse: { key: "${A}" } }
  - { id: plain, match: "s3://lake/plain/x/", sse: { key: "${A}" } }
  - { id: described, match: "s3://lake/d/x/", cse: { description: { team: red, level: 1 } } }
`).policy;
const POLICY = policyOf();

const governed = (id: string, captures: Readonly<Record<string, string>> = {}): Governed => {
  const rule = POLICY.rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return { rule, captures };
};

const HEAD: ObjectHead = {
  metadata: new Map(),
  missingMetadata: 0,
  sizeBytes: 7,
  etag: 'e1',
  lastModifiedMs: Date.parse('2026-11-21T02:00:00.987Z'),
};
const OBJECT = { bucket: bucketName('lake'), key: objectKey('b/o') };
const VERSIONED = { ...OBJECT, versionId: 'v1' };
const SSE: Observation = { sse: { type: 'sse-kms', key: B, bucketKey: true }, cse: { type: 'none' } };
const WRONG: Violation = { code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [A], actual: B } };
const EXPIRED: Violation = {
  code: 'BUCKET_KEY_NOT_AS_REQUIRED',
  args: { required: 'forbidden', actual: true },
};

const record = (verdict: Verdict, facts: Partial<RecordFacts> = {}, policy = POLICY) =>
  toRecord(
    verdict,
    { object: OBJECT, ...facts },
    { policy, policyHash: 'sha256:p', auditedAt: '2026-11-21T03:00:00.000Z', hash: (text) => text },
  );

const violation = (more: Partial<Extract<Verdict, { outcome: 'violation' }>> = {}): Verdict => ({
  outcome: 'violation',
  governed: governed('tenants', { tenant: 'b' }),
  observed: SSE,
  violations: [WRONG],
  reasons: [],
  diagnosis: [],
  ...more,
});
const compliant = (observed: Observation, rule = 'plain'): Verdict => ({
  outcome: 'compliant',
  governed: governed(rule),
  observed,
  diagnosis: [],
});

describe('a record', () => {
  it('holds all that is known of a violation, in the order of the contract', () => {
    const writer = { event: 'ObjectCreated:Put', principal: 'AWS:X' };
    const diagnosis = [{ code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'plain' } }] as const;
    const facts = { object: VERSIONED, head: HEAD, writer, superseded: true, source: 'head' } as const;
    const made = record(violation({ diagnosis, reasons: [{ code: 'KEY_NOT_REPORTED', args: {} }] }), {
      ...facts,
      asOf: '2026-11-20T00:00:00.000Z',
    });
    expect(Object.entries(made)).toEqual([
      ['object', { bucket: 'lake', key: 'b/o', versionId: 'v1' }],
      ['outcome', 'violation'],
      ['rule', 'tenants'],
      ['severity', 'low'],
      ['captures', { tenant: 'b' }],
      ['violations', [WRONG]],
      ['reasons', [{ code: 'KEY_NOT_REPORTED', args: {} }]],
      ['owner', 'b@example.com'],
      ['diagnosis', diagnosis],
      ['observed', { sse: { type: 'sse-kms', key: B, bucketKey: true }, cse: { type: 'none' } }],
      ['writer', writer],
      ['superseded', true],
      ['size', 7],
      ['etag', 'e1'],
      ['lastModified', '2026-11-21T02:00:00Z'],
      ['storageClass', 'STANDARD'],
      ['source', 'head'],
      ['asOf', '2026-11-20T00:00:00.000Z'],
      ['id', made.id],
      ['policy', 'sha256:p'],
      ['auditedAt', '2026-11-21T03:00:00.000Z'],
    ]);
  });

  it('leaves out what is absent or empty', () => {
    const made = record(compliant({ sse: { type: 'sse-s3' } }), {
      head: { metadata: new Map(), missingMetadata: 0, storageClass: 'GLACIER' },
      superseded: false,
    });
    expect(Object.keys(made)).toEqual(
      'object outcome rule observed storageClass id policy auditedAt'.split(' '),
    );
    expect(made).toMatchObject({ object: { bucket: 'lake', key: 'b/o' }, storageClass: 'GLACIER' });
    expect(made.observed).toEqual({ sse: { type: 'sse-s3' } });
    expect(Object.keys(made.object)).toEqual(['bucket', 'key']);
  });

  it('names the exemption of what is exempt, and nothing else does', () => {
    expect(record({ outcome: 'exempt', exemption: 's3://lake/x' }).exemption).toBe('s3://lake/x');
    expect(record(violation())).not.toHaveProperty('exemption');
  });

  it('has the severity of the rule, else the default, and only where the outcome alerts', () => {
    const unruled: Verdict = {
      outcome: 'unknown',
      reasons: [{ code: 'KEY_NOT_REPORTED', args: {} }],
      diagnosis: [],
    };
    expect(record(violation()).severity).toBe('low');
    expect(record(violation({ governed: governed('plain') })).severity).toBe('high');
    expect(record(unruled).severity).toBe('high');
    expect(record({ outcome: 'uncovered' }).severity).toBe('high');
    const reported = policyOf('defaults: { uncovered: report }');
    for (const silent of [
      compliant(SSE),
      { outcome: 'gone' },
      { outcome: 'exempt', exemption: 'x' },
    ] as const) {
      expect(record(silent)).not.toHaveProperty('severity');
    }
    expect(record({ outcome: 'uncovered' }, {}, reported)).not.toHaveProperty('severity');
    expect(record(violation(), {}, reported).severity).toBe('low');
  });
});

describe('the inner layer in a record', () => {
  const cseOf = (cse: ClientSideEncryption, rule = 'described', basis?: 'claimed') => {
    const verdict = compliant({ sse: { type: 'sse-s3' }, cse }, rule);
    return record(basis === undefined ? verdict : ({ ...verdict, basis } as Verdict)).observed?.cse;
  };
  const envelope = {
    type: 'envelope',
    format: 'V2',
    wrap: 'kms',
    suite: 'AES/CBC/PKCS5Padding',
    storage: 'metadata',
  } as const;

  it('without an envelope is only named', () => {
    expect(cseOf({ type: 'none' })).toEqual({ type: 'none' });
    expect(cseOf({ type: 'instruction-file-missing' } as ClientSideEncryption)).toEqual({
      type: 'instruction-file-missing',
    });
    const malformed = { type: 'malformed', storage: 'metadata', why: 'no iv', wrappedKey: 'c2VjcmV0' };
    expect(cseOf(malformed as unknown as ClientSideEncryption)).toEqual({
      type: 'malformed',
      storage: 'metadata',
      why: 'no iv',
    });
  });

  it('shows the entries that the rule names, and of the others their names alone', () => {
    const description = new Map<string, unknown>([
      ['team', 'blue'],
      ['secret', 'hidden'],
      ['level', 1],
    ]);
    const cse = {
      ...envelope,
      claimedKey: A,
      wrappedKey: 'c2VjcmV0',
      description,
    } as unknown as ClientSideEncryption;
    expect(cseOf(cse, 'described', 'claimed')).toEqual({
      ...envelope,
      claimedKey: A,
      basis: 'claimed',
      entries: { team: 'blue', level: 1 },
      otherNames: ['secret'],
    });
    expect(cseOf(cse, 'plain')).toEqual({
      ...envelope,
      claimedKey: A,
      otherNames: ['team', 'secret', 'level'],
    });
  });

  it('has neither entries nor names where there is no description', () => {
    expect(cseOf({ ...envelope, description: new Map() } as unknown as ClientSideEncryption)).toEqual(
      envelope,
    );
    expect(cseOf({ ...envelope, description: ['team'] } as unknown as ClientSideEncryption)).toEqual(
      envelope,
    );
    const named = new Map([['team', 'red']]);
    expect(cseOf({ ...envelope, description: named } as unknown as ClientSideEncryption)).toEqual({
      ...envelope,
      entries: { team: 'red' },
    });
  });
});

describe('the id of a record', () => {
  const idOf = (verdict: Verdict, facts: Partial<RecordFacts> = {}): unknown =>
    JSON.parse(record(verdict, facts).id);

  it('is made of object, version, rule, codes and found keys', () => {
    const both = violation({
      violations: [WRONG, EXPIRED],
      reasons: [{ code: 'KEY_NOT_REPORTED', args: {} }],
    });
    expect(idOf(both, { object: VERSIONED, head: HEAD })).toEqual([
      ...['lake', 'b/o', 'v1', 'tenants'],
      ['BUCKET_KEY_NOT_AS_REQUIRED', 'KMS_KEY_NOT_ALLOWED'],
      ['KEY_NOT_REPORTED'],
      B,
      null,
    ]);
  });

  it('takes ETag and Last-Modified where there is no version', () => {
    const expected = (version: unknown) => ['lake', 'b/o', version, 'plain', [], [], B, null];
    expect(idOf(compliant(SSE), { head: HEAD })).toEqual(expected(['e1', '2026-11-21T02:00:00Z']));
    expect(idOf(compliant(SSE))).toEqual(expected([null, null]));
  });

  it('holds the key that an envelope claims, and null where a layer names none', () => {
    const cse = {
      type: 'envelope',
      claimedKey: A,
      description: new Map(),
    } as unknown as ClientSideEncryption;
    expect(idOf(compliant({ sse: { type: 'sse-s3' }, cse }), { object: VERSIONED })).toEqual([
      ...['lake', 'b/o', 'v1', 'plain', [], [], null, A],
    ]);
    const nameless = { type: 'envelope', description: new Map() } as unknown as ClientSideEncryption;
    expect(idOf(compliant({ sse: { type: 'dsse-kms' }, cse: nameless }), { object: VERSIONED })).toEqual([
      ...['lake', 'b/o', 'v1', 'plain', [], [], null, null],
    ]);
  });

  it('of an unknown without rule or observation has nulls in their places', () => {
    const unknown: Verdict = {
      outcome: 'unknown',
      reasons: [{ code: 'KEY_NOT_REPORTED', args: {} }],
      diagnosis: [],
    };
    expect(idOf(unknown, { object: VERSIONED })).toEqual([
      ...['lake', 'b/o', 'v1', null, [], ['KEY_NOT_REPORTED'], null, null],
    ]);
  });

  it.each([
    [{ outcome: 'uncovered' }, ['lake', 'b/o', 'v1', 'uncovered']],
    [{ outcome: 'gone' }, ['lake', 'b/o', 'v1', 'gone', null]],
    [{ outcome: 'gone', governed: governed('plain') }, ['lake', 'b/o', 'v1', 'gone', 'plain']],
    [{ outcome: 'exempt', exemption: 's3://lake/x' }, ['lake', 'b/o', 'v1', 'exempt', 's3://lake/x']],
  ] as const)('of %j is made of object, version and outcome', (verdict, expected) => {
    expect(idOf(verdict, { object: VERSIONED })).toEqual(expected);
    expect(idOf(verdict)).toEqual(expected.map((part) => (part === 'v1' ? null : part)));
  });
});
