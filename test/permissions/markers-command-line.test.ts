import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileWith, type Run, run, scratch } from '../cli/run.ts';
import { FILES, MARKED_POLICY, MARKERS, OBJECTS, placesOf, SEEN } from './markers.ts';
import { markedRecord } from './markers-world.ts';
import { ACCOUNT, LAKE, REGION } from './names.ts';
import { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await Site.start({ clock: () => Date.now() - 600_000 });
  for (const [key, metadata] of Object.entries(OBJECTS))
    await site.put(LAKE, key, MARKERS['the body of an object'], undefined, metadata);
  for (const [key, text] of Object.entries(FILES)) await site.put(LAKE, key, text);
  const SSECustomerKey = MARKERS['a key of SSE-C'];
  const customer = { SSECustomerAlgorithm: 'AES256', SSECustomerKey };
  await site.s3.send(new PutObjectCommand({ Bucket: LAKE, Key: 'customer/key', Body: 'x', ...customer }));
});
afterAll(() => site.close());
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', `LOCAL${ACCOUNT}`);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', MARKERS['the secret access key']);
  vi.stubEnv('AWS_SESSION_TOKEN', MARKERS['the session token']);
  vi.stubEnv('DEPLOYMENT_TOKEN', MARKERS['a token in the environment']);
  vi.stubEnv('AWS_REGION', REGION);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** What a command printed, and every file that it left in a folder. */
function sinksOf({ stdout, stderr }: Run, folder?: string): Map<string, string> {
  const names = folder === undefined ? [] : readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.flatMap((name) => {
    const path = join(folder ?? '', name);
    return /\.\w+$/.test(name) ? [[name, readFileSync(path, 'utf8')] as const] : [];
  });
  return new Map([['stdout', stdout], ['stderr', stderr], ...files]);
}

function expectNone(sinks: ReadonlyMap<string, string>): void {
  for (const [name, marker] of Object.entries(MARKERS))
    expect([name, ...placesOf(marker, sinks)]).toEqual([name]);
}

describe('the command line', () => {
  it('audits without a marker on its outputs, in its state and in its report', async () => {
    const folder = scratch();
    const policy = fileWith('policy.yaml', MARKED_POLICY);
    const at = (name: string): string => join(folder, name);
    const whole = await run([
      ...['audit', `s3://${LAKE}/`, '--policy', policy, '--endpoint-url', site.aws.endpoint],
      ...['--output', at('records.ndjson'), '--report', at('report.html'), '--resume', at('state.json')],
    ]);
    expect(whole.status).toBe(3);
    const sinks = sinksOf(whole, folder);
    expect([...sinks.keys()]).toEqual(expect.arrayContaining(['records.ndjson', 'report.html']));
    for (const text of [
      SEEN['the entry that the rule names'],
      SEEN['the name of an entry that it does not name'],
    ])
      expect(placesOf(text, sinks)).toContain('records.ndjson');
    // The state keeps the whole policy, so that a run goes on by the text that it began with.
    const comment = MARKERS['a comment of the policy'];
    expect(placesOf(comment, sinks)).toEqual(['state.json']);
    sinks.set('state.json', (sinks.get('state.json') ?? '').replaceAll(comment, ''));
    expectNone(sinks);
  });

  it('handles an event without one', async () => {
    const records = [...Object.keys(OBJECTS), 'customer/key'].map(markedRecord);
    const event = fileWith('event.json', JSON.stringify({ Records: records }));
    const policy = fileWith('policy.yaml', MARKED_POLICY);
    const handled = await run(['handle', event, '--policy', policy, '--endpoint-url', site.aws.endpoint]);
    const sinks = sinksOf(handled);
    expect(placesOf(SEEN['the principal that wrote'], sinks)).toContain('stdout');
    expectNone(sinks);
  });

  it('evaluates heads without one', async () => {
    const lines = Object.entries(OBJECTS).map(([key, Metadata]) => {
      const body = FILES[`${key}.instruction`];
      const instructionFile =
        body === undefined ? {} : { instructionFile: { key: `${key}.instruction`, body } };
      const head = { ServerSideEncryption: 'AES256', Metadata, ContentLength: 1, ETag: '"e"' };
      return JSON.stringify({ bucket: LAKE, key, head, ...instructionFile });
    });
    const heads = fileWith('heads.ndjson', `${lines.join('\n')}\n`);
    const policy = fileWith('policy.yaml', MARKED_POLICY);
    const evaluated = await run(['evaluate', '--policy', policy, '--heads', heads]);
    const sinks = sinksOf(evaluated);
    expect(placesOf(SEEN['the entry that the rule names'], sinks)).toContain('stdout');
    expectNone(sinks);
  });

  it.each(Object.entries(MARKERS))(
    'tells a file that is no JSON without telling %s in it',
    async (name, marker) => {
      const policy = fileWith('policy.yaml', MARKED_POLICY);
      // V8 quotes what stands around the fault, and all of a short text.
      for (const text of [`{"Metadata":{"x":${marker}}}`, marker, `{"Metadata":{"${marker}"`]) {
        const file = fileWith('broken.json', text);
        const commands = [
          ['evaluate', '--policy', policy, '--heads', file],
          ['evaluate', '--policy', policy, '--keys', file, '--heads', fileWith('h.ndjson', '')],
          ['handle', file, '--policy', policy, '--endpoint-url', site.aws.endpoint],
          ['report', file],
          ['audit', `s3://${LAKE}/`, '--dry-run', '--policy', policy, '--prices', file, '--objects', '1'],
        ];
        for (const command of commands) {
          const refused = await run(command);
          expect([command[0], refused.status === 0, refused.stderr.length > 0]).toEqual([
            command[0],
            false,
            true,
          ]);
          expect([name, command[0], ...placesOf(marker.slice(0, 12), sinksOf(refused))]).toEqual([
            name,
            command[0],
          ]);
        }
      }
    },
  );

  it('tells refused credentials without telling them', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'MARKACCESSKEYID31');
    const policy = fileWith('policy.yaml', MARKED_POLICY);
    const args = ['audit', `s3://${LAKE}/`, '--policy', policy, '--endpoint-url', site.aws.endpoint];
    const refused = await run(args);
    expect([refused.status, refused.stderr.length > 0]).toEqual([3, true]);
    const sinks = sinksOf(refused);
    expect(placesOf('MARKACCESSKEYID31', sinks)).toEqual([]);
    expectNone(sinks);
  });
});
