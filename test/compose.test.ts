import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, loadPolicy } from '../src/compose.ts';

const RULE = 'version: 1\nrules: [{ id: a, match: s3://acme-lake/prüfung/, sse: { algorithm: [AES256] } }]\n';

/** A policy that stands beside the function. */
function bundled(bytes: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-policy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'policy.yaml');
  writeFileSync(path, bytes);
  return path;
}

describe('a bundled policy', () => {
  it('is read, with a byte order mark or without', async () => {
    for (const mark of ['', '\uFEFF']) {
      const path = bundled(Buffer.from(mark + RULE));
      const { policy } = await loadPolicy({ kind: 'file', path }, connect({}));
      expect(policy.rules.map(({ match }) => match.text)).toEqual(['s3://acme-lake/prüfung/']);
    }
  });

  it('that is not UTF-8 is refused, since its prefix would become another', async () => {
    const path = bundled(Buffer.from(RULE, 'latin1'));
    await expect(loadPolicy({ kind: 'file', path }, connect({}))).rejects.toThrow(
      `${path} is not UTF-8: save it as UTF-8`,
    );
  });

  it('that is not there is refused by name', async () => {
    await expect(loadPolicy({ kind: 'file', path: '/none/policy.yaml' }, connect({}))).rejects.toThrow(
      '/none/policy.yaml could not be read',
    );
  });
});
