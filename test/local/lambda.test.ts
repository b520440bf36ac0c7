import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type FunctionOptions, type LocalFunction, startFunction } from '../../local/lambda/function.ts';

let folder = '';
let count = 0;
const started: LocalFunction[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-lambda-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(started.splice(0).map((fn) => fn.stop()));
});

afterAll(() => rm(folder, { recursive: true }));

async function start(source: string, options: Partial<FunctionOptions> = {}): Promise<LocalFunction> {
  const bundle = join(folder, `handler-${++count}.mjs`);
  await writeFile(bundle, source);
  const fn = await startFunction({
    bundle,
    handler: 'handler',
    environment: {},
    timeoutSeconds: 5,
    account: '111122223333',
    region: 'eu-central-1',
    name: 'auditor',
    ...options,
  });
  started.push(fn);
  return fn;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a function', () => {
  it('is given its event and context, and answers what the handler returns', async () => {
    const fn = await start(`export const handler = async (event, context) => ({
      event, ...context, left: context.getRemainingTimeInMillis(), getRemainingTimeInMillis: undefined });`);
    const { payload } = await fn.invoke({ a: 'ä' });
    expect(payload).toMatchObject({
      event: { a: 'ä' },
      functionName: 'auditor',
      functionVersion: '$LATEST',
      memoryLimitInMB: '512',
      invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:auditor',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      callbackWaitsForEmptyEventLoop: true,
    });
    const { left } = payload as { left: number };
    expect(left).toBeGreaterThan(3000);
    expect(left).toBeLessThanOrEqual(5000);
  });

  it('keeps its process between invocations', async () => {
    const fn = await start('let n = 0; export const handler = async () => ++n;');
    await fn.invoke({});
    expect(await fn.invoke({})).toEqual({ payload: 2 });
  });

  it('that returns nothing answers null', async () => {
    const fn = await start('export const handler = async () => {};');
    expect(await fn.invoke({})).toEqual({ payload: null });
  });

  it('sees only the variables that it was given and those of Lambda', async () => {
    vi.stubEnv('AWS_PROFILE', 'production');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a real secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'a real token');
    const fn = await start('export const handler = async () => process.env;', {
      environment: { POLICY: 'p' },
    });
    const { payload } = await fn.invoke({});
    expect(payload).toMatchObject({
      POLICY: 'p',
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: 'auditor',
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      AWS_ACCESS_KEY_ID: 'LOCAL111122223333',
      AWS_SECRET_ACCESS_KEY: 'local',
      _HANDLER: expect.stringMatching(/^handler-\d+\.handler$/),
    });
    expect(payload).not.toHaveProperty('AWS_PROFILE');
    expect(payload).not.toHaveProperty('AWS_SESSION_TOKEN');
    expect(payload).not.toHaveProperty('HOME');
  });

  it('that throws answers the type, message and trace of the error and goes on', async () => {
    const fn = await start(`export const handler = async (event) => {
      if (event.bad) throw new RangeError('no such key'); return 'ok'; };`);
    const failed = await fn.invoke({ bad: true });
    expect(failed).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'RangeError', errorMessage: 'no such key' },
    });
    expect(failed.functionError && failed.payload.trace?.[0]).toBe('RangeError: no such key');
    expect(await fn.invoke({})).toEqual({ payload: 'ok' });
  });

  it('that runs past its timeout is killed, and runs again in a new process', async () => {
    const fn = await start(
      `console.log('pid', process.pid);
       export const handler = async (event) => { while (event.busy); return process.pid; };`,
      { timeoutSeconds: 1 },
    );
    expect(await fn.invoke({ busy: true })).toMatchObject({
      functionError: 'Unhandled',
      payload: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/),
      },
    });
    const killed = Number(fn.logs()[0]?.split(' ')[1]);
    expect(isAlive(killed)).toBe(false);
    const { payload } = await fn.invoke({});
    expect(payload).not.toBe(killed);
  });

  it('that ends its process is reported so, and runs again in a new one', async () => {
    const fn = await start(
      'export const handler = async (event) => { if (event.code !== undefined) process.exit(event.code); return 1; };',
    );
    expect(await fn.invoke({ code: 3 })).toMatchObject({
      payload: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/exit status 3$/) },
    });
    expect(await fn.invoke({ code: 0 })).toMatchObject({
      payload: { errorMessage: expect.stringMatching(/exited without providing a reason$/) },
    });
    expect(await fn.invoke({})).toEqual({ payload: 1 });
  });

  it('with a rejection that nobody handles fails the invocation and starts afresh for the next', async () => {
    const fn = await start(`let n = 0; export const handler = async (event) => {
      n += 1;
      if (event.bad) { Promise.reject(new Error('lost')); await new Promise(() => {}); }
      return n; };`);
    expect(await fn.invoke({ bad: true })).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'lost' },
    });
    expect(await fn.invoke({})).toEqual({ payload: 1 });
  });

  it.each([
    ['throws while it loads', 'throw new TypeError("bad policy");', 'TypeError', 'bad policy'],
    [
      'lacks the export',
      'export const other = 1;',
      'Runtime.HandlerNotFound',
      'is undefined or not exported',
    ],
    [
      'asks for a callback',
      'export const handler = (event, context, callback) => callback(null);',
      'Runtime.CallbackHandlerDeprecated',
      'Callback',
    ],
  ])('whose module %s answers an init error, each time', async (_, source, errorType, message) => {
    const fn = await start(source);
    for (const _again of [1, 2]) {
      expect(await fn.invoke({})).toMatchObject({
        functionError: 'Unhandled',
        payload: { errorType, errorMessage: expect.stringContaining(message) },
      });
    }
  });

  it('cannot answer more than six mebibytes', async () => {
    const fn = await start('export const handler = async (event) => "x".repeat(event.size);');
    const limit = 6 * 1024 * 1024;
    expect((await fn.invoke({ size: limit - 2 })).functionError).toBeUndefined();
    expect(await fn.invoke({ size: limit })).toMatchObject({
      payload: { errorType: 'Function.ResponseSizeTooLarge' },
    });
    expect((await fn.invoke({ size: 1 })).payload).toBe('x');
  });

  it('keeps what it writes, by line', async () => {
    const fn = await start(
      'export const handler = async () => { console.log("one\\ntwo"); console.error("three"); };',
    );
    await fn.invoke({});
    await vi.waitFor(() => expect([...fn.logs()].sort()).toEqual(['one', 'three', 'two']));
  });

  it('runs one invocation at a time, and as many as its concurrency allows', async () => {
    const source = `export const handler = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50)); return process.pid; };`;
    const pids = async (fn: LocalFunction) => {
      const results = await Promise.all([fn.invoke({}), fn.invoke({}), fn.invoke({})]);
      return new Set(results.map(({ payload }) => payload)).size;
    };
    expect(await pids(await start(source))).toBe(1);
    expect(await pids(await start(source, { concurrency: 2 }))).toBe(2);
  });

  it('leaves no process and no port behind when it is stopped, even in the middle of an invocation', async () => {
    const fn = await start(`export const handler = async (event) => {
      if (event.wait) await new Promise(() => setInterval(() => {}, 1000));
      return { pid: process.pid, api: process.env.AWS_LAMBDA_RUNTIME_API }; };`);
    const { pid, api } = (await fn.invoke({})).payload as { pid: number; api: string };
    const running = fn.invoke({ wait: true });
    await fn.stop();
    expect(await running).toMatchObject({ payload: { errorType: 'Runtime.ExitError' } });
    expect(isAlive(pid)).toBe(false);
    await expect(fetch(`http://${api}/`)).rejects.toThrow('fetch failed');
    await expect(fn.invoke({})).rejects.toThrow(/stopped/);
  });
});
