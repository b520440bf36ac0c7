import { afterAll, beforeAll, describe, expect } from 'vitest';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import type {
  BucketNotifications,
  BucketSettings,
  NotificationTarget,
  SettingAnswer,
} from '../../src/emr/bucket-settings.ts';
import type { BucketDefault } from '../../src/encryption/bucket-default.ts';
import { bucketName } from '../../src/objects/object.ts';
import { claims, type Exceptions } from './claim.ts';

/** A default encryption as it is put. */
export interface PutDefault {
  readonly algorithm: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  readonly kmsKeyId?: string;
  readonly bucketKeyEnabled?: boolean;
  /** `NONE` unblocks what is blocked; a request without it says nothing of that. */
  readonly blocked?: 'SSE-C' | 'NONE';
}

export type CreatedEvent = `s3:ObjectCreated:${'*' | 'Put' | 'Copy' | 'CompleteMultipartUpload'}`;

/** Events that go to the world's target, under a filter. */
export interface PutTarget {
  readonly events: readonly CreatedEvent[];
  readonly prefix?: string;
  readonly suffix?: string;
}

/** The whole configuration: what was there before is gone. */
export interface PutNotifications {
  readonly eventBridge?: true;
  readonly targets: readonly PutTarget[];
}

/** A store that the suite fills and then sees through the port. */
export interface SettingsWorld {
  readonly settings: BucketSettings;
  /** The same store, asked with credentials that nobody has. */
  readonly byNobody: BucketSettings;
  readonly key: { readonly arn: string; readonly alias: string };
  /** What the store's notifications can go to. */
  readonly target: Pick<NotificationTarget, 'kind' | 'arn'>;
  /** Buckets that do not answer as they should. */
  readonly bad: Readonly<Record<'denied' | 'missing' | 'overloaded', string>> & {
    readonly elsewhere: { readonly bucket: string; readonly region: string };
  };
  /** Makes a bucket of that name, or a name made from it. */
  make(name: string): Promise<string>;
  putDefault(bucket: string, value: PutDefault): Promise<void>;
  putNotifications(bucket: string, value: PutNotifications): Promise<void>;
  close(): Promise<void>;
}

export interface SettingsHarness extends Exceptions {
  readonly name: string;
  make(): Promise<SettingsWorld>;
}

const PUT = 's3:ObjectCreated:Put';
const COPY = 's3:ObjectCreated:Copy';
const UPLOAD = 's3:ObjectCreated:CompleteMultipartUpload';

