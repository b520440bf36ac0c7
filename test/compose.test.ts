import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MOST_POLICY_BYTES } from '../src/aws/read-policy.ts';
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
      `${path} is not UTF-8, so that a prefix in it would become another: save it as UTF-8`,
    );
  });

  it('is refused where it has a byte more than a policy in S3 may have', async () => {
    const path = bundled(Buffer.from(RULE));
    truncateSync(path, MOST_POLICY_BYTES + 1);
    await expect(loadPolicy({ kind: 'file', path }, connect({}))).rejects.toThrow(
      `${path} has more than 16777216 bytes, which is the most that a policy has`,
    );
  });

  it.skipIf(!existsSync('/dev/zero'))(
    'that never ends is refused too, before it is all of memory',
    async () => {
      await expect(loadPolicy({ kind: 'file', path: '/dev/zero' }, connect({}))).rejects.toThrow(
        '/dev/zero has more than 16777216 bytes, which is the most that a policy has',
      );
    },
  );

  it('that is not there is refused by name', async () => {
    await expect(loadPolicy({ kind: 'file', path: '/none/policy.yaml' }, connect({}))).rejects.toThrow(
      '/none/policy.yaml could not be read',
    );
  });
});
