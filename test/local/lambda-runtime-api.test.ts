import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Report, type RuntimeApi, startRuntimeApi } from '../../local/lambda/runtime-api.ts';

let api: RuntimeApi;
let base = '';

beforeEach(async () => {
  api = await startRuntimeApi();
  base = `http://${api.address}/2018-06-01/runtime`;
});

afterEach(() => api.stop());

function offer(requestId: string): Promise<Report> {
  return api.offer({ requestId, payload: '{"n":1}', functionArn: 'arn:f', deadline: () => 1234 });
}

const post = (path: string, body: string) => fetch(`${base}${path}`, { method: 'POST', body });

describe('the Runtime API', () => {
  it('holds a poll until there is an invocation, and describes it in headers', async () => {
    const polled = fetch(`${base}/invocation/next`);
    const report = offer('id-1');
    const next = await polled;
    expect(Object.fromEntries(next.headers)).toMatchObject({
      'lambda-runtime-aws-request-id': 'id-1',
      'lambda-runtime-deadline-ms': '1234',
      'lambda-runtime-invoked-function-arn': 'arn:f',
      'lambda-runtime-trace-id': expect.stringMatching(/^Root=1-/),
    });
    expect(await next.json()).toEqual({ n: 1 });
    expect((await post('/invocation/id-1/response', '"done"')).status).toBe(202);
    expect(await report).toEqual({ kind: 'response', body: '"done"' });
  });

  it('passes on errors of the invocation and of the start', async () => {
    const failed = offer('id-1');
    await fetch(`${base}/invocation/next`);
    await post('/invocation/id-1/error', '{}');
    expect(await failed).toEqual({ kind: 'error', body: '{}' });
    const unstarted = offer('id-2');
    await post('/init/error', '{"errorType":"E"}');
    expect(await unstarted).toEqual({ kind: 'init error', body: '{"errorType":"E"}' });
  });

  it('refuses a report on an invocation that is not out, and every other path', async () => {
    offer('id-1');
    expect((await post('/invocation/id-1/response', '1')).status).toBe(400);
    await fetch(`${base}/invocation/next`);
    expect((await post('/invocation/id-2/response', '1')).status).toBe(400);
    expect((await post('/invocation/next', '1')).status).toBe(404);
    expect((await fetch(`${base}/nothing`)).status).toBe(404);
  });

  it('refuses a response above six mebibytes', async () => {
    const report = offer('id-1');
    await fetch(`${base}/invocation/next`);
    expect((await post('/invocation/id-1/response', 'x'.repeat(6 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await report).kind).toBe('too large');
  });
});