/** What every adapter of `BucketSettings` keeps to, whatever it stands on. */
export function bucketSettingsContract({ name, make, ...exceptions }: SettingsHarness): void {
  const { claim, allNamed } = claims(exceptions);

  describe(`${name} as BucketSettings`, () => {
    let world: SettingsWorld;
    beforeAll(async () => {
      world = await make();
    });
    afterAll(async () => world.close());

    const settingOf = <T>(answer: SettingAnswer<T>): T => {
      if (answer.kind !== 'found') throw new Error(`expected a setting, got ${JSON.stringify(answer)}`);
      return answer.value;
    };
    const defaultOf = async (bucket: string): Promise<BucketDefault> =>
      settingOf(await world.settings.defaultEncryption(bucketName(bucket)));
    const notificationsOf = async (bucket: string): Promise<BucketNotifications> =>
      settingOf(await world.settings.notifications(bucketName(bucket)));
    /** Both questions of one bucket, not yet awaited. */
    const asked = (bucket: string, settings = world.settings) =>
      [settings.defaultEncryption(bucketName(bucket)), settings.notifications(bucketName(bucket))] as const;

    describe('default encryption', () => {
      const put = async (bucket: string, ...values: readonly PutDefault[]): Promise<BucketDefault> => {
        const made = await world.make(bucket);
        for (const value of values) await world.putDefault(made, value);
        return defaultOf(made);
      };
      const rest = { bucketKeyEnabled: false, blockedTypes: expect.any(Array) };

      claim('a new bucket has AES256, with no key and no S3 Bucket Key', async () => {
        expect(await put('new')).toEqual({ algorithm: 'AES256', ...rest });
      });

      claim('AES256 that was put is AES256 without a key', async () => {
        expect(await put('aes256', { algorithm: 'AES256' })).toEqual({ algorithm: 'AES256', ...rest });
      });

      for (const algorithm of ['aws:kms', 'aws:kms:dsse'] as const) {
        claim(`${algorithm} comes with the ARN of its key`, async () => {
          const kmsKeyId = world.key.arn;
          const value = await put(algorithm.replaceAll(':', '-'), { algorithm, kmsKeyId });
          expect(value).toEqual({ algorithm, kmsKeyId, ...rest });
        });
      }

      claim('an alias comes as it was put: it is not resolved', async () => {
        const kmsKeyId = world.key.alias;
        const value = await put('alias', { algorithm: 'aws:kms', kmsKeyId });
        expect(value).toEqual({ algorithm: 'aws:kms', kmsKeyId, ...rest });
      });

      claim('aws:kms without a key comes without one', async () => {
        expect(await put('no-key', { algorithm: 'aws:kms' })).toEqual({ algorithm: 'aws:kms', ...rest });
      });

      for (const bucketKeyEnabled of [true, false]) {
        claim(`an S3 Bucket Key that was put ${bucketKeyEnabled ? 'on' : 'off'} is so`, async () => {
          const rule = { algorithm: 'aws:kms', kmsKeyId: world.key.arn, bucketKeyEnabled } as const;
          const before = { ...rule, bucketKeyEnabled: !bucketKeyEnabled };
          const value = await put(`bucket-key-${bucketKeyEnabled}`, before, rule);
          expect(value).toEqual({ ...rule, blockedTypes: expect.any(Array) });
        });
      }

      claim('SSE-C that was blocked is among the blocked types', async () => {
        const value = await put('blocked', { algorithm: 'AES256', blocked: 'SSE-C' });
        expect(value.blockedTypes).toEqual(['SSE-C']);
      });

      claim('SSE-C is not among them where NONE was put after it', async () => {
        const types = ['SSE-C', 'NONE'] as const;
        const rules = types.map((blocked) => ({ algorithm: 'AES256', blocked }) as const);
        expect((await put('unblocked', ...rules)).blockedTypes).not.toContain('SSE-C');
      });

      claim('the last default that was put is the one that is told, in whole', async () => {
        const under = { algorithm: 'aws:kms', kmsKeyId: world.key.arn, bucketKeyEnabled: true } as const;
        const value = await put('last', under, { algorithm: 'AES256' });
        expect(value).toEqual({ algorithm: 'AES256', ...rest });
      });
    });

    describe('notifications', () => {
      const put = async (
        bucket: string,
        ...values: readonly PutNotifications[]
      ): Promise<BucketNotifications> => {
        const made = await world.make(bucket);
        for (const value of values) await world.putNotifications(made, value);
        const { eventBridge, targets } = await notificationsOf(made);
        return { eventBridge, targets: [...targets].sort(byEvents).map(inOrder) };
      };
      const told = (events: readonly CreatedEvent[], prefix = '', suffix = ''): NotificationTarget =>
        inOrder({ ...world.target, events, prefix, suffix });

      claim('a new bucket has no targets, and EventBridge is off', async () => {
        expect(await put('silent')).toEqual({ eventBridge: false, targets: [] });
      });

      claim('a target is told by its kind, its ARN and its events, with an empty filter', async () => {
        const events = [PUT, COPY] as const;
        expect(await put('told', { targets: [{ events }] })).toEqual({
          eventBridge: false,
          targets: [told(events)],
        });
      });

      claim('a group of events stays a group', async () => {
        const { targets } = await put('group', { targets: [{ events: ['s3:ObjectCreated:*'] }] });
        expect(targets).toEqual([told(['s3:ObjectCreated:*'])]);
      });

      claim('each target has its own filter, of a prefix, a suffix or both', async () => {
        const both = { prefix: 'payroll/', suffix: '.csv' };
        const { targets } = await put('filters', {
          targets: [
            { events: [UPLOAD], ...both },
            { events: [COPY], prefix: 'finance/' },
            { events: [PUT], suffix: '.parquet' },
          ],
        });
        expect(targets).toEqual([
          told([UPLOAD], 'payroll/', '.csv'),
          told([COPY], 'finance/'),
          told([PUT], '', '.parquet'),
        ]);
      });

      claim('a filter comes as it was put: it is not decoded', async () => {
        const { targets } = await put('encoded', {
          targets: [{ events: [PUT], prefix: 'a+b%26c/', suffix: '%2B.x' }],
        });
        expect(targets).toEqual([told([PUT], 'a+b%26c/', '%2B.x')]);
      });

      claim('EventBridge is on where it was put alone', async () => {
        const alone = { eventBridge: true, targets: [] } as const;
        expect(await put('eventbridge', alone)).toEqual(alone);
      });

      claim('EventBridge is on beside a target', async () => {
        const value = await put('beside', { eventBridge: true, targets: [{ events: [PUT] }] });
        expect(value).toEqual({ eventBridge: true, targets: [told([PUT])] });
      });

      claim('what was taken away again is gone', async () => {
        const all = { eventBridge: true, targets: [{ events: [PUT] }] } as const;
        expect(await put('taken-away', all, { targets: [] })).toEqual({ eventBridge: false, targets: [] });
      });
    });

    describe('a bucket that does not answer', () => {
      claim('is told as missing by both questions', async () => {
        const answers = await Promise.all(asked(world.bad.missing));
        expect(answers).toEqual([{ kind: 'no-bucket' }, { kind: 'no-bucket' }]);
      });

      claim('is told as denied by both questions, each with the permission that it needs', async () => {
        const answers = await Promise.all(asked(world.bad.denied));
        expect(answers).toEqual([
          { kind: 'denied', permission: 's3:GetEncryptionConfiguration' },
          { kind: 'denied', permission: 's3:GetBucketNotification' },
        ]);
      });

      claim('in another Region is told with its Region by both questions', async () => {
        const { bucket, region } = world.bad.elsewhere;
        const answers = await Promise.all(asked(bucket));
        expect(answers).toEqual([
          { kind: 'wrong-region', region },
          { kind: 'wrong-region', region },
        ]);
      });

      claim('because S3 is overloaded is a RetryableFailure of both questions, and no answer', async () => {
        for (const answer of await Promise.allSettled(asked(world.bad.overloaded))) {
          expect(answer).toEqual({ status: 'rejected', reason: expect.any(RetryableFailure) });
        }
      });

      claim('to credentials that nobody has is CallerRefused by both questions, not denied', async () => {
        const bucket = await world.make('nobody');
        for (const answer of await Promise.allSettled(asked(bucket, world.byNobody))) {
          expect(answer).toEqual({ status: 'rejected', reason: expect.any(CallerRefused) });
        }
      });
    });

    allNamed();
  });
}

const inOrder = (target: NotificationTarget): NotificationTarget => ({
  ...target,
  events: [...target.events].sort(),
});

/** A store may tell its targets in any order. */
const byEvents = (one: NotificationTarget, other: NotificationTarget): number =>
  inOrder(one).events.join() < inOrder(other).events.join() ? -1 : 1;
