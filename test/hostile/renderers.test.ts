import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { describe, expect, it } from 'vitest';
import { buildDigests, type Digest } from '../../src/alerts/digest.ts';
import { mailMessage, perProtocolMessage, programMessage } from '../../src/alerts/messages.ts';
import { auditCommand, headObjectCommand, shellWord } from '../../src/alerts/shell.ts';
import { renderBucketCheck } from '../../src/cli/render-bucket-check.ts';
import { renderJunit } from '../../src/cli/render-junit.ts';
import { renderTable, TableRows } from '../../src/cli/render-table.ts';
import { bucketName } from '../../src/objects/object.ts';
import { readCsvRow } from '../../src/reaudit/row-csv.ts';
import { summaryCsv } from '../../src/reaudit/summary-csv.ts';
import { summaryJson } from '../../src/reaudit/summary-json.ts';
import { Tally } from '../../src/reaudit/tally.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { CONTEXT, DIAGNOSES, REASONS, VIOLATIONS, wrongKey } from '../alerts/records.ts';
import { NASTY_KEYS, UNSHOWN } from '../support/nasty-keys.ts';

/** A record in which the text stands wherever a stranger's text can stand. */
const recordOf = (text: string): AuditRecord =>
  wrongKey(0, {
    object: { bucket: 'acme-lake', key: text, versionId: text },
    captures: { tenant: text, __proto__x: text },
    owner: text,
    violations: [
      { code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [text], actual: text } },
      { code: 'CSE_CONTEXT_MISMATCH', args: { entries: [{ name: text, expected: text, actual: [text] }] } },
      { code: 'CSE_ENVELOPE_MALFORMED', args: { why: text } },
    ],
    reasons: [
      { code: 'ACCESS_DENIED', args: { permission: 's3:GetObject', resource: text } },
      { code: 'KEY_ENCODING', args: { foundAs: text } },
      { code: 'SSE_UNRECOGNISED', args: { raw: text } },
    ],
    diagnosis: [{ code: 'KEY_OF_ANOTHER_RULE', args: { rule: 'tenants', captures: { tenant: text } } }],
    observed: { sse: { type: 'unrecognised', raw: text, key: text }, cse: { type: 'envelope', wrap: text } },
    writer: { event: text, principal: text },
    etag: text,
    storageClass: text,
  });

const digestOf = (...records: readonly AuditRecord[]): Digest => {
  const [digest] = buildDigests(records, CONTEXT);
  if (digest === undefined) throw new Error('no digest');
  return digest;
};

const tallyOf = (...records: readonly AuditRecord[]): Tally => {
  const tally = new Tally();
  for (const record of records) tally.add(record);
  return tally;
};

const META = { generatedAt: '2026-11-21T04:00:00.000Z', version: '0.0.0' };
const named = NASTY_KEYS.map((key) => [JSON.stringify(key).slice(0, 60), key] as const);

