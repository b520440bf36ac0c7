import { KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { startLocalAws } from '../../local/aws.ts';
import type { LocalResponse } from '../../local/service.ts';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { KmsKeyDirectory } from '../../src/aws/kms-key-directory.ts';
import { keyArn } from '../support/keys.ts';
import { aliasReference, arnOf, keyDirectoryContract, OWN_ACCOUNT, REGION } from './key-directory.ts';
import { localAwsKeys, memoryKeys } from './key-directory-worlds.ts';

keyDirectoryContract(
  memoryKeys({
    'one name may be two keys in two Regions': 'an alias in memory has one answer for all Regions',
    'a key that is not there is not found': 'a key in memory is there until a test says otherwise',
    'are all aliases that point at it, and no others': 'an alias in memory is listed by its ARN as well',
    'are complete beyond one page of a hundred': 'an alias in memory is listed by its ARN as well',
    'are not told for a key of another account': 'memory has one account',
    'fails under another context': 'proofs in memory are told by key alone',
  }),
);
keyDirectoryContract(
  localAwsKeys(
    'KmsKeyDirectory',
    (config) => new KmsKeyDirectory(async (region) => new KMSClient(config(region ?? REGION))),
    {
      'are not told for a key of another account':
        'the local KMS lists no alias for such a key, where AWS refuses the question',
    },
  ),
);

/** A KMS that answers everything with one thing. */
async function answering(response: LocalResponse, use: (keys: KmsKeyDirectory) => Promise<void>) {
  const aws = await startLocalAws({ beforeRequest: [() => response] });
  const client = new KMSClient({ ...aws.clientConfig(OWN_ACCOUNT, REGION), maxAttempts: 1 });
  try {
    await use(new KmsKeyDirectory(async () => client));
  } finally {
    client.destroy();
    await aws.close();
  }
}

const json = (status: number, body: object): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});
const refusing = (name: string, status = 400): LocalResponse => json(status, { __type: name, message: 'no' });

const KEY = keyArn('a');
const proof = { key: KEY, wrappedKey: 'AQICAHg=', context: new Map([['a', 'b']]) };
const everyQuestion = (keys: KmsKeyDirectory): readonly Promise<unknown>[] => [
  keys.alias(aliasReference('alias/x'), REGION),
  keys.key(arnOf(KEY)),
  keys.aliasNames(arnOf(KEY)),
  keys.prove(proof, REGION),
];

describe('KmsKeyDirectory and what KMS should not answer', () => {
  it('an endpoint that ignores DryRun proves nothing, and its plaintext is nowhere in the answer', async () => {
    const secret = Buffer.from('the data key itself');
    const body = {
      KeyId: KEY,
      Plaintext: secret.toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
    await answering(json(200, body), async (keys) => {
      const answer = await keys.prove(proof, REGION);
      expect(answer).toEqual({ kind: 'unproven', answer: 'the endpoint ignored DryRun' });
      const told = JSON.stringify(answer);
      expect(told).not.toContain(secret.toString('base64'));
      expect(told).not.toContain(secret.toString());
    });
  });

  for (const name of [
    'ThrottlingException',
    'KMSInternalException',
    'DependencyTimeoutException',
    'KeyUnavailableException',
    'LimitExceededNobodyHeardOf',
  ]) {
    it(`${name} with status 500 is a RetryableFailure of every question`, () =>
      answering(refusing(name, 500), async (keys) => {
        for (const asked of everyQuestion(keys)) await expect(asked).rejects.toThrow(RetryableFailure);
      }));
  }

  for (const name of ['ThrottlingException', 'DependencyTimeoutException', 'RequestLimitExceeded']) {
    it(`${name} with status 400 is a RetryableFailure of every question: KMS answers 400 to most`, () =>
      answering(refusing(name), async (keys) => {
        for (const asked of everyQuestion(keys)) await expect(asked).rejects.toThrow(RetryableFailure);
      }));
  }

  for (const name of [
    'ExpiredTokenException',
    'UnrecognizedClientException',
    'InvalidSignatureException',
    'MissingAuthenticationTokenException',
    'IncompleteSignatureException',
  ]) {
    it(`${name} speaks of the caller and answers no question`, () =>
      answering(refusing(name), async (keys) => {
        for (const asked of everyQuestion(keys)) await expect(asked).rejects.toThrow(CallerRefused);
      }));
  }

  it('a permanent refusal that nobody has heard of is tried again, never taken for an answer', () =>
    answering(refusing('BrandNewException'), async (keys) => {
      await expect(keys.alias(aliasReference('alias/x'), REGION)).rejects.toThrow(RetryableFailure);
      await expect(keys.key(arnOf(KEY))).rejects.toThrow(RetryableFailure);
      expect(await keys.prove(proof, REGION)).toEqual({ kind: 'unproven', answer: 'BrandNewException' });
    }));

  for (const name of ['AccessDeniedException', 'KMSAccessDeniedException']) {
    it(`${name} is denied`, () =>
      answering(refusing(name), async (keys) => {
        expect(await keys.key(arnOf(KEY))).toEqual({ kind: 'denied' });
        expect(await keys.aliasNames(arnOf(KEY))).toEqual({ kind: 'not-told' });
      }));
  }

  for (const name of ['InvalidArnException', 'ValidationException']) {
    it(`${name} means that it cannot be looked up`, () =>
      answering(refusing(name), async (keys) => {
        expect(await keys.alias(aliasReference('alias/x'), REGION)).toEqual({ kind: 'unlookable' });
      }));
  }

  for (const body of [{}, { KeyMetadata: {} }, { KeyMetadata: { KeyId: 'x', Arn: 'no arn' } }]) {
    it(`the description ${JSON.stringify(body)} cannot be compared with anything`, () =>
      answering(json(200, body), async (keys) => {
        expect(await keys.alias(aliasReference('alias/x'), REGION)).toEqual({ kind: 'unlookable' });
        expect(await keys.key(arnOf(KEY))).toEqual({ kind: 'unlookable' });
      }));
  }

  it('a state that nobody has heard of is told in the word of KMS', () =>
    answering(
      json(200, { KeyMetadata: { KeyId: 'x', Arn: KEY, KeyManager: 'CUSTOMER', KeyState: 'Resting' } }),
      async (keys) => {
        expect(await keys.key(arnOf(KEY))).toMatchObject({ kind: 'described', state: 'Resting' });
      },
    ));

  it('no answer at all is a RetryableFailure that tells the address', async () => {
    const config = { endpoint: 'http://127.0.0.1:1', region: REGION, maxAttempts: 1 };
    const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
    const client = new KMSClient({ ...config, credentials });
    const keys = new KmsKeyDirectory(async () => client);
    for (const asked of everyQuestion(keys)) {
      await expect(asked).rejects.toThrow(RetryableFailure);
      await expect(asked).rejects.toThrow(/no answer: connect ECONNREFUSED 127\.0\.0\.1:1/);
    }
    client.destroy();
  });
});
