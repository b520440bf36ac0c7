import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { claims, type Exceptions } from '../contract/claim.ts';
import { makeInbox } from './alerts.ts';
import { Buckets } from './buckets.ts';
import { CommandLine, type Ran } from './command-line.ts';
import type { Endpoint } from './endpoint.ts';
import { codes, seen } from './path.ts';
import { policyText } from './path-cases.ts';
import { putObject } from './s3-worlds.ts';

const TWICE = 'finance/twice a+b';
const BELOW = 'finance/below a marker';

/** The path over a bucket with versions. */
export function versionsContract(endpoint: Endpoint, exceptions: Exceptions): void {
  const { claim, allNamed } = claims(exceptions);

  describe('the path with versions', () => {
    const buckets = new Buckets(endpoint);
    let handled: Ran;
    let audited: Ran;
    let written: readonly (readonly [string, string | undefined, readonly string[]])[] = [];
    beforeAll(async () => {
      const { right, wrong } = endpoint.keys;
      const bucket = await buckets.make('versions', { versioned: true });
      const commands = await CommandLine.under(policyText(bucket, endpoint.keys), endpoint);
      const notifications = await endpoint.notifications();
      const inbox = await makeInbox(endpoint.others, 0);
      await notifications.watch(bucket);
      const put = (Key: string, SSEKMSKeyId: string) => {
        const under = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId } as const;
        return putObject(buckets.client, { Bucket: bucket, Key, Body: 'data', ...under });
      };
      written = [
        [TWICE, await put(TWICE, wrong), ['KMS_KEY_NOT_ALLOWED']],
        [TWICE, await put(TWICE, right), []],
        [BELOW, await put(BELOW, wrong), ['KMS_KEY_NOT_ALLOWED']],
      ];
      await buckets.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: BELOW }));
      [handled, audited] = await Promise.all([
        commands.handle(await notifications.take(), inbox.topicArn),
        commands.audit(`s3://${bucket}`, '--versions'),
      ]);
      await notifications.close();
      await inbox.close();
      await commands.close();
    }, 120_000);
    afterAll(() => buckets.close());

    const judged = (ran: Ran) =>
      seen(ran)
        .map(({ object, violations }) => [object.key, object.versionId, codes(violations)])
        .sort();

    claim(
      'the version that an event names is the one that is judged, also below a delete marker',
      async () => {
        expect(judged(handled)).toEqual([...written].sort());
      },
    );

    claim('a re-audit of all versions judges each of them once', async () => {
      expect(judged(audited)).toEqual([...written].sort());
    });

    allNamed();
  });
}
