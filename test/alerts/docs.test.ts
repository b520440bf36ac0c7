import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filterPolicyProblems, matchesFilterPolicy } from '../../local/sns/filter-policy.ts';
import type { AlertAttributes } from '../../src/alerts/alert-sink.ts';
import { buildDigests, type Digest } from '../../src/alerts/digest.ts';
import { mailMessage, programMessage } from '../../src/alerts/messages.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { bare, CONTEXT, REASONS, wrongKey } from './records.ts';

const text = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');

/** The fenced blocks under one heading. */
function blocks(heading: string): readonly string[] {
  const start = text.indexOf(`\n## ${heading}\n`);
  expect(start, heading).toBeGreaterThan(0);
  const rest = text.slice(start + 4);
  const end = rest.indexOf('\n## ');
  const section = end === -1 ? rest : rest.slice(0, end);
  return [...section.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

const cachedClient = buildDigests(
  [0, 1, 2].map((part) => wrongKey(part)),
  CONTEXT,
)[0] as Digest;

describe('docs/alerts.md', () => {
  it('shows the mail that the program writes', () => {
    expect(blocks('The text')).toEqual([mailMessage(cachedClient).body]);
  });

  it('shows the document that the program writes', () => {
    const [shown] = blocks('The document');
    expect(shown).toBe(`${JSON.stringify(JSON.parse(programMessage(cachedClient).body), null, 2)}\n`);
  });

  it('names every attribute of a message, and no other', () => {
    const named = [...text.matchAll(/^\| `(\w+)` \| String/gm)].map((match) => match[1]);
    expect(named).toEqual(Object.keys(mailMessage(cachedClient).attributes));
  });

  const filters = blocks('Filter policies').map((block): unknown => JSON.parse(block));

  it('has filter policies that SNS takes', () => {
    expect(filters).toHaveLength(4);
    for (const filter of filters) expect(filterPolicyProblems(filter)).toEqual([]);
  });

  it.each([
    ['a wrong key of tenants', wrongKey(0), 'event', [false, true, false, true]],
    ['the same, found by a run', wrongKey(0), 'run', [false, true, false, false]],
    [
      'a critical one of finance',
      wrongKey(0, { rule: 'finance', severity: 'critical' }),
      'event',
      [true, true, false, true],
    ],
    [
      'a refusal',
      bare({ outcome: 'unknown', reasons: [REASONS.ACCESS_DENIED] }),
      'event',
      [false, false, true, true],
    ],
    ['an uncovered object', bare({ outcome: 'uncovered' }), 'run', [false, false, false, false]],
  ] as const)(
    'has filter policies of which %s passes the ones it should',
    (_what, record, trigger, passed) => {
      const attributes = published(record, trigger);
      expect(filters.map((filter) => matchesFilterPolicy(filter, attributes))).toEqual(passed);
    },
  );
});

/** The attributes as SNS holds them. */
function published(record: AuditRecord, trigger: AlertAttributes['trigger']) {
  const [digest] = buildDigests([record], { ...CONTEXT, trigger });
  return Object.fromEntries(
    Object.entries(mailMessage(digest as Digest).attributes).map(([name, value]) => [
      name,
      typeof value === 'string'
        ? { Type: 'String', Value: value }
        : { Type: 'String.Array', Value: JSON.stringify(value) },
    ]),
  );
}
