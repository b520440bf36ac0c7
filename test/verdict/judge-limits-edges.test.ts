import { describe, expect, it } from 'vitest';
import type { ObjectHead } from '../../src/encryption/head.ts';
import type { ClientSideEncryption, Envelope, Json } from '../../src/encryption/observation.ts';
import { KeyEnquiry, type ProofAnswer } from '../../src/keys/enquiry.ts';
import type { Captures } from '../../src/policy/types.ts';
import { judge } from '../../src/verdict/judge.ts';
import type { Diagnosis, UnknownReason, Verdict, Violation } from '../../src/verdict/verdict.ts';
import { keyArn } from '../support/keys.ts';
import { policyOf } from '../support/policy.ts';

const [A, B] = [keyArn('a'), keyArn('b')];

const envelope = (wrap: string, description?: Json, more: Partial<Envelope> = {}): Envelope => ({
  ...{ type: 'envelope', format: 'V2', wrap, suite: 'AES/GCM/NoPadding', storage: 'metadata' },
  ...(description === undefined ? {} : { description }),
  wrappedKey: 'd2s=',
  ...more,
});

interface Case {
  readonly cse?: ClientSideEncryption;
  /** The policy below `version: 1`; its first rule governs. */
  readonly yaml: string;
  readonly captures?: Captures;
  readonly head?: Partial<ObjectHead>;
  readonly proofs?: Readonly<Record<string, ProofAnswer>>;
}

function judged({ cse = { type: 'none' }, yaml, captures = {}, head = {}, proofs = {} }: Case): Verdict {
  const policy = policyOf(`version: 1\n${yaml}`);
  const [rule] = policy.rules;
  if (rule === undefined) throw new Error('no rule');
  const enquiry = new KeyEnquiry();
  for (const [key, answer] of Object.entries(proofs)) {
    enquiry.setProof({ key, wrappedKey: '', context: new Map() }, answer);
  }
  const evidence = {
    head: { metadata: new Map<string, string>(), missingMetadata: 0, ...head },
    cse,
    instructionKey: 'p/file.instruction',
  };
  return judge(policy, { rule, captures }, evidence, enquiry);
}

const diagnosisOf = (verdict: Verdict): readonly Diagnosis[] =>
  verdict.outcome === 'violation' ? verdict.diagnosis : [];
const violationsOf = (verdict: Verdict): readonly Violation[] =>
  verdict.outcome === 'violation' ? verdict.violations : [];
const reasonsOf = (verdict: Verdict): readonly UnknownReason[] =>
  verdict.outcome === 'unknown' ? verdict.reasons : [];

