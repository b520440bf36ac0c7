import { setTimeout as wait } from 'node:timers/promises';
import { type BeforeRequest, LOST, RESET, type ServiceName } from './aws.ts';
import { type DeliveryRates, type FaultyDelivery, faultyDelivery } from './faulty-delivery.ts';
import type { DeliverToQueue, LocalRequest, LocalResponse } from './service.ts';

/** What goes wrong with the requests that a rule is for. Rates are shares of 1. */
export interface FaultRule {
  /** `HeadObject`, `ListObjectsV2`, `Decrypt` and so on; absent: every operation. */
  readonly operation?: string;
  /** Absent: the operation of whichever service. */
  readonly service?: ServiceName;
  readonly latencyMs?: number;
  /** This share of the requests waits `slowMs` more; what else happens to one is drawn apart from it. */
  readonly slow?: number;
  readonly slowMs?: number;
  /** 503 SlowDown from S3, `ThrottlingException` from the others. */
  readonly throttle?: number;
  /** 500 InternalError. */
  readonly fail?: number;
  /** The connection is reset without an answer. */
  readonly reset?: number;
  /** The service does what it is asked, and its answer is lost with the connection. */
  readonly lost?: number;
  /** No answer ever comes; only the client's own deadline ends the wait. */
  readonly stall?: number;
}

export interface FaultOptions {
  readonly seed: number;
  /** The first rule whose service and operation it is counts. */
  readonly rules: readonly FaultRule[];
  /** For what S3, SNS and EventBridge deliver to queues. Absent: each message once, at once. */
  readonly deliveries?: DeliveryRates;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export type Fault = 'throttle' | 'fail' | 'reset' | 'lost' | 'stall';

type Counts = Record<Fault | 'slow', number>;

/** What became of the requests that a rule is for; `asked` is how many there were. */
export type OperationCounts = Readonly<Counts> & { readonly asked: number };

export interface Faults {
  readonly before: BeforeRequest;
  /** For `aroundDelivery`: what follows from the seed and from which delivery it is. */
  readonly delivery: (deliver: DeliverToQueue) => FaultyDelivery;
  /** How often each has happened. */
  readonly counts: Readonly<Counts>;
  /** The same by service and operation, for example `kms DescribeKey`. */
  readonly operations: ReadonlyMap<string, OperationCounts>;
}

const KINDS: readonly Fault[] = ['throttle', 'fail', 'reset', 'lost', 'stall'];
const none = (): Counts => ({ throttle: 0, fail: 0, reset: 0, lost: 0, stall: 0, slow: 0 });

/**
 * Faults and latency for the local AWS. What happens to a request follows from the seed, the request and how often it
 * has come before, not from the order in which requests arrive: a run with many at once can be repeated.
 */
export function faults({ seed, rules, deliveries, sleep = wait }: FaultOptions): Faults {
  const { counts, operations, asked } = counters();
  const seen = new Map<string, number>();
  const before: BeforeRequest = async (service, request) => {
    const operation = operationOf(service, request);
    const rule = rules.find((one) => isFor(one, service, operation));
    if (rule === undefined) return undefined;
    const happened = asked(`${service} ${operation}`);
    const identity = `${operation} ${request.rawPath}?${request.query} ${request.body.toString('latin1')}`;
    const time = (seen.get(identity) ?? 0) + 1;
    seen.set(identity, time);
    const { latencyMs = 0, slow = 0, slowMs = 0 } = rule;
    const slowed = slow > 0 && share(`slow ${seed} ${time} ${identity}`) < slow;
    if (slowed) happened('slow');
    const waits = latencyMs + (slowed ? slowMs : 0);
    if (waits > 0) await sleep(waits);
    const fault = chosen(rule, share(`${seed} ${time} ${identity}`));
    if (fault === undefined) return undefined;
    happened(fault);
    if (fault === 'reset') return RESET;
    if (fault === 'lost') return LOST;
    // Never settled: the connection stays open and silent.
    if (fault === 'stall') return new Promise(() => {});
    return refusal(service, fault);
  };
  const delivery = (deliver: DeliverToQueue): FaultyDelivery => {
    let drawn = 0;
    const draw = (): number => share(`${seed} delivery ${++drawn}`);
    return faultyDelivery(deliver, { rates: deliveries ?? { latestMs: 0 }, draw, sleep });
  };
  return { before, delivery, counts, operations };
}

function counters() {
  const counts = none();
  const operations = new Map<string, Counts & { asked: number }>();
  /** Counts a request, and answers how to count what happens to it. */
  const asked = (operation: string) => {
    const here = operations.get(operation) ?? { asked: 0, ...none() };
    operations.set(operation, here);
    here.asked += 1;
    return (what: Fault | 'slow'): void => {
      counts[what] += 1;
      here[what] += 1;
    };
  };
  return { counts, operations, asked };
}

/** Of the requests of a service that a rule is for, the share to which one of these happened. */
export function shareOf(
  { operations }: Pick<Faults, 'operations'>,
  service: ServiceName,
  kinds: readonly Fault[],
): number {
  const of = [...operations].filter(([name]) => name.startsWith(`${service} `)).map(([, counts]) => counts);
  const sum = (number: (counts: OperationCounts) => number): number =>
    of.reduce((total, counts) => total + number(counts), 0);
  return sum((counts) => kinds.reduce((total, kind) => total + counts[kind], 0)) / sum(({ asked }) => asked);
}

const isFor = (rule: FaultRule, service: ServiceName, operation: string): boolean =>
  (rule.service ?? service) === service && (rule.operation ?? operation) === operation;

/** Lays the rates end to end and sees in which one the draw falls. */
function chosen(rule: FaultRule, drawn: number): Fault | undefined {
  let upTo = 0;
  return KINDS.find((kind) => {
    upTo += rule[kind] ?? 0;
    return drawn < upTo;
  });
}

/** From 0 up to 1, evenly, by the text alone: FNV-1a, then mixed so that near texts lie far apart. */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The name of the operation that a request asks for, as far as faults tell operations apart. */
export function operationOf(
  service: ServiceName,
  { method, rawPath, query, headers, body }: LocalRequest,
): string {
  if (service === 'sns') return new URLSearchParams(body.toString('utf8')).get('Action') ?? '';
  if (service !== 's3') return headers['x-amz-target']?.split('.').at(-1) ?? '';
  const verb = `${method.charAt(0)}${method.slice(1).toLowerCase()}`;
  const what = /^\/[^/]+\/./.test(rawPath) ? 'Object' : 'Bucket';
  if (method === 'GET' && what === 'Bucket') {
    if (query.has('versions')) return 'ListObjectVersions';
    if (query.get('list-type') === '2') return 'ListObjectsV2';
  }
  return `${verb}${what}`;
}

function refusal(service: ServiceName, fault: 'throttle' | 'fail'): LocalResponse {
  if (service === 's3') {
    const [status, code] = fault === 'throttle' ? [503, 'SlowDown'] : [500, 'InternalError'];
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Injected.</Message></Error>`;
    return { status, headers: { 'content-type': 'application/xml' }, body };
  }
  const [status, code] = fault === 'throttle' ? [400, 'ThrottlingException'] : [500, 'InternalFailure'];
  if (service === 'sns') {
    const body = `<ErrorResponse><Error><Code>${code}</Code><Message>Injected.</Message></Error></ErrorResponse>`;
    return { status, headers: { 'content-type': 'text/xml' }, body };
  }
  const version = service === 'kms' ? '1.1' : '1.0';
  return {
    status,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: JSON.stringify({ __type: code, message: 'Injected.' }),
  };
}
