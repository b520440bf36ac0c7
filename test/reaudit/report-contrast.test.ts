import { describe, expect, it } from 'vitest';
import { STYLE } from '../../src/reaudit/report-style.ts';

const variables = (css: string): ReadonlyMap<string, string> =>
  new Map(
    [...css.matchAll(/--([a-z0-9]+):(#[0-9a-f]{3,6})/g)].map(([, name = '', colour = '']) => [name, colour]),
  );

const [light = '', rest = ''] = STYLE.split('@media (prefers-color-scheme:dark)');
const THEMES = { light: variables(light), dark: variables(rest.split('}}')[0] ?? '') };

/** WCAG 2: relative luminance. */
function luminance(hex: string): number {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((one) => one + one).join('') : hex.slice(1);
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

const TEXTS: readonly (readonly [text: string, ground: string])[] = [
  ...['ink', 'soft', 'link', 'v', 'u', 'n', 'c'].flatMap((text): [string, string][] => [
    [text, 'bg'],
    [text, 'panel'],
  ]),
  ['ink', 'vbg'],
  ['v', 'vbg'],
  ['ink', 'h1'],
  ['ink', 'h2'],
  ['ink', 'h3'],
  ['hi', 'h5'],
  ['hi', 'v'],
];

describe.each(['light', 'dark'] as const)('in %s colours', (theme) => {
  const colour = (name: string): string => THEMES[theme].get(name) ?? '';

  it.each(TEXTS)('%s on %s can be read by everyone (WCAG AA)', (text, ground) => {
    expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it('white on the fourth shade of the matrix can be read by everyone', () => {
    expect(contrast('#ffffff', colour('h4'))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['v', 'u', 'n', 'c', 'e'])('segment %s of a bar stands out from the page (3:1)', (segment) => {
    expect(contrast(colour(segment), colour('bg'))).toBeGreaterThanOrEqual(3);
  });
});
