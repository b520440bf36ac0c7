import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { progressLine } from '../../src/cli/render-progress.ts';
import { objectKey } from '../../src/objects/object.ts';
import { printable } from '../../src/objects/printable.ts';
import type { ListAnswer } from '../../src/reaudit/ports.ts';
import { addVerdict, noProgress, Speedometer } from '../../src/reaudit/progress.ts';
import { RunStopped } from '../../src/reaudit/run-errors.ts';
import { BUCKET, POLICY, runAudit, type World, world } from '../cli/audit-world.ts';
import { ENVIRONMENT, REGION } from '../cli/local-lake.ts';
import { fileWith, type Run, recordsOf, run, scratch } from '../cli/run.ts';
import { NASTY_KEYS, UNSHOWN } from '../support/nasty-keys.ts';

const CLEAR = '\r\u001b[2K';
/** What S3 can hold: no key has half a character, and none more than 1,024 bytes with its prefix. */
const STORED = NASTY_KEYS.filter((key) => key.isWellFormed() && Buffer.byteLength(key) <= 1_000);
/** Names of files that show as something else than they are, as much of each as a name can hold. */
const FILE_NAMES = NASTY_KEYS.map((key) => key.toWellFormed().replaceAll(/[/\0]/g, '-').slice(0, 40)).filter(
  (name, index, all) => printable(name) !== name && all.indexOf(name) === index,
);

const shown = ({ stdout, stderr }: Run): string => stdout + stderr;
const policyFile = (text = POLICY): string => fileWith('policy.yaml', text);

let here: World;
beforeAll(async () => {
  here = await world();
  for (const key of STORED) here.put(`tenants/a/${key}`, here.keys.b);
  here.put('single/object');
});
afterAll(() => here.aws.close());
beforeEach(() => {
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
});

const audit = (target: string, ...args: readonly string[]): Promise<Run> =>
  run(['audit', target, '--endpoint-url', here.aws.endpoint, '--region', REGION, ...args]);

describe('an audit of every nasty key', () => {
  it('shows a live line, a table and a count that hold nothing but numbers and what is printable', async () => {
    const io = { terminal: true, columns: 120 };
    const { stdout, stderr, status } = await runAudit(here, { policy: policyFile() }, { io });
    expect(status).toBe(1);
    expect(stdout).not.toMatch(UNSHOWN);
    const [before = '', ...drawn] = stderr.split(CLEAR);
    const end = drawn.pop() ?? '';
    expect(before + drawn.join('')).toMatch(/^[\d, a-z/·]+$/);
    expect(drawn.length).toBeGreaterThan(0);
    expect(end).toBe(`${STORED.length} objects: ${STORED.length} violation\n`);
  });

  it('gives each key back as it was, where nobody watches', async () => {
    const { stdout, stderr } = await runAudit(here, { policy: policyFile() });
    expect(stderr).toBe('');
    const keys = recordsOf(stdout).map(({ object }) => object.key);
    expect(keys.sort()).toEqual(STORED.map((key) => `tenants/a/${key}`).sort());
  });
});

describe('the live line of a run', () => {
  it('has no text of a stranger at all, whatever it counts', () => {
    const progress = { ...noProgress(), listed: 9_000, listingEnded: true, retries: 2 };
    for (const outcome of ['violation', 'unknown', 'compliant'] as const) addVerdict(progress, outcome);
    const meter = new Speedometer();
    progressLine(noProgress(), meter, 0);
    expect(progressLine(progress, meter, 1_000)).toMatch(/^[\d, a-z/·]+$/);
  });
});

