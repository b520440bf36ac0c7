import { describe, expect, test } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { compileExemptions, findExemption } from '../../src/policy/exempt.ts';
import type { Exemption } from '../../src/policy/types.ts';
import { buildExemption } from './build.ts';

interface Asked {
  readonly bucket?: string;
  readonly sizeBytes?: number;
  readonly today?: string;
}

/** `exempt: <glob>`, `needs-size: <glob>` or `none`. */
function answer(exemptions: readonly Exemption[], key: string, asked: Asked = {}): string {
  const { bucket = 'lake', today = '2026-06-01', ...size } = asked;
  const query = { bucket: bucketName(bucket), key: objectKey(key), today, ...size };
  const found = findExemption(compileExemptions(exemptions), query);
  return found.kind === 'none' ? 'none' : `${found.kind}: ${found.exemption.text}`;
}

describe('exemptions', () => {
  test('the first in file order that applies is named, however exact a later one is', () => {
    const wide = buildExemption('s3://lake/**');
    const exact = buildExemption('s3://lake/a/b');
    expect(answer([wide, exact], 'a/b')).toBe('exempt: s3://lake/**');
    expect(answer([exact, wide], 'a/b')).toBe('exempt: s3://lake/a/b');
  });

  test('file order holds between a bucket with * and a literal one', () => {
    const wildcard = buildExemption('s3://la*/a/**');
    const literal = buildExemption('s3://lake/**');
    expect(answer([wildcard, literal], 'a/b')).toBe('exempt: s3://la*/a/**');
    expect(answer([literal, wildcard], 'a/b')).toBe('exempt: s3://lake/**');
  });

  test('the bucket is as in rules: literal, or with any run of characters for *', () => {
    const exemptions = [buildExemption('s3://acme-*/a'), buildExemption('s3://lake/b')];
    expect(answer(exemptions, 'a', { bucket: 'acme-drop' })).toBe('exempt: s3://acme-*/a');
    expect(answer(exemptions, 'a')).toBe('none');
    expect(answer(exemptions, 'b', { bucket: 'acme-drop' })).toBe('none');
    expect(answer(exemptions, 'b', { bucket: 'constructor' })).toBe('none');
  });

  test('no exemptions exempt nothing', () => {
    expect(answer([], 'a')).toBe('none');
  });

  test('a key that is shorter than the literal text of a glob is not exempt', () => {
    expect(answer([buildExemption('s3://lake/abc*'), buildExemption('s3://lake/ab')], 'ab')).toBe(
      'exempt: s3://lake/ab',
    );
    expect(answer([buildExemption('s3://lake/abc*')], 'ab')).toBe('none');
  });

  test('maxSize bounds what may hide behind an exemption, to the byte', () => {
    const marker = buildExemption('s3://lake/**/*_$folder$', { maxSizeBytes: 16 });
    expect(answer([marker], 'x_$folder$', { sizeBytes: 0 })).toBe('exempt: s3://lake/**/*_$folder$');
    expect(answer([marker], 'x_$folder$', { sizeBytes: 16 })).toBe('exempt: s3://lake/**/*_$folder$');
    expect(answer([marker], 'x_$folder$', { sizeBytes: 17 })).toBe('none');
  });

  test('where the object is too large for one exemption the next one may apply', () => {
    const exemptions = [
      buildExemption('s3://lake/**', { maxSizeBytes: 16 }),
      buildExemption('s3://lake/a/**'),
    ];
    expect(answer(exemptions, 'a/b', { sizeBytes: 17 })).toBe('exempt: s3://lake/a/**');
  });

  test('a size that no route told is asked for, also where a later exemption would apply without it', () => {
    const exemptions = [
      buildExemption('s3://lake/**', { maxSizeBytes: 16 }),
      buildExemption('s3://lake/a/**'),
    ];
    expect(answer(exemptions, 'a/b')).toBe('needs-size: s3://lake/**');
    expect(answer(exemptions.toReversed(), 'a/b')).toBe('exempt: s3://lake/a/**');
  });

  test('no size is asked for an exemption that has lapsed or takes another key', () => {
    const bounded = buildExemption('s3://lake/a', { maxSizeBytes: 16, until: '2026-05-31' });
    expect(answer([bounded], 'a')).toBe('none');
    expect(answer([bounded], 'b', { today: '2026-05-31' })).toBe('none');
  });

  test('past its until an exemption no longer exempts; on that very day it still does', () => {
    const migration = buildExemption('s3://lake/import/**', { until: '2026-12-31' });
    expect(answer([migration], 'import/a', { today: '2026-12-31' })).toBe('exempt: s3://lake/import/**');
    expect(answer([migration], 'import/a', { today: '2027-01-01' })).toBe('none');
  });

  test('a hundred exemptions, of every kind of beginning and end, keep their file order', () => {
    const kinds = ['a/**', '**/z', 'a/*/z', 'a*/**', '**', 'a/b/z'];
    const exemptions = Array.from({ length: 100 }, (_, i) =>
      buildExemption(`s3://${i % 2 ? 'lake' : 'l*'}/${kinds[i % kinds.length]}`),
    );
    for (let from = 0; from < exemptions.length; from++) {
      expect(answer(exemptions.slice(from), 'a/b/z')).toBe(`exempt: ${exemptions[from]?.text}`);
    }
  });
});
