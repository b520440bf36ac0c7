import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../src/reaudit/report.ts';
import { Tally } from '../../src/reaudit/tally.ts';
import { REASONS, wrongKey } from '../alerts/records.ts';
import { NASTY_KEYS, PLANTED } from '../support/nasty-keys.ts';

const onPath = (name: string): string | undefined => {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};
const CHROMIUM = existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : onPath('chromium');
if (CHROMIUM === undefined) {
  process.stderr.write('skipped: nasty keys in a browser, because there is no chromium on this machine\n');
}

const folder = mkdtempSync(join(tmpdir(), 'nasty-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Seen {
  readonly dom: string;
  /** What the page wrote to the console, and what the browser refused to run or to ask for. */
  readonly console: readonly string[];
  readonly asked: readonly string[];
}

/** Opens a page as a person would, and watches its title, its console and its requests. */
function browse(name: string, page: string): Seen {
  const [path, net, profile] = [`${name}.html`, `${name}.json`, `${name}-profile`].map((one) =>
    join(folder, one),
  );
  writeFileSync(path ?? '', page);
  const { stdout, stderr } = spawnSync(
    CHROMIUM ?? '',
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      '--host-resolver-rules=MAP * ~NOTFOUND',
      ...['--enable-logging=stderr', '--v=0', `--log-net-log=${net}`, `--user-data-dir=${profile}`],
      ...['--virtual-time-budget=2000', '--dump-dom', `file://${path}`],
    ],
    { encoding: 'utf8', timeout: 60_000, maxBuffer: 100_000_000 },
  );
  return {
    dom: stdout,
    console: stderr.split('\n').filter((line) => line.includes(':CONSOLE')),
    asked: readFileSync(net ?? '', 'utf8').match(/"url":"[^"]*"/g) ?? [],
  };
}

const planted = ({ asked }: Seen): readonly string[] => asked.filter((url) => url.includes(PLANTED));

/** A report in which every text of the corpus stands wherever a stranger's text can stand. */
function report(): string {
  const tally = new Tally();
  for (const [index, text] of NASTY_KEYS.entries()) {
    const stuffed = wrongKey(0, {
      object: { bucket: text, key: `${text}/${index}/${text}`, versionId: text },
      rule: text,
      owner: text,
      captures: { [text]: text },
      violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { allowed: [text, `${text}2`], actual: text } }],
      diagnosis: [{ code: 'KEY_OF_ANOTHER_RULE', args: { rule: text, captures: { [text]: text } } }],
      observed: { sse: { type: text, key: text } },
      writer: { event: text, principal: text },
    });
    tally.add(stuffed);
    const resource = {
      code: 'ACCESS_DENIED',
      args: { ...REASONS.ACCESS_DENIED.args, resource: text },
    } as const;
    tally.add({ ...stuffed, outcome: 'unknown', reasons: [resource] });
    tally.add({ ...stuffed, outcome: 'exempt', exemption: text });
  }
  const told = NASTY_KEYS.join(' ');
  return renderReport(tally, {
    generatedAt: '2026-11-21T04:00:00.000Z',
    version: '0.0.0',
    ...{ scope: told, records: told, resume: told, incomplete: NASTY_KEYS },
  });
}

describe.skipIf(CHROMIUM === undefined)('every nasty key in a browser', () => {
  it('runs nothing, asks for nothing and becomes no element, also without the page’s policy', () => {
    const page = report();
    const guarded = browse('guarded', page);
    // The escaping alone has to hold: what the browser would refuse is not there to be refused.
    const bare = browse('bare', page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
    for (const seen of [guarded, bare]) {
      expect(/<title>(.*?)<\/title>/s.exec(seen.dom)?.[1]).toMatch(/^\d+ of [\d,]+ objects violate/);
      expect(seen.console).toEqual([]);
      expect(planted(seen)).toEqual([]);
      expect(seen.dom).not.toMatch(/<(?:img|link|iframe|svg\/|base|object|embed|a href="j)\b/);
      expect(seen.dom.match(/<script\b/g)).toHaveLength(1);
      expect(seen.dom).not.toMatch(/<[a-z][^<>"]*\son[a-z]+=/);
      expect(seen.dom).toContain('<button type="button" class="copy">');
    }
    expect(bare.dom.length).toBeLessThan(guarded.dom.length);
  }, 180_000);

  it('would be seen if it did: the same texts put into a page as they are', () => {
    const seen = browse(
      'open',
      `<!doctype html><title>x</title><body>${NASTY_KEYS.slice(30, 60).join('<p>')}`,
    );
    expect(/<title>(.*?)<\/title>/s.exec(seen.dom)?.[1]).toBe('ran');
    expect(seen.console.join()).toContain('ran');
    expect(planted(seen).length).toBeGreaterThan(0);
  }, 90_000);
});