describe('a capture within a list or a map of a description', () => {
  it.each<[string, Json]>([
    ['list: ["{t}-key"]', ['b-key']],
    ['list: { n: ["{t}-key"] }', new Map([['n', ['b-key']]])],
    ['list: ["{t}-key", 1, true, null]', ['b-key', 1, true, null]],
  ])('tells whose description it is: %s', (entry, value) => {
    const verdict = judged({
      cse: envelope('AESWrap', new Map([['list', value]])),
      yaml: `rules:\n  - { id: own, match: "s3://lake/{t}/", cse: { description: { ${entry} } } }\n`,
      captures: { t: 'a' },
    });
    expect(diagnosisOf(verdict)).toEqual([
      { code: 'DESCRIPTION_OF_ANOTHER_RULE', args: { rule: 'own', captures: { t: 'b' } } },
    ]);
  });

  it.each<[string, Json]>([
    ['no list', 'b'],
    ['a longer one', ['b', 'c', 'd']],
    ['a shorter one', ['b']],
    ['one of another text', ['b', 'x']],
    ['one that gives the capture two values', ['b', 'c-key']],
    ['a map', new Map([['0', 'b']])],
    ['nothing under that name', null],
  ])('says nothing where the object has %s', (_, value) => {
    const verdict = judged({
      cse: envelope('AESWrap', new Map([['list', value]])),
      yaml: `rules:\n  - { id: own, match: "s3://lake/{t}/", cse: { description: { list: ["{t}", "{t}-key"] } } }\n`,
      captures: { t: 'a' },
    });
    expect([verdict.outcome, diagnosisOf(verdict)]).toEqual(['violation', []]);
  });

  it.each<[string, Json]>([
    [
      'more entries',
      new Map([
        ['n', 'b'],
        ['m', '1'],
        ['o', '2'],
      ]),
    ],
    ['fewer entries', new Map([['n', 'b']])],
    [
      'another entry',
      new Map([
        ['n', 'b'],
        ['o', '1'],
      ]),
    ],
    [
      'another text',
      new Map([
        ['n', 'b'],
        ['m', '2'],
      ]),
    ],
    ['a list', ['b', '1']],
  ])('says nothing where its map has %s', (_, value) => {
    const verdict = judged({
      cse: envelope('AESWrap', new Map([['map', value]])),
      yaml: `rules:\n  - { id: own, match: "s3://lake/{t}/", cse: { description: { map: { n: "{t}", m: "1" } } } }\n`,
      captures: { t: 'a' },
    });
    expect([verdict.outcome, diagnosisOf(verdict)]).toEqual(['violation', []]);
  });

  it('of another rule never stops an object of this one from being judged', () => {
    const rules = [
      '{ id: own, match: "s3://lake/p/", cse: { description: { list: a } } }',
      '{ id: q, match: "s3://lake/q/{t}/", cse: { description: { list: ["{t}"] } } }',
      '{ id: m, match: "s3://lake/m/{t}/", cse: { description: { list: { n: "{t}" } } } }',
      '{ id: z, match: "s3://lake/z/{t}/", cse: { description: { list: ["{t}", 1] } } }',
    ];
    const verdict = judged({
      cse: envelope('AESWrap', new Map([['list', ['b', 1]]])),
      yaml: `rules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}`,
    });
    expect(diagnosisOf(verdict)).toEqual([
      { code: 'DESCRIPTION_OF_ANOTHER_RULE', args: { rule: 'z', captures: { t: 'b' } } },
    ]);
  });
});

describe('the JSON beside a wrapped key', () => {
  it.each([
    ['description', 'kms'],
    ['context', 'AESWrap'],
  ])('tells of no other rule where it is no %s', (what, wrap) => {
    const verdict = judged({
      cse: envelope(wrap, new Map([['team', 'a-key']])),
      yaml: `rules:\n  - { id: own, match: "s3://lake/{t}/", cse: { ${what}: { team: "{t}-key" } } }\n`,
      captures: { t: 'a' },
    });
    expect([verdict.outcome, diagnosisOf(verdict)]).toEqual(['violation', []]);
  });
});