describe('the end of a run', () => {
  it('where nothing lies is one line, whatever the prefix', async () => {
    const policy = policyFile();
    for (const key of NASTY_KEYS) {
      const place = `s3://${BUCKET}/tenants/a/none/${key}`;
      const result = await audit(place, '--policy', policy);
      expect(shown(result)).not.toMatch(UNSHOWN);
      // No place in S3 has half a character: S3 is not asked.
      if (!key.isWellFormed()) expect(result.status).toBe(3);
      else
        expect(result).toEqual({
          status: 0,
          stdout: '',
          stderr: `there are no objects under ${printable(place)}\n`,
        });
    }
  });

  it('that was stopped by what S3 says, or by a listing that goes wrong, is two lines', async () => {
    const policy = policyFile();
    for (const key of NASTY_KEYS) {
      const object = { etag: 'e', sizeBytes: 1, lastModifiedMs: 0, isLatest: true };
      const unordered = [`${key}b`, `${key}a`].map((one) => ({ ...object, key: objectKey(one) }));
      const answers: readonly ListAnswer[] = [
        { kind: 'refused', status: 400, code: key, message: key },
        { kind: 'wrong-region', region: key },
        { kind: 'page', objects: unordered, deleteMarkers: 0 },
      ];
      for (const answer of answers) {
        const edge = { lister: () => ({ list: async () => answer }) };
        const stopped = await runAudit(here, { policy, target: `s3://${BUCKET}/` }, { edge }).catch(
          (error: unknown) => error,
        );
        if (!(stopped instanceof RunStopped)) throw new Error('the run did not stop');
        const lines = stopped.message.split('\n');
        expect(lines).toHaveLength(2);
        for (const line of lines) expect(line).not.toMatch(UNSHOWN);
      }
    }
  });

  it('shows the names of its files printable: at its end, when it had ended before, and under another policy', async () => {
    const folder = scratch();
    const single = `  - { id: single, match: "s3://${BUCKET}/single/", cse: forbidden }\nexempt:`;
    const policy = policyFile(POLICY.replace('exempt:', single));
    for (const name of FILE_NAMES) {
      const [output, resume, report] = ['ndjson', 'state', 'html'].map((end) =>
        join(folder, `${name}.${end}`),
      );
      const files = [`--output=${output}`, `--resume=${resume}`, `--report=${report}`];
      for (const under of [policy, policy, join(folder, `${name}.none`)]) {
        const result = await audit(`s3://${BUCKET}/single/`, `--policy=${under}`, ...files);
        expect(shown(result)).not.toMatch(UNSHOWN);
        expect(shown(result)).not.toContain(name);
        expect([name, result.status]).toEqual([name, 0]);
      }
      const unwritable = `--report=${join(folder, 'none', name)}`;
      const refused = await audit(`s3://${BUCKET}/single/`, `--policy=${policy}`, unwritable);
      expect(shown(refused)).not.toMatch(UNSHOWN);
      expect(refused.status).toBe(2);
    }
  });

  it('by a table shows the name of the table printable, and each row that is none', async () => {
    const folder = scratch();
    const policy = policyFile();
    for (const name of FILE_NAMES) {
      const table = fileWith(`${name}.ndjson`, `${JSON.stringify({ key: name })}\n{"${'\\'}u001b\n`);
      const result = await audit(`s3://${BUCKET}/tenants/`, '--policy', policy, `--metadata=${table}`);
      expect(shown(result)).not.toMatch(UNSHOWN);
      expect(shown(result)).not.toContain(name);
      // Nothing of the table could be read.
      expect(result.status).toBe(2);
      const none = await audit(
        `s3://${BUCKET}/tenants/`,
        '--policy',
        policy,
        `--metadata=${join(folder, name)}`,
      );
      expect(shown(none)).not.toMatch(UNSHOWN);
      expect(none.status).toBe(2);
    }
  });
});

describe('handle', () => {
  it('shows the name of an event printable where it tells of no object', async () => {
    const policy = policyFile();
    for (const name of FILE_NAMES) {
      const event = fileWith(`${name}.json`, '{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}');
      const args = ['--endpoint-url', here.aws.endpoint, '--region', REGION];
      const result = await run(['handle', event, '--policy', policy, ...args]);
      expect(result).toMatchObject({ status: 0, stdout: '' });
      expect(result.stderr).toContain('names no object to audit');
      expect(result.stderr).not.toMatch(UNSHOWN);
      expect(result.stderr).not.toContain(name);
    }
  });
});
