import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/reaudit/report.ts';
import { bytes, counted, number, percent } from '../../src/reaudit/report-format.ts';
import { Tally } from '../../src/reaudit/tally.ts';
import { LIMITS } from '../../src/reaudit/tally-limits.ts';
import type { AuditRecord } from '../../src/verdict/record.ts';
import { at, bare, KEY_A, KEY_B, REASONS, VIOLATIONS, wrongKey } from '../alerts/records.ts';
import { world } from '../fixtures/report/world.ts';

const META = { generatedAt: '2026-11-21T04:00:00.000Z', version: '0.0.0' };
const tallyOf = (records: Iterable<AuditRecord>): Tally => {
  const tally = new Tally();
  for (const record of records) tally.add(record);
  return tally;
};
const page = (records: Iterable<AuditRecord>, meta = {}): string =>
  renderReport(tallyOf(records), { ...META, ...meta });
const ok = (key: string, more: Partial<AuditRecord> = {}): AuditRecord =>
  bare({
    ...at(key),
    outcome: 'compliant',
    rule: 'tenants',
    observed: { sse: { type: 'sse-kms', key: KEY_A } },
    ...more,
  });
const section = (html: string, id: string): string =>
  html.split(`<section id="${id}"`)[1]?.split('</section>')[0] ?? '';
/** The text of markup, with one space where tags stood. */
const words = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

const AS_OF = { source: 'metadata-table', asOf: '2026-11-20T01:00:00Z' } as const;

describe('the page', () => {
  const html = page(world(3_000));

  it('names no other file and no address that a browser would ask for', () => {
    const addresses = [...html.matchAll(/\b(?:src|href|action|srcset|poster|data)\s*=\s*"([^"]*)"/g)].map(
      ([, to]) => to,
    );
    expect(addresses.length).toBeGreaterThan(5);
    expect(addresses.filter((to) => !to?.startsWith('#'))).toEqual([]);
    expect(html).not.toMatch(/@import|url\(|<link|<iframe|<object|<embed|\bstyle="/);
  });

  it('lets its own script and style run and nothing else', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
      .exec(html)?.[1]
      ?.replaceAll('&#39;', "'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    for (const tag of ['style', 'script']) {
      const bodies = [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))];
      expect(bodies).toHaveLength(1);
      const hash = createHash('sha256')
        .update(bodies[0]?.[1] ?? '')
        .digest('base64');
      expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
    }
  });

  it('has a target for every link, and a name for every table and section', () => {
    for (const [, id] of html.matchAll(/href="#([^"]*)"/g)) expect(html).toContain(`id="${id}"`);
    expect(html.match(/<table/g)?.length).toBe(html.match(/<caption>[^<]/g)?.length);
    for (const [, id] of html.matchAll(/aria-labelledby="([^"]*)"/g))
      expect(html).toContain(`<h2 id="${id}"`);
  });

  it('is the same for the same tally', () => {
    expect(page(world(3_000))).toBe(html);
  });

  it('is a few hundred kilobytes for tens of thousands of objects', () => {
    expect(page(world(50_000)).length).toBeLessThan(1_000_000);
  });

  it('is bounded also where every object has its own rule, key, cause and prefix', () => {
    const many = times(8_000, (i) =>
      wrongKey(0, {
        ...at(`${i}/${'x'.repeat(200)}/${i}/y/z/part`),
        rule: `rule-${i}`,
        captures: { tenant: `t${i}` },
        violations: [
          { code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [`${KEY_A}${i}`], actual: `${KEY_B}${i}` } },
        ],
        observed: { sse: { type: 'sse-kms', key: `${KEY_B}${i}` } },
      }),
    );
    expect(page(many).length).toBeLessThan(4_000_000);
  });
});