describe.each(named)('the key %s', (_, key) => {
  const record = recordOf(key);

  it('steers no terminal: table and bucket check', () => {
    const rows = new TableRows();
    rows.add(record);
    const table = renderTable(rows, { columns: 80, color: false });
    expect(table).not.toMatch(UNSHOWN);
    expect(table.split('\n')).toHaveLength(2 + 6 + 1);
    const bucket = renderBucketCheck(
      {
        bucket: bucketName(key),
        byDefault: {
          kind: 'found',
          value: { algorithm: key, kmsKeyId: key, bucketKeyEnabled: true, blockedTypes: [key] },
        },
        notifications: {
          kind: 'found',
          value: {
            eventBridge: false,
            targets: [{ kind: 'queue', arn: key, events: [key], prefix: key, suffix: key }],
          },
        },
        judgements: [],
        rules: [],
      },
      { color: false },
    );
    expect(bucket).not.toMatch(UNSHOWN);
  });

  it('adds nothing to a mail, its subject or its attributes', () => {
    const { subject, body, attributes } = mailMessage(digestOf(record));
    expect(body).not.toMatch(UNSHOWN);
    expect(subject).toBe('[high] 1 object breaking the policy: rule tenants, bucket acme-lake');
    expect(attributes).toEqual(mailMessage(digestOf(recordOf('plain'))).attributes);
    const titles = (text: string): readonly string[] =>
      text.split('\n').filter((line) => /^-{3,}$/.test(line));
    expect(titles(body)).toEqual(titles(mailMessage(digestOf(recordOf('plain'))).body));
  });

  it('reads back from the digest as it was, or cut with the mark', () => {
    const { body } = programMessage(digestOf(record));
    expect(body).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    const read: Digest = JSON.parse(body);
    const seen = read.samples.items[0]?.object.key ?? '';
    if (seen.endsWith('…[cut]')) expect(key.startsWith(seen.slice(0, -'…[cut]'.length))).toBe(true);
    else expect(seen).toBe(key);
    const outer: Readonly<Record<string, string>> = JSON.parse(perProtocolMessage(digestOf(record)).body);
    expect(JSON.parse(outer.default ?? '')).toEqual(read);
  });

  it('reads back from a record, one line of NDJSON', () => {
    const line = JSON.stringify(record);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual(record);
  });

  it('reads back from the JSON summary, which shows nothing that a terminal obeys', () => {
    const text = summaryJson(tallyOf(record), META);
    expect(text).not.toMatch(UNSHOWN);
    const { causes, keys } = JSON.parse(text);
    // Longer ones are cut with the mark, or counted without a name.
    if (key.length > 500) return;
    expect(causes[0].firstKey).toBe(key);
    expect(causes[0].captures[0].captures.tenant).toBe(key);
    expect(keys[0].key).toBe(key);
  });

  it('is no formula and no second line in the CSV summary', () => {
    const plain = summaryCsv(tallyOf(recordOf('plain')), META).split('\r\n').length;
    const lines = summaryCsv(tallyOf(record), META).split('\r\n');
    if (key.length < 500) expect(lines).toHaveLength(plain);
    for (const line of lines.slice(0, -1)) {
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      const row = readCsvRow(line);
      const cells = row.kind === 'fields' ? row.fields : [];
      expect(cells).toHaveLength(9);
      for (const cell of cells) expect(cell).not.toMatch(/^[=+@\uff1d\uff0b\uff0d\uff20-]/);
    }
  });

  it('is text of a well-formed JUnit document', () => {
    const result = { kind: 'failure', type: key, message: key, text: key } as const;
    const { root } = parseXml(renderJunit(key, [{ group: key, name: key, result }]));
    expect(root?.children.filter((child) => child instanceof XmlElement)).toHaveLength(1);
  });

  it('is one word of a shell, or no command is given', () => {
    const word = shellWord(key);
    const commands = [
      headObjectCommand({ bucket: 'b', key }),
      auditCommand('b', key, 'policy.yaml'),
      word,
    ].filter((text) => text !== undefined);
    expect(commands.length).toBe(key.includes('\0') || !key.isWellFormed() ? 0 : 3);
    for (const command of commands) expect(command).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  });
});

/** Members that hold one of a few words of ours. */
const OURS: ReadonlySet<string> = new Set(['code', 'cause', 'layer', 'required']);

describe('every violation, reason and diagnosis', () => {
  it('has been thought of above: none shows a stranger’s text by another way', () => {
    const codes = [...Object.values(VIOLATIONS), ...Object.values(REASONS), ...Object.values(DIAGNOSES)];
    for (const key of NASTY_KEYS) {
      const stuffed: typeof codes = JSON.parse(
        JSON.stringify(codes, (name, value) => (typeof value === 'string' && !OURS.has(name) ? key : value)),
      );
      const violations = stuffed.slice(0, Object.keys(VIOLATIONS).length);
      const reasons = stuffed.slice(violations.length, violations.length + Object.keys(REASONS).length);
      const diagnosis = stuffed.slice(violations.length + reasons.length);
      const record = { ...recordOf(key), violations, reasons, diagnosis } as AuditRecord;
      const rows = new TableRows();
      rows.add(record);
      expect(renderTable(rows, { columns: 80, color: false })).not.toMatch(UNSHOWN);
      expect(mailMessage(digestOf(record)).body).not.toMatch(UNSHOWN);
    }
  });
});
