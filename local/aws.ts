import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEvents, type LocalEvents } from './events/events.ts';
import { deliveryAround } from './faulty-delivery.ts';
import type { Iam } from './iam/iam.ts';
import { createKms, type LocalKms } from './kms/kms.ts';
import { createS3, type LocalS3, type S3Options } from './s3/s3.ts';
import type { Caller, Clock, DeliverToQueue, LocalRequest, LocalResponse, LocalService } from './service.ts';
import { createSns, type Sns } from './sns/sns.ts';
import { createSqs, type Sqs } from './sqs/sqs.ts';
import { element, textElement } from './xml.ts';

export type ServiceName = 's3' | 'kms' | 'sns' | 'sqs';

/** In place of an answer: the connection is reset. */
export const RESET = 'reset';
/** The service does what it is asked, and then the connection is reset: whoever asked cannot know. */
export const LOST = 'lost';
type BeforeAnswer = LocalResponse | typeof RESET | typeof LOST | undefined;

/**
 * Runs before the service: answers in its place (a fault, a refusal), or lets it through, after a delay if it wants. A
 * promise that stays open is a server that stalls; `close` ends it.
 */
export type BeforeRequest = (
  service: ServiceName,
  request: LocalRequest,
) => BeforeAnswer | Promise<BeforeAnswer>;

export interface LocalAwsOptions extends Pick<S3Options, 'notificationDelayMs' | 'sseCOnNewBuckets'> {
  readonly port?: number;
  readonly clock?: Clock;
  /** In order; the first answer counts. */
  readonly beforeRequest?: readonly BeforeRequest[];
  /** Stands between S3, SNS and EventBridge and the queues that they deliver to, for example to deliver twice. */
  readonly aroundDelivery?: (deliver: DeliverToQueue) => DeliverToQueue;
  /** Decides what the credentials of roles may do; without it every caller may do everything in its account. */
  readonly iam?: Iam;
  /** Told of every exception that became a 500. */
  readonly onUnhandled?: (error: unknown, service: ServiceName) => void;
}

export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What every SDK client takes; S3 needs the path style, the others ignore it. */
export interface LocalClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: LocalCredentials;
  readonly forcePathStyle: true;
}

export interface LocalAws {
  readonly endpoint: string;
  readonly s3: LocalS3;
  readonly kms: LocalKms;
  readonly sqs: Sqs;
  readonly sns: Sns;
  /** EventBridge, from inside the process alone: no request reaches it. */
  readonly events: LocalEvents;
  credentials(account: string): LocalCredentials;
  clientConfig(account: string, region: string): LocalClientConfig;
  /** Ends every connection, long poll and pending notification. */
  close(): Promise<void>;
}

const MAXIMUM_BODY_BYTES = 64 * 1024 * 1024;
// Longer than any client keeps an idle connection, so that none is reused as the server drops it.
const KEEP_ALIVE_MS = 120_000;
const NO_BODY = Buffer.alloc(0);
const NO_QUERY = new URLSearchParams();