describe('text of strangers', () => {
  const MARK = 'q7';
  const nasty = [
    `<script>${MARK}</script>`,
    `"><img src=x onerror=${MARK}>`,
    `' onmouseover='${MARK}`,
    `</style><style>${MARK}`,
    `<!--${MARK}`,
    `\${${MARK}}`,
    `&lt;b&gt;${MARK}`,
  ];

  const around = (text: string): string =>
    page([hostile(text)], { scope: text, records: text, incomplete: [text], resume: text });

  it.each(nasty)('never becomes markup, wherever in a record it stands: %j', (text) => {
    const tags = (html: string): ReadonlySet<string> =>
      new Set([...html.matchAll(/<\/?[a-z!-][^\s>]*/gi)].map(([tag]) => tag));
    const html = around(text);
    expect([...tags(html)].filter((tag) => !tags(around(MARK)).has(tag))).toEqual([]);
    expect(html.match(/<script/g)).toHaveLength(1);
    const unquoted = html
      .split('</style>')[1]
      ?.split('<script>')[0]
      ?.replace(/"[^"]*"/g, '""');
    expect(unquoted).not.toMatch(/<[a-z][^>]*\son[a-z]+=/);
  });

  it('shows what a page would hide or obey as an escape', () => {
    const html = around(`${MARK}\u202e\u0000\u0007\u2028`);
    for (const hidden of ['\u202e', '\u0000', '\u0007', '\u2028']) expect(html.includes(hidden)).toBe(false);
    expect(html).toContain(`${MARK}\\u{202E}\\u{0}\\u{7}\\u{2028}`);
  });

  const hostile = (text: string): AuditRecord =>
    wrongKey(0, {
      object: { bucket: text, key: `${text}/a/${text}`, versionId: text },
      rule: text,
      captures: { [text]: text },
      violations: [
        { code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [text, `${text}2`], actual: text } },
        { code: 'KMS_KEY_UNUSABLE', args: { actual: text, state: text } },
      ],
      reasons: [{ code: 'ACCESS_DENIED', args: { permission: text, resource: text } }],
      owner: text,
      diagnosis: [{ code: 'KEY_OF_ANOTHER_RULE', args: { rule: text, captures: { [text]: text } } }],
      observed: { sse: { type: text, key: text } },
      writer: { event: text, principal: text },
      policy: text,
      auditedAt: text,
      asOf: text,
      source: 'inventory',
    });
});

describe('the verdict', () => {
  const headline = (html: string): string => words(/<h1>(.*?)<\/h1>/.exec(html)?.[1] ?? '');

  it.each([
    ['There was nothing to audit', []],
    ['1 of 1 object violates the encryption policy', [wrongKey(0)]],
    ['2 of 3 objects violate the encryption policy', [wrongKey(0), wrongKey(1), ok('a')]],
    ['No violation was found in 1 object', [ok('a'), bare({ outcome: 'exempt', exemption: 's3://b/**' })]],
    [
      'No violation was found, but 1 object could not be told',
      [ok('a'), bare({ outcome: 'unknown', reasons: [REASONS.KEY_NOT_REPORTED] })],
    ],
    ['No object was judged by a rule', [bare({ outcome: 'uncovered' })]],
  ])('reads: %s', (sentence, records) => {
    expect(headline(page(records))).toBe(sentence);
  });

  it('comes after what is missing from an unfinished run', () => {
    const tally = tallyOf([ok('a')]);
    tally.addListed(3);
    tally.addUnreadable(1);
    const html = renderReport(tally, {
      ...META,
      incomplete: ['AWS refused the caller.'],
      resume: 'x --resume f',
    });
    const banner = html.slice(0, html.indexOf('<h1>'));
    expect(words(banner)).toContain(
      'This audit is incomplete AWS refused the caller. 1 line of the records could not be read and is not in any figure below. 2 of the 3 objects listed have no verdict. To go on with it: x --resume f',
    );
  });

  it('says nothing of incompleteness where all that was listed has a verdict', () => {
    const tally = tallyOf([ok('a')]);
    tally.addListed(3);
    tally.addIgnored(2);
    expect(renderReport(tally, META)).not.toContain('This audit is incomplete');
  });

  it('never says compliant now of what was settled without a HEAD', () => {
    const html = words(page(times(3, (i) => ok(`k${i}`, AS_OF))));
    expect(html).not.toContain('compliant when looked at');
    expect(html).toContain(
      '100 % compliant as of an earlier time, by inventory or metadata table: 3 of 3 objects.',
    );
    expect(html).toContain(
      '3 verdicts rest on an inventory or metadata table of an earlier time and say nothing of now.',
    );
    expect(html).toContain('as of 2026-11-20 01:00:00 UTC');
  });

  it('leaves exempt and gone objects out of the compliance share', () => {
    const records = [
      ok('a'),
      ...times(9, () => bare({ outcome: 'exempt', exemption: 'g' })),
      bare({ outcome: 'gone' }),
    ];
    expect(words(page(records))).toContain('100 % compliant when looked at: 1 of 1 object.');
  });

  it('counts unknown and uncovered objects against the compliance share', () => {
    const records = [
      ok('a'),
      bare({ outcome: 'uncovered' }),
      bare({ outcome: 'unknown', reasons: [REASONS.KEY_NOT_REPORTED] }),
    ];
    expect(words(page(records))).toContain('33.3 % compliant when looked at: 1 of 3 objects.');
  });

  it('says that a pass by the claim of an envelope is one', () => {
    const cse = { type: 'envelope', basis: 'claimed', claimedKey: KEY_A, wrap: 'kms' } as const;
    expect(words(page([ok('a', { observed: { sse: { type: 'sse-s3' }, cse } })]))).toContain(
      '1 pass rests on what the envelope claims.',
    );
  });

  it('says where the policy changed while the audit ran', () => {
    expect(words(page([ok('a'), ok('b', { policy: 'sha256:other' })]))).toContain(
      'The policy changed while the audit ran.',
    );
  });
});

