import { afterAll, beforeAll, describe, expect } from 'vitest';
import { RetryableFailure } from '../../src/audit/failures.ts';
import type { KeyDirectory } from '../../src/audit/ports.ts';
import { type AliasReference, type KeyArn, parseKeyReference } from '../../src/keys/reference.ts';
import { keyReference } from '../support/keys.ts';
import { claims, type Exceptions } from './claim.ts';

export const OWN_ACCOUNT = '111122223333';
export const FOREIGN_ACCOUNT = '444455556666';
export const REGION = 'eu-west-1';
export const OTHER_REGION = 'us-east-1';

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion';

/** A KMS that the suite fills and then sees through the port. */
export interface KeysWorld {
  readonly keys: KeyDirectory;
  /** Where the caller's own account is another than `OWN_ACCOUNT`. */
  readonly account?: string;
  createKey(where?: {
    readonly account?: string;
    readonly region?: string;
    readonly aliases?: readonly string[];
  }): Promise<string>;
  setState(arn: string, state: KeyState): Promise<void>;
  /** The ARN of the key behind `alias/aws/s3`. */
  managedKey(): Promise<string>;
  /** Whether everything about the key is denied; `all` for every key and every listing. */
  deny(arn: string, denied: boolean): Promise<void>;
  /** The next requests are throttled, more often than any adapter tries. */
  throttle(throttled: boolean): Promise<void>;
  /** A data key wrapped under the key and this context, as an envelope holds it. */
  wrap(arn: string, context: ReadonlyMap<string, string>): Promise<string>;
  close(): Promise<void>;
}

export interface KeysHarness extends Exceptions {
  readonly name: string;
  make(): Promise<KeysWorld>;
}

export function aliasReference(text: string): AliasReference {
  const reference = parseKeyReference(text);
  if (reference?.kind === 'alias-name' || reference?.kind === 'alias-arn') return reference;
  throw new Error(`no alias: ${text}`);
}

export const arnOf = (text: string): KeyArn => keyReference(text).arn;

