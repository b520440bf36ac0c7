import { afterAll, beforeAll, describe, expect } from 'vitest';
import { claims, type Exceptions } from '../contract/claim.ts';
import { type Inbox, makeInbox } from './alerts.ts';
import { Buckets } from './buckets.ts';
import { CommandLine, type Ran } from './command-line.ts';
import type { Endpoint, Notifications } from './endpoint.ts';
import { type Expected, PATH_CASES, type PathCase, policyText } from './path-cases.ts';

interface Finding {
  readonly code: string;
}

/** A record as the product writes it: what is compared of it. */
export interface Seen {
  readonly object: { readonly key: string; readonly versionId?: string };
  readonly outcome: string;
  readonly rule?: string;
  readonly violations?: readonly Finding[];
  readonly reasons?: readonly Finding[];
  readonly diagnosis?: readonly Finding[];
  readonly observed?: { readonly sse?: Record<string, unknown>; readonly cse?: Record<string, unknown> };
}

interface Walked {
  readonly refused: ReadonlyMap<string, string>;
  readonly bodies: readonly string[];
  readonly handled: Ran;
  readonly audited: Ran;
  readonly digests: readonly { readonly outcome: string; readonly count: number }[];
}

/** From the write to the alert, and by re-audit: what the command line says of objects that the SDK wrote. */
export function pathContract(endpoint: Endpoint, exceptions: Exceptions): void {
  const { claim, allNamed } = claims(exceptions);

  describe('the path', () => {
    const buckets = new Buckets(endpoint);
    let walked: Walked;
    let close: () => Promise<void> = async () => {};
    beforeAll(async () => {
      const bucket = await buckets.make('path');
      const commands = await CommandLine.under(policyText(bucket, endpoint.keys), endpoint);
      const notifications = await endpoint.notifications();
      const inbox = await makeInbox(endpoint.others, endpoint.vanishes ? 0 : 5);
      close = async () => {
        await notifications.close();
        await inbox.close();
        await commands.close();
      };
      await notifications.watch(bucket);
      walked = await walk({ bucket, buckets, endpoint, commands, notifications, inbox });
    }, 120_000);
    afterAll(async () => {
      await close();
      await buckets.close();
    });

    for (const one of PATH_CASES) {
      claim(`${one.title}, by its event`, async () => {
        check(one, walked, walked.handled, one.expect(endpoint.keys));
      });
      claim(`${one.title}, by a re-audit`, async () => {
        if (one.byAudit === 'not listed') expect(recordsOf(one, walked.audited)).toEqual([]);
        else check(one, walked, walked.audited, one.expect(endpoint.keys));
      });
    }

    claim('every message of the endpoint can be read', async () => {
      expect(walked.bodies.length).toBeGreaterThan(0);
      expect(walked.handled.told).toBe('');
    });

    claim('the exit status says whether all could be told, by either route', async () => {
      for (const ran of [walked.handled, walked.audited]) {
        const outcomes = new Set(seen(ran).map(({ outcome }) => outcome));
        expect([outcomes.has('violation'), ran.status]).toEqual([true, outcomes.has('unknown') ? 3 : 1]);
      }
    });

    claim('everything that has to be told is in a digest, with its count', async () => {
      const counted = (outcome: string): number =>
        walked.digests.reduce((sum, digest) => sum + (digest.outcome === outcome ? digest.count : 0), 0);
      for (const outcome of ['violation', 'unknown']) {
        const recorded = seen(walked.handled).filter((record) => record.outcome === outcome);
        expect([outcome, counted(outcome)]).toEqual([outcome, recorded.length]);
      }
      expect(counted('violation')).toBeGreaterThan(0);
    });

    allNamed();
  });
}

interface Walk {
  readonly bucket: string;
  readonly buckets: Buckets;
  readonly endpoint: Endpoint;
  readonly commands: CommandLine;
  readonly notifications: Notifications;
  readonly inbox: Inbox;
}

async function walk({ bucket, buckets, endpoint, commands, notifications, inbox }: Walk): Promise<Walked> {
  const refused = new Map<string, string>();
  const writer = { client: buckets.client, keys: endpoint.keys, bucket };
  for (const { key, write } of PATH_CASES) {
    await write(writer, key).catch((error: unknown) => refused.set(key, String(error)));
  }
  const bodies = await notifications.take();
  const [handled, audited] = await Promise.all([
    commands.handle(bodies, inbox.topicArn),
    commands.audit(`s3://${bucket}`),
  ]);
  const digests = (await inbox.take()).map(({ Message }) => JSON.parse(String(Message)));
  return { refused, bodies, handled, audited, digests };
}

export const seen = ({ records }: Ran): readonly Seen[] => records as unknown as readonly Seen[];

export const codes = (findings: readonly Finding[] = []): readonly string[] =>
  findings.map(({ code }) => code);

const recordsOf = ({ key }: PathCase, ran: Ran): readonly Seen[] =>
  seen(ran).filter(({ object }) => object.key === key);

function check(one: PathCase, { refused }: Walked, ran: Ran, expected: Expected): void {
  const why = refused.get(one.key);
  if (why !== undefined) throw new Error(`the write was refused: ${why}`);
  const shown = recordsOf(one, ran).map(({ outcome, rule, violations, reasons, diagnosis, observed }) =>
    JSON.stringify({
      ...{ outcome, rule, codes: [...codes(violations), ...codes(reasons)] },
      ...{ diagnosis: codes(diagnosis), sse: observed?.sse, cse: observed?.cse },
    }),
  );
  // An endpoint may tell of one write twice; a second verdict that is another would be a second entry.
  const [first, ...others] = new Set(shown);
  if (first === undefined) throw new Error(`no record of it:\n${ran.told}`);
  const message = `${[first, ...others].join('\n')}`;
  expect(others, message).toEqual([]);
  expect(JSON.parse(first), message).toMatchObject(expected);
}