describe('the causes', () => {
  it('come worst first, with diagnosis, remedies and commands that hold real values', () => {
    const html = page([
      ...times(3, (i) => wrongKey(i, { rule: 'many' })),
      wrongKey(0, { rule: 'grave', severity: 'critical' }),
    ]);
    const text = words(section(html, 'causes'));
    expect(text.indexOf('rule grave')).toBeLessThan(text.indexOf('rule many'));
    expect(text).toContain('3 objects under the wrong key');
    expect(text).toContain('Why, probably The key is the one that rule tenants with tenant=a asks for');
    expect(text).toContain('fs.s3.impl.disable.cache=true');
    expect(text).toContain('aws s3api head-object --bucket acme-lake --key tenants/b/day=1/part-0.parquet');
    expect(text).toContain(`KMSKeyArn=${KEY_B},BucketKeyEnabled=true`);
    expect(text).toContain(
      's3-encryption-auditor audit s3://acme-lake/tenants/b/day=1/ --policy policy.yaml',
    );
  });

  it('have the properties to change in a table, with a column for each scheme and connector', () => {
    const html = section(page([wrongKey(0)]), 'causes');
    const table = /<table class="settings">.*?<\/table>/s.exec(html)?.[0] ?? '';
    expect(words(table)).toContain(
      's3:// on EMRFS EMR below 7.10.0 s3:// on S3A EMR 7.10.0 and later s3a:// on S3A any release',
    );
    expect(table.match(/<td>/g)).toHaveLength(3);
    expect(words(html)).toContain('takes the prefix spark.hadoop.');
    expect(html).toContain(`fs.s3a.encryption.key=<wbr>${KEY_B}`);
  });

  it('say of a connector without a property for it that it has none', () => {
    const allowed = {
      code: 'SSE_ALGORITHM_NOT_ALLOWED',
      args: { allowed: ['aws:kms:dsse'], actual: 'AES256' },
    } as const;
    const text = words(section(page([wrongKey(0, { violations: [allowed] })]), 'causes'));
    expect(text).toContain('no property of this connector asks for it');
  });

  it('account for every object that needs attention, also where there are too many causes', () => {
    const many = times(LIMITS.causes + 5, (i) => wrongKey(0, { rule: `r${String(i).padStart(5, '0')}` }));
    expect(words(section(page(many), 'causes'))).toContain(
      '5 more objects of causes that the tally does not keep apart.',
    );
  });
});