/** What every adapter of `KeyDirectory` keeps to, whatever it stands on. */
export function keyDirectoryContract({ name, make, ...exceptions }: KeysHarness): void {
  const { claim, allNamed } = claims(exceptions);

  describe(`${name} as KeyDirectory`, () => {
    let world: KeysWorld;
    beforeAll(async () => {
      world = await make();
    });
    afterAll(async () => world.close());

    const ownArn = (resource: string): string =>
      `arn:aws:kms:${REGION}:${world.account ?? OWN_ACCOUNT}:${resource}`;
    const resolve = (alias: string, region: string | undefined = REGION) =>
      world.keys.alias(aliasReference(alias), region, 'kept');

    describe('aliases', () => {
      claim('a name is the key that it points to in the Region given', async () => {
        const arn = await world.createKey({ aliases: ['alias/finance'] });
        expect(await resolve('alias/finance')).toEqual({ kind: 'key', arn });
      });

      claim('an ARN is the key that it points to, in its own Region whatever Region is given', async () => {
        const arn = await world.createKey({ aliases: ['alias/by-arn'] });
        expect(await resolve(ownArn('alias/by-arn'), OTHER_REGION)).toEqual({ kind: 'key', arn });
      });

      claim('one name may be two keys in two Regions', async () => {
        const here = await world.createKey({ aliases: ['alias/both'] });
        const there = await world.createKey({ aliases: ['alias/both'], region: OTHER_REGION });
        expect(await resolve('alias/both')).toEqual({ kind: 'key', arn: here });
        expect(await resolve('alias/both', OTHER_REGION)).toEqual({ kind: 'key', arn: there });
      });

      claim('an unknown alias is not found, by name and by ARN', async () => {
        expect(await resolve('alias/nobody')).toEqual({ kind: 'not-found' });
        expect(await resolve(ownArn('alias/nobody'))).toEqual({ kind: 'not-found' });
      });

      claim('names with slashes, dashes and underscores are names', async () => {
        const arn = await world.createKey({ aliases: ['alias/team/a_b-c/2026'] });
        expect(await resolve('alias/team/a_b-c/2026')).toEqual({ kind: 'key', arn });
      });

      claim('an alias that may not be asked about is denied, and not told as missing', async () => {
        const arn = await world.createKey({ aliases: ['alias/denied'] });
        await world.deny(arn, true);
        expect(await resolve('alias/denied')).toEqual({ kind: 'denied' });
      });

      claim('throttling is a RetryableFailure', async () => {
        await world.createKey({ aliases: ['alias/throttled'] });
        await world.throttle(true);
        await expect(resolve('alias/throttled')).rejects.toThrow(RetryableFailure);
        await world.throttle(false);
        expect(await resolve('alias/throttled')).toMatchObject({ kind: 'key' });
      });
    });

    describe('keys', () => {
      for (const state of ['Enabled', 'Disabled', 'PendingDeletion'] as const) {
        claim(`a customer's key that is ${state} is described so`, async () => {
          const arn = await world.createKey();
          await world.setState(arn, state);
          expect(await world.keys.key(arnOf(arn))).toEqual({
            kind: 'described',
            manager: 'CUSTOMER',
            state,
          });
        });
      }

      claim('the key behind alias/aws/s3 is managed by AWS', async () => {
        const arn = await world.managedKey();
        expect(await world.keys.key(arnOf(arn))).toEqual({
          kind: 'described',
          manager: 'AWS',
          state: 'Enabled',
        });
      });

      claim('a key of another Region is asked about there', async () => {
        const arn = await world.createKey({ region: OTHER_REGION });
        expect(await world.keys.key(arnOf(arn))).toMatchObject({ kind: 'described' });
      });

      claim('a key that may not be described is denied', async () => {
        const arn = await world.createKey();
        await world.deny(arn, true);
        expect(await world.keys.key(arnOf(arn))).toEqual({ kind: 'denied' });
      });

      claim('a key that is not there is not found', async () => {
        const gone = ownArn('key/00000000-0000-0000-0000-000000000000');
        expect(await world.keys.key(arnOf(gone))).toEqual({ kind: 'not-found' });
      });

      claim('throttling of a description is a RetryableFailure', async () => {
        const arn = await world.createKey();
        await world.throttle(true);
        await expect(world.keys.key(arnOf(arn))).rejects.toThrow(RetryableFailure);
        await world.throttle(false);
      });
    });

    describe('the names of a key', () => {
      claim('are all aliases that point at it, and no others', async () => {
        const arn = await world.createKey({ aliases: ['alias/one', 'alias/two'] });
        await world.createKey({ aliases: ['alias/three'] });
        const answer = await world.keys.aliasNames(arnOf(arn));
        expect(answer.kind === 'names' && [...answer.names].sort()).toEqual(['alias/one', 'alias/two']);
      });

      claim('are none where no alias points at it', async () => {
        const arn = await world.createKey();
        expect(await world.keys.aliasNames(arnOf(arn))).toEqual({ kind: 'names', names: [] });
      });

      claim('are complete beyond one page of a hundred', async () => {
        const aliases = Array.from({ length: 130 }, (_, index) => `alias/many-${1000 + index}`);
        const arn = await world.createKey({ aliases });
        const answer = await world.keys.aliasNames(arnOf(arn));
        expect(answer.kind === 'names' && [...answer.names].sort()).toEqual(aliases);
      });

      claim('are not told for a key of another account', async () => {
        const arn = await world.createKey({ account: FOREIGN_ACCOUNT, aliases: ['alias/theirs'] });
        expect(await world.keys.aliasNames(arnOf(arn))).toEqual({ kind: 'not-told' });
      });

      claim('are not told where listing is denied', async () => {
        const arn = await world.createKey({ aliases: ['alias/unlisted'] });
        await world.deny('all', true);
        const answer = await world.keys.aliasNames(arnOf(arn));
        await world.deny('all', false);
        expect(answer).toEqual({ kind: 'not-told' });
      });
    });

    describe('a proof', () => {
      const context = new Map([
        ['kms_cmk_id', 'alias/payroll'],
        ['tenant', 'b'],
      ]);

      claim('holds for the key that wrapped it, under its context in any order', async () => {
        const key = await world.createKey();
        const wrappedKey = await world.wrap(key, context);
        const reversed = new Map([...context].reverse());
        expect(await world.keys.prove({ key, wrappedKey, context }, REGION)).toEqual({ kind: 'proven' });
        expect(await world.keys.prove({ key, wrappedKey, context: reversed }, REGION)).toEqual({
          kind: 'proven',
        });
      });

      claim('asks in the Region of the key, whatever Region is given', async () => {
        const key = await world.createKey({ region: OTHER_REGION });
        const wrappedKey = await world.wrap(key, context);
        expect(await world.keys.prove({ key, wrappedKey, context }, REGION)).toEqual({ kind: 'proven' });
      });

      claim('fails for another key', async () => {
        const wrappedKey = await world.wrap(await world.createKey(), context);
        const key = await world.createKey();
        expect(await world.keys.prove({ key, wrappedKey, context }, REGION)).toMatchObject({
          kind: 'unproven',
        });
      });

      claim('fails under another context', async () => {
        const key = await world.createKey();
        const wrappedKey = await world.wrap(key, context);
        const other = new Map([['tenant', 'a']]);
        expect(await world.keys.prove({ key, wrappedKey, context: other }, REGION)).toMatchObject({
          kind: 'unproven',
        });
      });

      claim('fails where decrypting is denied, and says so', async () => {
        const key = await world.createKey();
        const wrappedKey = await world.wrap(key, context);
        await world.deny(key, true);
        expect(await world.keys.prove({ key, wrappedKey, context }, REGION)).toEqual({
          kind: 'unproven',
          answer: 'AccessDeniedException',
        });
      });

      claim('that is throttled is a RetryableFailure, not a failed proof', async () => {
        const key = await world.createKey();
        const wrappedKey = await world.wrap(key, context);
        await world.throttle(true);
        await expect(world.keys.prove({ key, wrappedKey, context }, REGION)).rejects.toThrow(
          RetryableFailure,
        );
        await world.throttle(false);
      });
    });

    allNamed();
  });
}
