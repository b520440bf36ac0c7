import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { worstGrowth } from './regexp-growth.ts';
import { regexpLiterals } from './regexp-literals.ts';
import { parsePattern, steps } from './regexp-steps.ts';

const ROOT = join(import.meta.dirname, '../..');

const sources = ['src', 'handlers'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);
const literals = sources.flatMap((file) =>
  regexpLiterals(readFileSync(join(ROOT, file), 'utf8')).map((literal) => ({ file, ...literal })),
);

/** Twice the text costs no more than three times the steps: a quadratic pattern takes four. */
const MOST_GROWTH = 3;

/** Patterns that the search below takes for slow, each with what bounds it. */
const LOOKED_AT: ReadonlyMap<string, string> = new Map([
  ['/^-+|-+$/g', 'ids of imported rules are cut to 58 characters before it'],
  [
    '/(?:\\[[^\\]]*\\]|"[^"]*"|\'[^\']*\'|[^,[\\]"\'])+/gu',
    'the short form of --emrfs is refused beyond 16,384 characters, before it',
  ],
  ['/\\.?0+$/', 'figures of the cost estimate: digits that the program wrote itself'],
  ['/\\B(?=(\\d{3})+$)/g', 'figures of the cost estimate: digits that the program wrote itself'],
  ['/\\B(?=(?:\\d{3})+$)/g', 'figures of the report: sums, which have at most 31 digits'],
]);

describe('the regular expressions of the sources', () => {
  it('are all found', () => {
    expect(literals.length).toBeGreaterThan(90);
    for (const { pattern, flags } of literals) expect(() => new RegExp(pattern, flags)).not.toThrow();
  });

  it('cost no more than in proportion to the text, however it is made', () => {
    const slow = [...new Map(literals.map((one) => [`/${one.pattern}/${one.flags}`, one]))].flatMap(
      ([text, { pattern, flags, file, line }]) => {
        const growth = LOOKED_AT.has(text) ? undefined : worstGrowth(pattern, flags, MOST_GROWTH);
        return growth === undefined ? [] : [`${file}:${line} ${text} ${JSON.stringify(growth)}`];
      },
    );
    expect(slow).toEqual([]);
  });

  it('are made at run time in one place, of names that stand in the source', () => {
    const made = sources.filter((file) => /\bRegExp\(/.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(made).toEqual(['src/aws/fast-object-lister.ts']);
    expect(worstGrowth('<Message>([^<]*)<\\/Message>', '', MOST_GROWTH)).toBeUndefined();
  });

  it('of the list of exceptions are all still there', () => {
    const all = new Set(literals.map(({ pattern, flags }) => `/${pattern}/${flags}`));
    expect([...LOOKED_AT.keys()].filter((text) => !all.has(text))).toEqual([]);
  });
});

describe('the search for slow patterns', () => {
  it.each([
    ['nested repetition', '^(a+)+$'],
    ['alternatives that take the same', '^(?:a|a)*$'],
    ['alternatives that overlap', '^(?:a|ab|b)*$'],
    ['blanks at the end', '\\s+$'],
    ['a run at the end that begins anywhere', '^-+|-+$'],
    ['two runs side by side', '^\\d+\\d+x'],
    ['two runs with an optional sign between', '^\\w+,?\\w+$'],
    ['any text twice', '.*,.*;'],
    ['an unanchored run before what is not there', '[a-z]+@'],
    ['a lazy run', '<!--.*?-->x'],
  ])('finds %s', (_, pattern) => {
    expect(worstGrowth(pattern, '', MOST_GROWTH)).toBeDefined();
  });

  it.each([
    ['^[a-z]+$', ''],
    ['^s3:\\/\\/([^/]+)\\/(.+)$', 's'],
    ['[\\p{Cc}\\p{Cf}]', 'gu'],
    ['^(?:a|b)*c$', ''],
    ['^\\d{1,16}$', ''],
    ['"[^"]*"|[^,"]+', 'g'],
  ])('lets /%s/%s pass', (pattern, flags) => {
    expect(worstGrowth(pattern, flags, MOST_GROWTH)).toBeUndefined();
  });

  it('counts the steps of a backtracking matcher', () => {
    expect(steps(parsePattern('^abc$', ''), '', 'abc')).toBe(5);
    expect(steps(parsePattern('(?:a+)+b', 'y'), 'y', 'a'.repeat(18))).toBeGreaterThan(2 ** 18);
  });

  it('counts them in a long text too, whatever stack it is left with', () => {
    expect(steps(parsePattern('^(?:a)*$', ''), '', 'a'.repeat(200_000))).toBe(400_005);
  });
});

describe('the search for literals', () => {
  it('tells them from divisions, comments, texts and templates', () => {
    const source = [
      'const a = b / c / d; // /no/',
      "const e = '/no/'; /* /no/ */",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the source that is read
      'const f = `/no/${g.replace(/yes\\/[/]1/g, `${/yes2/u}`)}/no/`;',
      'if (/yes3/.test(x)) return /yes4/y;',
      'const h = (1 + 2) / 3 / i[0] / 4;',
      'const j = { a: /yes5/, b: !/yes6/.test(k) };',
    ].join('\n');
    expect(regexpLiterals(source)).toEqual([
      { pattern: 'yes\\/[/]1', flags: 'g', line: 3 },
      { pattern: 'yes2', flags: 'u', line: 3 },
      { pattern: 'yes3', flags: '', line: 4 },
      { pattern: 'yes4', flags: 'y', line: 4 },
      { pattern: 'yes5', flags: '', line: 6 },
      { pattern: 'yes6', flags: '', line: 6 },
    ]);
  });
});
