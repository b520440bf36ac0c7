import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../src/reaudit/report.ts';
import { Tally } from '../../src/reaudit/tally.ts';
import { at, wrongKey } from '../alerts/records.ts';
import { world } from '../fixtures/report/world.ts';

const onPath = (name: string): string | undefined => {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};
const CHROMIUM = existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : onPath('chromium');
if (CHROMIUM === undefined) {
  process.stderr.write('skipped: the report in a browser, because there is no chromium on this machine\n');
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  // Whatever the browser itself would ask for is not found; what a page asks for stands in the log all the same.
  '--host-resolver-rules=MAP * ~NOTFOUND',
];

const folder = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function chromium(...args: readonly string[]): string {
  const profile = mkdtempSync(join(folder, 'profile-'));
  return execFileSync(CHROMIUM ?? '', [...FLAGS, `--user-data-dir=${profile}`, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 60_000,
    maxBuffer: 50_000_000,
  });
}

const PLANTED = [
  `<script>document.title='ran'</script>`,
  `"><img src=http://planted.example/a onerror="document.title='ran'">`,
  `</title></style></script><script>document.title='ran'</script>`,
  `<link rel=stylesheet href=http://planted.example/b>`,
  `<meta http-equiv=refresh content="0;url=http://planted.example/c">`,
];

function writePage(name: string): string {
  const tally = new Tally();
  for (const record of world(20_000)) tally.add(record);
  for (const text of PLANTED) {
    tally.add(wrongKey(0, { ...at(`${text}/x`, text), rule: text, owner: text, captures: { tenant: text } }));
  }
  const path = join(folder, name);
  writeFileSync(
    path,
    renderReport(tally, {
      generatedAt: '2026-11-21T04:00:00.000Z',
      version: '0.0.0',
      scope: PLANTED[0] ?? '',
    }),
  );
  return path;
}

describe.skipIf(CHROMIUM === undefined)('the report in a browser', () => {
  const path = CHROMIUM === undefined ? '' : writePage('report.html');

  it('runs its own script, but nothing that stands in a key, and asks for nothing', () => {
    const log = join(folder, 'net.json');
    const dom = chromium('--dump-dom', `--log-net-log=${log}`, `file://${path}`);
    expect(/<title>(.*?)<\/title>/.exec(dom)?.[1]).toMatch(
      /^\d+ of [\d,]+ objects violate the encryption policy$/,
    );
    expect(dom.match(/<p class="tools">/g)).toHaveLength(1);
    expect(dom).toContain('<button type="button" class="copy">Copy</button>');
    expect(dom).not.toMatch(/<(?:img|link|iframe)\b/);
    const asked = readFileSync(log, 'utf8').match(/"url":"[^"]*"/g) ?? [];
    expect(asked.filter((url) => url.includes('planted.example'))).toEqual([]);
  }, 90_000);

  it.each([
    ['light', ['--window-size=1280,2000']],
    ['dark', ['--window-size=1280,2000', '--force-dark-mode', '--blink-settings=preferredColorScheme=0']],
    ['narrow', ['--window-size=420,2000']],
  ])(
    'can be looked at: %s',
    (name, flags) => {
      const image = join(folder, `${name}.png`);
      chromium(...flags, `--screenshot=${image}`, `file://${path}`);
      // A page that shows nothing is a few kilobytes.
      expect(statSync(image).size).toBeGreaterThan(60_000);
    },
    90_000,
  );

  it('prints with everything that was closed', () => {
    const pdf = join(folder, 'report.pdf');
    chromium('--no-pdf-header-footer', `--print-to-pdf=${pdf}`, `file://${path}`);
    expect(statSync(pdf).size).toBeGreaterThan(100_000);
    const text =
      onPath('pdftotext') === undefined
        ? undefined
        : execFileSync('pdftotext', [pdf, '-'], { encoding: 'utf8' });
    if (text !== undefined) expect(text).toContain('fs.s3.impl.disable.cache=true');
  }, 90_000);
});
