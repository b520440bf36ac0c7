import { describe, expect, it } from 'vitest';
import { jsonText } from '../../src/objects/json-text.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { printable } from '../../src/objects/printable.ts';
import { estimate } from '../../src/reaudit/estimate.ts';
import { givenCount } from '../../src/reaudit/estimate-count.ts';
import { rulesBelow } from '../../src/reaudit/estimate-rules.ts';
import { estimateJson, estimateText } from '../../src/reaudit/estimate-text.ts';
import prices from '../../src/reaudit/prices.json' with { type: 'json' };
import { parsePrices } from '../../src/reaudit/prices.ts';
import { renderReport } from '../../src/reaudit/report.ts';
import { listingRefused } from '../../src/reaudit/run-errors.ts';
import { compare, type Disagreement, type SourceCheck } from '../../src/reaudit/sample-check.ts';
import { RowSample } from '../../src/reaudit/sample-check-draw.ts';
import { isSampleJson, readSample, sampleState } from '../../src/reaudit/sample-check-json.ts';
import { checkSentences, disagreementText } from '../../src/reaudit/sample-check-text.ts';
import { SourceUnusable } from '../../src/reaudit/source-failures.ts';
import { Tally } from '../../src/reaudit/tally.ts';
import { wrongKey } from '../alerts/records.ts';
import { FINANCE, sseRule } from '../cli/emr-files.ts';
import { fileWith, type Run, run } from '../cli/run.ts';
import { rowOf } from '../reaudit/inventory-bytes.ts';
import { NASTY_KEYS, UNSHOWN } from '../support/nasty-keys.ts';
import { policyOf } from '../support/policy.ts';

/** What a terminal obeys or a reader cannot see, line feeds among it. */
const IN_A_LINE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const said = (text: string) => ({ outcome: 'violation', codes: [text], sse: text, key: text }) as const;
const disagreement = (text: string): Disagreement => ({
  object: { bucket: text, key: text, versionId: text },
  row: said(text),
  head: { ...said(text), outcome: 'compliant' },
  asOf: text,
});
const check = (text: string): SourceCheck => ({
  ...{ source: 'inventory', settled: 9, sampled: 5, agreed: 1, replaced: 1, gone: 1, unanswered: 1 },
  disagreements: 3,
  named: [disagreement(text), disagreement(`x${text}`)],
});

const tags = (html: string): number => html.match(/<[a-z!/]/gi)?.length ?? 0;
const reportWith = (incomplete: readonly string[]): string =>
  renderReport(new Tally(), {
    ...{ generatedAt: '2026-11-21T04:00:00.000Z', version: '0.0.0', scope: 's3://b/', policySource: 'p' },
    incomplete,
  });

describe('the check of a sample', () => {
  it('is one sentence a line, names each object of the corpus, and steers no terminal', () => {
    const plain = checkSentences(check('plain'));
    for (const key of NASTY_KEYS) {
      const sentences = checkSentences(check(key));
      expect(sentences).toHaveLength(plain.length);
      for (const sentence of sentences) expect(sentence).not.toMatch(IN_A_LINE);
      expect(sentences.join('\n')).toContain(disagreementText(disagreement(key)));
      expect(disagreementText(disagreement(key))).toContain(`/${printable(key)} (version `);
    }
  });

  it('is text in the report: no element comes of it', () => {
    const plain = tags(reportWith(checkSentences(check('plain'))));
    for (const key of NASTY_KEYS) {
      const html = reportWith(checkSentences(check(key)));
      expect([key, tags(html)]).toEqual([key, plain]);
      expect(html).not.toMatch(UNSHOWN);
    }
  });

  it('of a row and a HEAD that differ is that sentence too, and a sample with such rows reads back from JSON', () => {
    for (const key of NASTY_KEYS) {
      const held = rowOf({
        bucket: bucketName('lake'),
        ...{ key: objectKey(key), versionId: key, etag: key, storageClass: key, kmsKeyArn: key, asOf: key },
        encryption: { type: 'other', raw: key },
      });
      const lastModified = new Date(held.lastModifiedMs ?? 0).toISOString();
      const head = wrongKey(0, {
        object: { bucket: 'lake', key, versionId: key },
        observed: { sse: { type: 'unrecognised', raw: key, key } },
        etag: key,
        lastModified,
      });
      const record = wrongKey(1, { ...head, outcome: 'compliant', asOf: key });
      const comparison = compare(held, { kind: 'settled', record, rests: 'row' }, head);
      if (comparison.kind !== 'disagrees') throw new Error(comparison.kind);
      expect(disagreementText(comparison.disagreement)).not.toMatch(IN_A_LINE);
      const sample = new RowSample(1, 5);
      sample.offer(held, record);
      const json: unknown = JSON.parse(JSON.stringify(sampleState(sample)));
      if (!isSampleJson(json)) throw new Error('no sample');
      expect(readSample(json).held).toEqual(sample.held);
    }
  });
});

