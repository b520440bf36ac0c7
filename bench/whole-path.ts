import { setTimeout as pause } from 'node:timers/promises';
import { type AuditDeps, auditObject } from '../src/audit/audit-object.ts';
import { CachingKeyDirectory } from '../src/audit/caching-key-directory.ts';
import type { KeyDirectory, ObjectHeads } from '../src/audit/ports.ts';
import { type PreparedPolicy, preparePolicy } from '../src/audit/prepared-policy.ts';
import { parseKeyReference } from '../src/keys/reference.ts';
import type { BucketName } from '../src/objects/object.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { PacedHeads } from '../src/reaudit/limiter-heads.ts';
import type { ListAnswer, ListedObject, ListMarker, ObjectLister } from '../src/reaudit/ports.ts';
import { noProgress } from '../src/reaudit/progress.ts';
import { auditPrefix, patienceOf } from '../src/reaudit/run.ts';
import { StreamStore } from '../src/reaudit/run-store.ts';
import type { AuditRecord } from '../src/verdict/record.ts';
import type { Subject } from './lib.ts';
import { POLICY, REGION, RIGHT_KEY } from './world.ts';

export interface WholePathOptions {
  readonly heads: ObjectHeads;
  readonly lister: ObjectLister;
  readonly bucket: BucketName;
  readonly prefix: string;
  readonly concurrency: number;
  readonly hash: (text: string) => string;
}

function prepared(hash: (text: string) => string): PreparedPolicy {
  const { policy, problems } = parsePolicy(POLICY, { today: '2026-11-21' });
  if (policy === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return preparePolicy(policy, hash(POLICY));
}

function keys(): KeyDirectory {
  const reference = parseKeyReference(RIGHT_KEY);
  if (reference?.kind !== 'key-arn') throw new Error('no key ARN');
  const { arn } = reference;
  const kms: KeyDirectory = {
    alias: async () => ({ kind: 'key', arn }),
    key: async () => ({ kind: 'described', manager: 'CUSTOMER', state: 'Enabled' }),
    aliasNames: async () => ({ kind: 'names', names: ['alias/lake'] }),
    prove: async () => ({ kind: 'unproven', answer: 'AccessDeniedException' }),
  };
  return new CachingKeyDirectory(kms, { now: Date.now, keep: 'minutes' });
}

const auditDeps = ({ heads, hash }: WholePathOptions): AuditDeps => ({
  heads,
  instructionFiles: { read: async () => ({ kind: 'not-found' }) },
  keys: keys(),
  policy: prepared(hash),
  now: Date.now,
  hash,
});

/** List, HEAD, policy and record of every object of the prefix, at most `concurrency` HEADs at once. */
export function wholePath(options: WholePathOptions): Subject {
  const { bucket, concurrency } = options;
  const deps = auditDeps(options);
  let bytes = 0;
  const audit = async ({ key, sizeBytes, etag }: ListedObject): Promise<void> => {
    const object = { change: 'write', bucket, key, region: 'eu-west-1', sizeBytes, etag } as const;
    const record = await auditObject(object, deps);
    if (record.outcome !== 'compliant') throw new Error(`expected compliant: ${JSON.stringify(record)}`);
    bytes += JSON.stringify(record).length;
  };
  return {
    name: 'whole path: list, HEAD, policy, record',
    run: async (count) => {
      const listing = new Listing(options, count);
      const lane = async (): Promise<void> => {
        for (;;) {
          const object = listing.take() ?? (await listing.takeLater());
          if (object === undefined) return;
          await audit(object);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, lane));
      if (bytes === 0) throw new Error('no record was made');
      return undefined;
    },
  };
}

/** What the command `audit` does between the listing and the written record, its pacing and its ranges included. */
export function auditCommand(options: WholePathOptions): Subject {
  const { bucket, prefix, concurrency, lister } = options;
  const deps = auditDeps(options);
  return {
    name: 'the engine of the command audit',
    run: async (count) => {
      let [records, bytes] = [0, 0];
      const write = async (record: AuditRecord): Promise<void> => {
        records += 1;
        bytes += JSON.stringify(record).length;
      };
      const openWaiting = (): never => {
        throw new Error('expected none that waits');
      };
      const stop = new AbortController();
      const sleep = (ms: number): Promise<void> => pause(ms, undefined, { signal: stop.signal });
      await auditPrefix(
        { bucket, prefix, region: REGION, versions: false, concurrency },
        {
          ...deps,
          heads: new PacedHeads(deps.heads, { concurrency, now: Date.now, sleep }),
          lister,
          store: new StreamStore({ write, openWaiting }),
          progress: noProgress(),
          patience: patienceOf({ random: Math.random, sleep, onRetry: () => {} }),
          stop,
          onRecord: () => {},
        },
      );
      if (records !== count || bytes === 0) throw new Error(`expected ${count} records, found ${records}`);
      return undefined;
    },
  };
}

/** Objects of a listing, whose next page is asked for while the one before it is worked on. */
class Listing {
  readonly #options: WholePathOptions;
  #left: number;
  #page: readonly ListedObject[] = [];
  #at = 0;
  #coming: Promise<ListAnswer> | undefined;
  #turning: Promise<void> | undefined;

  constructor(options: WholePathOptions, count: number) {
    this.#options = options;
    this.#left = count;
    this.#coming = this.#ask();
  }

  /** The next object of the page at hand. */
  take(): ListedObject | undefined {
    if (this.#left === 0) return undefined;
    const object = this.#page[this.#at];
    if (object === undefined) return undefined;
    this.#at++;
    this.#left--;
    return object;
  }

  /** The next object once the next page is there; `undefined` at the end. */
  async takeLater(): Promise<ListedObject | undefined> {
    while (this.#left > 0 && (this.#at < this.#page.length || this.#coming !== undefined)) {
      const object = this.take();
      if (object !== undefined) return object;
      this.#turning ??= this.#turn();
      await this.#turning;
    }
    return undefined;
  }

  async #turn(): Promise<void> {
    const answer = await this.#coming;
    if (answer?.kind !== 'page') throw new Error(`expected a page: ${JSON.stringify(answer)}`);
    this.#page = answer.objects;
    this.#at = 0;
    this.#coming = answer.next === undefined ? undefined : this.#ask(answer.next);
    this.#turning = undefined;
  }

  #ask(after?: ListMarker): Promise<ListAnswer> {
    const { lister, bucket, prefix } = this.#options;
    return lister.list({ bucket, prefix, versions: false, ...(after === undefined ? {} : { after }) });
  }
}