describe('the other parts', () => {
  it('the matrix holds what was wanted against what was found', () => {
    const text = words(section(page(times(1_234, () => wrongKey(0))), 'matrix'));
    expect(text).toContain('key/aaaaaaaa…90ab');
    expect(text).toMatch(/key\/bbbbbbbb…90ab 111122223333 eu-west-1 1,234/);
  });

  it('the map opens downwards, and every figure below adds up to the one above', () => {
    const html = section(page([wrongKey(0), ok('tenants/a/x'), ok('tenants/y'), ok('top')]), 'prefixes');
    expect(html.match(/<details/g)).toHaveLength(2);
    expect(words(html)).toMatch(
      /s3:\/\/acme-lake\/ objects 4 violations 1 .* tenants\/ objects 3 violations 1 .* b\/day=1\/ objects 1 violations 1/,
    );
    expect(words(html)).toContain('directly here objects 1');
  });

  it('a prefix with findings is there also where the map had to leave it out', () => {
    const calm = times(LIMITS.prefixes + 10, (i) => ok(`a/${String(i).padStart(6, '0')}/x`));
    const html = page([...calm, wrongKey(0, at('zoo/zebra/x'))]);
    expect(words(section(html, 'prefixes'))).toMatch(
      /zoo\/zebra\/ objects 1 violations 1|zebra\/ – violations 1/,
    );
  });

  it('the census says what goes with a key, first of those on their way out', () => {
    const dying = wrongKey(0, { violations: [VIOLATIONS.KMS_KEY_UNUSABLE], size: 2_048 });
    const text = words(section(page([dying, ok('a', { size: 1_024 })]), 'keys'));
    expect(text).toContain(
      `${KEY_A} is PendingDeletion : 2 objects (3.0 KiB) cannot be decrypted while it is`,
    );
  });

  it('the census puts a key on its way out before one with more objects', () => {
    const dying = wrongKey(0, { violations: [VIOLATIONS.KMS_KEY_UNUSABLE] });
    const healthy = times(5, (i) => ok(`k${i}`, { observed: { sse: { type: 'sse-kms', key: KEY_B } } }));
    const table = section(page([dying, ...healthy]), 'keys').split('<tbody>')[1] ?? '';
    expect(table.indexOf(KEY_A)).toBeLessThan(table.indexOf(KEY_B));
  });

  it('what could not be audited names the permission that would mend it', () => {
    const text = words(
      section(page([bare({ outcome: 'unknown', reasons: [REASONS.ACCESS_DENIED] })]), 'unknown'),
    );
    const { permission, resource } = REASONS.ACCESS_DENIED.args;
    expect(text).toContain(`Allow the role of the auditor ${permission} on ${resource}`);
  });

  it('exemptions stand with their objects and bytes, and where no size was told that is said', () => {
    const { size: _, ...unsized } = bare({ outcome: 'exempt', exemption: 's3://b/x/**' });
    const text = words(
      section(page([bare({ outcome: 'exempt', exemption: 's3://b/y/**', size: 5 }), unsized]), 'exemptions'),
    );
    expect(text).toContain('s3://b/y/** 1 5 B');
    expect(text).toContain('s3://b/x/** 1 no size told');
    expect(text).toContain('All 2 5 B +');
  });

  it('the timeline says when the first and the last wrong write were', () => {
    const text = words(section(page([wrongKey(3), wrongKey(8)]), 'timeline'));
    expect(text).toContain('2026-11-21 02:00:03 UTC to 2026-11-21 02:00:08 UTC. One column is 1 hour.');
  });
});

describe('figures', () => {
  it('stand with separators, in the right number, and with exact bytes', () => {
    expect(number(1234567)).toBe('1,234,567');
    expect(counted(1, 'object')).toBe('1 object');
    expect(counted(0, 'object')).toBe('0 objects');
    expect([bytes(0n), bytes(1_023n), bytes(1_536n), bytes(10n ** 18n)]).toEqual([
      '0 B',
      '1023 B',
      '1.5 KiB',
      '888.2 PiB',
    ]);
    expect(page([ok('a', { size: 1_048_577 })])).toContain('title="1,048,577 bytes"');
  });

  it('a share is 100 or 0 percent only where it is exactly that', () => {
    expect([
      percent(999_999, 1_000_000),
      percent(1, 1_000_000),
      percent(3, 3),
      percent(0, 3),
      percent(0, 0),
    ]).toEqual(['99.9 %', '< 0.1 %', '100 %', '0 %', '–']);
  });
});
