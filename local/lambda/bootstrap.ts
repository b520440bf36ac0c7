/** The runtime inside an execution environment: run as a process of its own, with the handler's file and export as arguments. */

import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { pathToFileURL } from 'node:url';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Handler = (event: unknown, context: object) => unknown;

const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const agent = new Agent({ keepAlive: true });
let current: string | undefined;
let ending = false;

function call(method: 'GET' | 'POST', path: string, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${base}${path}`, { method, agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** The document that Lambda shows for an error: its type, message and stack. */
function errorDocument(error: unknown, errorType?: string): string {
  if (!(error instanceof Error)) {
    return JSON.stringify({ errorType: errorType ?? typeof error, errorMessage: String(error), trace: [] });
  }
  return JSON.stringify({
    errorType: errorType ?? error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  });
}

async function loadHandler(): Promise<Handler> {
  const [file = '', exportName = ''] = process.argv.slice(2);
  const module: Record<string, unknown> = await import(pathToFileURL(file).href);
  const handler = module[exportName];
  if (typeof handler !== 'function') {
    throw Object.assign(new Error(`${process.env._HANDLER} is undefined or not exported`), {
      name: 'Runtime.HandlerNotFound',
    });
  }
  if (handler.length > 2) {
    // Node 24 on Lambda refuses callbacks, so a handler that asks for one must not work here either.
    throw Object.assign(new Error('Callback-based handlers are not supported from Node.js 24 on.'), {
      name: 'Runtime.CallbackHandlerDeprecated',
    });
  }
  return (event, context) => handler(event, context) as unknown;
}

function contextOf(headers: IncomingHttpHeaders, requestId: string): object {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function handleNext(handler: Handler): Promise<void> {
  // A runtime about to exit must not take an invocation with it.
  if (ending) await new Promise(() => undefined);
  const next = await call('GET', '/invocation/next');
  const requestId = String(next.headers['lambda-runtime-aws-request-id']);
  current = requestId;
  process.env._X_AMZN_TRACE_ID = String(next.headers['lambda-runtime-trace-id']);
  let report: { kind: 'response' | 'error'; body: string };
  try {
    const result = await handler(JSON.parse(next.body), contextOf(next.headers, requestId));
    // A handler that returns nothing answers null, which is a result like any other.
    report = { kind: 'response', body: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    process.stderr.write(`Invoke Error ${errorDocument(error)}\n`);
    report = { kind: 'error', body: errorDocument(error) };
  }
  current = undefined;
  await call('POST', `/invocation/${requestId}/${report.kind}`, report.body);
}

/** An error that nobody caught ends the process, as Lambda's own runtime does, after saying what it was. */
function endOn(event: 'uncaughtException' | 'unhandledRejection', errorType?: string): void {
  process.on(event, (error: unknown) => {
    ending = true;
    process.stderr.write(`${event} ${errorDocument(error, errorType)}\n`);
    const path = current === undefined ? '/init/error' : `/invocation/${current}/error`;
    call('POST', path, errorDocument(error, errorType)).finally(() => process.exit(128));
  });
}

endOn('uncaughtException');
endOn('unhandledRejection', 'Runtime.UnhandledPromiseRejection');
try {
  const handler = await loadHandler();
  for (;;) await handleNext(handler);
} catch (error) {
  // The same path serves a lost Runtime API, where nobody is left to hear the report.
  await call('POST', '/init/error', errorDocument(error)).catch(() => undefined);
  process.exit(1);
}