describe('a key that is proven', () => {
  const proven = { kind: 'proven' } as const;
  const unproven = { kind: 'unproven', answer: 'IncorrectKeyException' } as const;
  const run = (keys: string, at: string | undefined, proofs: Case['proofs'] = {}): Verdict =>
    judged({
      cse: envelope('kms+context', new Map([['x', 'y']])),
      yaml: `keys:\n  k: [${keys}]\nrules:\n  - { id: r, match: "s3://lake/p/", cse: { key: k, proof: decrypt-dry-run } }\n`,
      head: at === undefined ? {} : { lastModifiedMs: Date.parse(at) },
      proofs,
    });
  const former = `{ key: "${B}", until: 2026-01-31 }`;

  it('holds to the end of its last day', () => {
    expect(run(former, '2026-01-31T23:59:59Z', { [B]: proven }).outcome).toBe('compliant');
  });

  it('has expired for what was written after that', () => {
    const args = {
      layer: 'cse',
      allowed: [B],
      actual: B,
      until: '2026-01-31',
      written: '2026-06-01',
    } as const;
    const verdict = run(former, '2026-06-01T00:00:00Z', { [B]: proven });
    expect(violationsOf(verdict)).toEqual([{ code: 'KMS_KEY_EXPIRED', args }]);
  });

  it('never passes past its day beside one that is not proven: that one is not decided', () => {
    const verdict = run(`"${A}", ${former}`, '2026-06-01T00:00:00Z', { [A]: unproven, [B]: proven });
    const answers = ['IncorrectKeyException', 'proven for a key whose last day was 2026-01-31'];
    expect(reasonsOf(verdict)).toEqual([{ code: 'CSE_PROOF_UNDECIDED', args: { answers } }]);
  });

  it('has expired beside another that was good for even less, and both are named', () => {
    const other = `{ key: "${A}", until: 2025-12-31 }`;
    for (const keys of [`${other}, ${former}`, `${former}, ${other}`]) {
      const verdict = run(keys, '2026-06-01T00:00:00Z', { [A]: unproven, [B]: proven });
      expect(violationsOf(verdict)).toMatchObject([
        { code: 'KMS_KEY_EXPIRED', args: { actual: B, until: '2026-01-31' } },
      ]);
    }
  });

  it('is not decided past its day beside one that is good for longer, to the end of that day', () => {
    const longer = `{ key: "${A}", until: 2026-06-01 }`;
    const verdict = run(`${former}, ${longer}`, '2026-06-01T12:00:00Z', { [A]: unproven, [B]: proven });
    expect(reasonsOf(verdict).map(({ code }) => code)).toEqual(['CSE_PROOF_UNDECIDED']);
    const later = run(`${former}, ${longer}`, '2026-06-02T00:00:00Z', { [A]: unproven, [B]: proven });
    expect(violationsOf(later).map(({ code }) => code)).toEqual(['KMS_KEY_EXPIRED']);
  });

  it('holds past the day of another', () => {
    const verdict = run(`"${A}", ${former}`, '2026-06-01T00:00:00Z', { [A]: proven, [B]: unproven });
    expect(verdict.outcome).toBe('compliant');
  });

  it('is not decided where nothing says when the object was written', () => {
    const answers = ['proven for a key whose last day is 2026-01-31, but not when the object was written'];
    expect(reasonsOf(run(former, undefined, { [B]: proven }))).toEqual([
      { code: 'CSE_PROOF_UNDECIDED', args: { answers } },
    ]);
  });

  it('past its day is not decided where no proof succeeds', () => {
    expect(reasonsOf(run(former, '2026-06-01T00:00:00Z', { [B]: unproven }))).toEqual([
      { code: 'CSE_PROOF_UNDECIDED', args: { answers: ['IncorrectKeyException'] } },
    ]);
  });
});

describe('a description that is not there', () => {
  const run = (missingMetadata: number, cse: ClientSideEncryption): Verdict =>
    judged({
      cse,
      yaml: 'rules:\n  - { id: r, match: "s3://lake/p/", cse: { description: { team: red } } }\n',
      head: { missingMetadata },
    });
  const none = envelope('AES/GCM');

  it('may be what HEAD left out', () => {
    const reasons = [{ code: 'METADATA_TRUNCATED', args: { missing: 1 } }];
    expect(reasonsOf(run(1, none))).toEqual(reasons);
    expect(reasonsOf(run(1, envelope('AES/GCM', new Map())))).toEqual(reasons);
  });

  it.each<[string, number, ClientSideEncryption]>([
    ['HEAD left nothing out', 0, none],
    [
      'it would stand in an instruction file',
      1,
      envelope('AES/GCM', undefined, { storage: 'instruction-file' }),
    ],
    ['another one is there', 1, envelope('AES/GCM', new Map([['team', 'blue']]))],
    ['the wrap has none', 1, envelope('kms')],
  ])('breaks the rule where %s', (_, missing, cse) => {
    expect(violationsOf(run(missing, cse)).map(({ code }) => code)).toEqual(['CSE_DESCRIPTION_MISMATCH']);
  });
});

it('a key is not said to be of another account while one of the allowed keys does not show its own', () => {
  const verdict = judged({
    yaml: `rules:\n  - { id: r, match: "s3://lake/p/", sse: { key: ["${A}", "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"] } }\n`,
    head: { serverSideEncryption: 'aws:kms', kmsKeyId: keyArn('c', { account: '999900001111' }) },
  });
  expect([verdict.outcome, diagnosisOf(verdict)]).toEqual(['violation', []]);
});