/** The table that ships, with a text of its own wherever it takes one. */
function pricesWith(text: string): string {
  const table = JSON.parse(JSON.stringify(prices));
  for (const price of Object.values<{ unit: string; source: string }>(table.prices)) {
    Object.assign(price, { unit: text, source: text === '' ? 'x' : text });
  }
  return JSON.stringify({ ...table, note: text });
}

describe('the estimate of a dry run', () => {
  const rules = (text: string) => {
    const prefix = text.replaceAll(/[{}*?]/g, '-').toWellFormed();
    const match = JSON.stringify(`s3://acme-lake/x${prefix}`);
    const policy = policyOf(`version: 1\nrules:\n  - { id: r, match: ${match}, cse: required }\n`);
    // No id of a policy is one of these, and yet it is written as if it might be.
    return rulesBelow(policy, 'acme-lake', `x${prefix}`).map((rule) => ({ ...rule, id: text }));
  };
  const estimated = (text: string) => {
    const table = parsePrices(pricesWith(text), 'prices.json');
    return estimate({ count: givenCount(1_000), rules: rules(text), prices: table });
  };

  it('has the lines of any other, and is JSON that reads back', () => {
    const lines = estimateText(estimated('plain')).split('\n').length;
    for (const key of NASTY_KEYS) {
      const text = estimateText(estimated(key));
      expect([key, text.split('\n').length]).toEqual([key, lines]);
      expect(text).not.toMatch(UNSHOWN);
      expect(text).toContain(printable(key));
      const json = jsonText(estimateJson(estimated(key)), 2);
      expect(json).not.toMatch(UNSHOWN);
      const read = JSON.parse(json);
      expect(read.prices.note).toBe(key);
      expect(read.sources[0].lines[0].unit).toBe(key);
      expect(read.sources[1].because).toContain(key);
    }
  });

  it('is the same by the command line, below any prefix and with any table of prices', async () => {
    const shown = ({ stdout, stderr }: Run): string => stdout + stderr;
    const policy = fileWith(
      'policy.yaml',
      `version: 1\nrules:\n  - ${sseRule('lake', 's3://acme-lake/', FINANCE)}\n`,
    );
    for (const key of NASTY_KEYS) {
      const table = fileWith('prices.json', pricesWith(key));
      const place = ['audit', `s3://acme-lake/${key}`, '--policy', policy, '--region', 'eu-west-1'];
      const args = [...place, '--dry-run', '--objects', '10', '--prices', table];
      const text = await run(args);
      const json = await run([...args, '--format', 'json']);
      expect([text.status, json.status]).toEqual([0, 0]);
      expect(shown(text) + shown(json)).not.toMatch(UNSHOWN);
      expect(JSON.parse(json.stdout).prices.note).toBe(key);
      const wrong = await run([...args.slice(0, -3), key, '--prices', fileWith('wrong.json', key)]);
      expect([wrong.status, wrong.stdout]).toEqual([2, '']);
      expect(wrong.stderr).not.toMatch(UNSHOWN);
    }
  });

  it('refuses a table with any member, and a listing that answers anything, in sentences that steer nothing', () => {
    for (const key of NASTY_KEYS) {
      const text = JSON.stringify({ ...prices, region: key, [key]: key, rates: { [key]: key } });
      const refusal = (() => {
        try {
          return parsePrices(text, key).note;
        } catch (error) {
          if (error instanceof SourceUnusable) return error.message;
          throw error;
        }
      })();
      expect(refusal).toContain('is no price table');
      expect(refusal).not.toMatch(UNSHOWN);
      const refused = { kind: 'refused', status: 400, code: key, message: key } as const;
      const wrongRegion = { kind: 'wrong-region', region: key } as const;
      for (const answer of [refused, wrongRegion]) {
        expect(listingRefused(key, answer).message).not.toMatch(IN_A_LINE);
      }
    }
  });
});