/**
 * Starts S3, KMS, SNS and SQS on one port of 127.0.0.1. The service, Region and account of a request are read from
 * its Signature Version 4 credential scope. Signatures are NOT verified: whoever reaches the port may be any account.
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const {
    port = 0,
    clock = Date.now,
    beforeRequest = [],
    onUnhandled,
    iam,
    aroundDelivery,
    ...s3Options
  } = options;
  let endpoint = '';
  const kms = createKms({ clock });
  const sqs = createSqs({ clock, endpoint: () => endpoint });
  const deliver = aroundDelivery === undefined ? sqs.deliver : deliveryAround(sqs, aroundDelivery);
  const sns = createSns({ clock, deliver });
  const events = createEvents({ deliver });
  const keys = iam?.keysForS3(kms) ?? kms;
  const s3 = createS3({ ...s3Options, clock, keys, deliver, putEvent: events.putEvent });
  const open = { s3, kms, sns, sqs };
  const services: Readonly<Record<ServiceName, LocalService>> = iam?.guard(open) ?? open;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (message, response) => {
    serve(message, response, services, beforeRequest, onUnhandled).catch(() => response.destroy());
  });
  endpoint = await listen(server, port);
  const credentials = (account: string) => ({ accessKeyId: `LOCAL${account}`, secretAccessKey: 'local' });
  return {
    ...{ endpoint, s3, kms, sqs, sns, events, credentials },
    clientConfig: (account, region) => ({
      endpoint,
      region,
      credentials: credentials(account),
      forcePathStyle: true,
    }),
    close: async () => {
      s3.close();
      sqs.close();
      await closeServer(server);
    },
  };
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  services: Readonly<Record<ServiceName, LocalService>>,
  beforeRequest: readonly BeforeRequest[],
  onUnhandled: LocalAwsOptions['onUnhandled'],
): Promise<void> {
  const body = await readBody(message);
  const scope = readScope(message);
  if ('refusal' in scope) return send(message, response, scope.refusal);
  const { service, caller } = scope;
  if (body === undefined) {
    return send(message, response, failure(service, 400, 'EntityTooLarge', 'The body exceeds 64 MiB.'));
  }
  const url = message.url ?? '/';
  const question = url.indexOf('?');
  const request: LocalRequest = {
    method: message.method ?? '',
    rawPath: question === -1 ? url : url.slice(0, question),
    query: question === -1 ? NO_QUERY : new URLSearchParams(url.slice(question + 1)),
    // Only `set-cookie` can be a list, and no client sends it.
    headers: message.headers as Record<string, string>,
    body,
    caller,
  };
  try {
    for (const hook of beforeRequest) {
      const answer = await hook(service, request);
      if (answer === LOST) await services[service].handle(request);
      if (answer === LOST || answer === RESET) return void message.socket.resetAndDestroy();
      if (answer !== undefined) return send(message, response, answer);
    }
    send(message, response, await services[service].handle(request));
  } catch (error) {
    onUnhandled?.(error, service);
    const text = 'We encountered an internal error. Please try again.';
    send(message, response, failure(service, 500, 'InternalError', text));
  }
}

/** The whole body, `undefined` when it is over the cap; such a body is read to its end all the same. */
function readBody(message: IncomingMessage): Promise<Buffer | undefined> | Buffer {
  const { 'content-length': length, 'transfer-encoding': encoding } = message.headers;
  if (encoding === undefined && (length === undefined || length === '0')) return NO_BODY;
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAXIMUM_BODY_BYTES) chunks.push(chunk);
      else chunks = [];
    });
    // Always a copy: a chunk is a view of a socket buffer many times its size, which a stored object must not keep.
    message.on('end', () => resolve(size > MAXIMUM_BODY_BYTES ? undefined : Buffer.concat(chunks)));
    message.on('error', reject);
  });
}

type Scope = { readonly service: ServiceName; readonly caller: Caller } | { readonly refusal: LocalResponse };

const CREDENTIAL = /\bCredential=([^/,\s]+)\/[0-9]{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request\b/;
const ACCOUNT = /(?<![0-9])[0-9]{12}(?![0-9])/;

function readScope({ headers }: IncomingMessage): Scope {
  const jsonProtocol = headers['x-amz-target'] !== undefined;
  const [, accessKeyId, region, service] = CREDENTIAL.exec(headers.authorization ?? '') ?? [];
  if (accessKeyId === undefined || region === undefined || service === undefined) {
    const guess = jsonProtocol ? 'kms' : 's3';
    const code = jsonProtocol ? 'MissingAuthenticationTokenException' : 'AccessDenied';
    return {
      refusal: failure(guess, 403, code, 'Request is missing a Signature Version 4 Authorization header'),
    };
  }
  if (service !== 's3' && service !== 'kms' && service !== 'sns' && service !== 'sqs') {
    const text = `The local AWS does not implement ${service}.`;
    return { refusal: failure(jsonProtocol ? 'kms' : 's3', 501, 'NotImplemented', text) };
  }
  const account = ACCOUNT.exec(accessKeyId)?.[0];
  if (account === undefined) {
    const text = 'The AWS Access Key Id you provided does not exist in our records.';
    return { refusal: failure(service, 403, 'InvalidAccessKeyId', text) };
  }
  return { service, caller: { account, region, accessKeyId } };
}

/** An error in the protocol of the service. */
function failure(service: ServiceName, status: number, code: string, text: string): LocalResponse {
  const parts = [textElement('Code', code), textElement('Message', text)];
  if (service === 's3') {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', ...parts)}`;
    return { status, headers: { 'content-type': 'application/xml' }, body };
  }
  if (service === 'sns') {
    const error = element('Error', textElement('Type', status < 500 ? 'Sender' : 'Receiver'), ...parts);
    return { status, headers: { 'content-type': 'text/xml' }, body: element('ErrorResponse', error) };
  }
  const version = service === 'kms' ? '1.1' : '1.0';
  const headers = { 'content-type': `application/x-amz-json-${version}` };
  return { status, headers, body: JSON.stringify({ __type: code, message: text }) };
}

function send(message: IncomingMessage, response: ServerResponse, answer: LocalResponse): void {
  const { status, headers = {}, body = '' } = answer;
  if (message.method === 'HEAD' || status === 204 || status === 304) {
    response.writeHead(status, headers).end();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
