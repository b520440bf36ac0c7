import { KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { KmsKeyDirectory } from '../../src/aws/kms-key-directory.ts';
import { aliasReference, arnOf } from '../contract/key-directory.ts';

const OWN = 'eu-west-1';
const OTHER = 'me-south-1';
const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';

const refusal = (name: string, status = 400) =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: status } });
const noAnswer = (code: string) => Object.assign(new Error(`getaddrinfo ${code} kms`), { code });

interface Kms {
  readonly keys: KmsKeyDirectory;
  /** The Regions asked, in order. */
  readonly asked: readonly string[];
  pass(ms: number): void;
}

/** A KMS whose every Region fails as `failing` says. */
function kmsFailing(failing: (region: string) => Error, own = OWN): Kms {
  const asked: string[] = [];
  let nowMs = 0;
  const client = async (region = own) => {
    const config = { region, maxAttempts: 1, credentials: { accessKeyId: 'x', secretAccessKey: 'y' } };
    const made = new KMSClient(config);
    made.middlewareStack.add(
      () => async () => {
        asked.push(region);
        throw failing(region);
      },
      { step: 'initialize' },
    );
    return made;
  };
  const keys = new KmsKeyDirectory(client, () => nowMs);
  return {
    keys,
    asked,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

const aliasIn = (region: string, name = 'x', partition = 'aws') =>
  aliasReference(`arn:${partition}:kms:${region}:111122223333:alias/${name}`);
const keyIn = (region: string, partition = 'aws') =>
  arnOf(`arn:${partition}:kms:${region}:111122223333:key/${KEY_ID}`);
const proofIn = (region: string) => ({
  key: keyIn(region),
  wrappedKey: 'AQICAHg=',
  context: new Map([['a', 'b']]),
});

const askAll = (keys: KmsKeyDirectory, region: string): readonly Promise<unknown>[] => [
  keys.alias(aliasIn(region), OWN),
  keys.key(keyIn(region)),
  keys.aliasNames(keyIn(region)),
  keys.prove(proofIn(region), OWN),
];

const NO_ANSWERS = [
  { kind: 'unlookable' },
  { kind: 'unlookable' },
  { kind: 'not-told' },
  { kind: 'unproven', answer: `KMS of ${OTHER} cannot be asked` },
];

describe("a Region that is neither the auditor's nor the bucket's", () => {
  for (const error of [
    refusal('UnrecognizedClientException'),
    refusal('InvalidClientTokenId', 403),
    refusal('InvalidSignatureException'),
    refusal('IncompleteSignature'),
    refusal('MissingAuthenticationTokenException'),
    refusal('OptInRequired', 403),
    refusal('SubscriptionRequiredException', 403),
    refusal('EndpointError'),
    noAnswer('ENOTFOUND'),
  ]) {
    it(`gives no answer by ${error.message.includes('kms') ? 'ENOTFOUND' : error.name}, which is none of the caller`, async () => {
      for (const [index, expected] of NO_ANSWERS.entries()) {
        const { keys } = kmsFailing(() => error);
        expect(await askAll(keys, OTHER)[index]).toEqual(expected);
      }
    });
  }

  for (const name of ['ExpiredTokenException', 'ExpiredToken', 'CredentialsProviderError']) {
    it(`stops the caller by ${name}, which is true of every Region`, async () => {
      const { keys } = kmsFailing(() => refusal(name));
      for (const asked of askAll(keys, OTHER)) await expect(asked).rejects.toThrow(CallerRefused);
    });
  }

  for (const error of [
    refusal('ThrottlingException'),
    refusal('KMSInternalException', 500),
    noAnswer('EAI_AGAIN'),
    noAnswer('ECONNRESET'),
  ]) {
    it(`is asked again by ${error.name} ${error.message}: it may pass`, async () => {
      const { keys } = kmsFailing(() => error);
      for (const asked of askAll(keys, OTHER)) await expect(asked).rejects.toThrow(RetryableFailure);
    });
  }

  it('denies and does not know keys as any other does', async () => {
    const { keys } = kmsFailing(() => refusal('AccessDeniedException'));
    expect(await keys.alias(aliasIn(OTHER), OWN)).toEqual({ kind: 'denied' });
    expect(await keys.key(keyIn(OTHER))).toEqual({ kind: 'denied' });
  });

  it('that has refused is not asked for a minute, whatever is asked about', async () => {
    const { keys, asked, pass } = kmsFailing(() => refusal('UnrecognizedClientException'));
    await keys.alias(aliasIn(OTHER, 'first'), OWN);
    pass(59_999);
    for (const name of ['first', 'second', 'third']) {
      expect(await keys.alias(aliasIn(OTHER, name), OWN)).toEqual({ kind: 'unlookable' });
    }
    expect(await keys.aliasNames(keyIn(OTHER))).toEqual({ kind: 'not-told' });
    expect(asked).toEqual([OTHER]);
    pass(1);
    await keys.alias(aliasIn(OTHER, 'first'), OWN);
    expect(asked).toEqual([OTHER, OTHER]);
    pass(59_999);
    await keys.alias(aliasIn(OTHER, 'second'), OWN);
    expect(asked).toEqual([OTHER, OTHER]);
  });

  it('that has refused closes no other', async () => {
    const { keys, asked } = kmsFailing(() => refusal('UnrecognizedClientException'));
    await keys.alias(aliasIn(OTHER), OWN);
    await keys.alias(aliasIn('us-west-2'), OWN);
    expect(asked).toEqual([OTHER, 'us-west-2']);
  });

  it('that was throttled is asked again at once', async () => {
    const { keys, asked } = kmsFailing(() => refusal('ThrottlingException'));
    await expect(keys.alias(aliasIn(OTHER), OWN)).rejects.toThrow(RetryableFailure);
    await expect(keys.alias(aliasIn(OTHER), OWN)).rejects.toThrow(RetryableFailure);
    expect(asked).toEqual([OTHER, OTHER]);
  });

  it('is remembered among a thousand, so that names made up by strangers fill no memory', async () => {
    const { keys, asked } = kmsFailing(() => noAnswer('ENOTFOUND'));
    const digits = 'abcdefghij';
    const names = Array.from({ length: 1_001 }, (_, index) => {
      const made = [...String(index).padStart(4, '0')].map((digit) => digits.charAt(Number(digit)));
      return `xx-${made.join('')}-1`;
    });
    for (const region of names) await keys.alias(aliasIn(region), OWN);
    for (const region of names.slice(1)) await keys.alias(aliasIn(region), OWN);
    expect(asked).toHaveLength(1_001);
    await keys.alias(aliasIn(names[0] ?? ''), OWN);
    expect(asked).toHaveLength(1_002);
  });
});

describe('the Region of the auditor or of the bucket', () => {
  it('stops the caller that it does not take', async () => {
    const { keys } = kmsFailing(() => refusal('UnrecognizedClientException'));
    for (const asked of askAll(keys, OWN)) await expect(asked).rejects.toThrow(CallerRefused);
  });

  it("stops it for an alias and a proof of the bucket's Region, where the auditor is in another", async () => {
    const { keys } = kmsFailing(() => refusal('UnrecognizedClientException'));
    await expect(keys.alias(aliasReference('alias/x'), OTHER)).rejects.toThrow(CallerRefused);
    await expect(keys.alias(aliasIn(OTHER), OTHER)).rejects.toThrow(CallerRefused);
    await expect(keys.prove(proofIn(OTHER), OTHER)).rejects.toThrow(CallerRefused);
  });

  it('is asked again where its name was not found: a resolver may be down', async () => {
    const { keys } = kmsFailing(() => noAnswer('ENOTFOUND'));
    for (const asked of askAll(keys, OWN)) await expect(asked).rejects.toThrow(RetryableFailure);
  });

  it('is not closed by the refusal of another', async () => {
    const { keys, asked } = kmsFailing((region) =>
      refusal(region === OWN ? 'NotFoundException' : 'UnrecognizedClientException'),
    );
    await keys.alias(aliasIn(OTHER), OWN);
    expect(await keys.alias(aliasIn(OWN), OWN)).toEqual({ kind: 'not-found' });
    expect(asked).toEqual([OTHER, OWN]);
  });

  it('is every Region where the auditor has none: nothing can then be told apart', async () => {
    const keys = new KmsKeyDirectory(async (region) => {
      if (region === undefined) throw new Error('Region is missing');
      const client = new KMSClient({ region });
      client.middlewareStack.add(
        () => async () => {
          throw refusal('UnrecognizedClientException');
        },
        { step: 'initialize' },
      );
      return client;
    });
    await expect(keys.key(keyIn(OTHER))).rejects.toThrow(CallerRefused);
  });
});

describe('another partition', () => {
  for (const [partition, region] of [
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-iso', 'us-iso-east-1'],
    ['aws-iso-b', 'us-isob-east-1'],
    ['aws-iso-e', 'eu-isoe-west-1'],
    ['aws-iso-f', 'us-isof-south-1'],
    ['aws-eusc', 'eusc-de-east-1'],
  ] as const) {
    it(`${partition} is never asked, and gives no answer`, async () => {
      const { keys, asked } = kmsFailing(() => refusal('UnrecognizedClientException'));
      expect(await keys.alias(aliasIn(region, 'x', partition), OWN)).toEqual({ kind: 'unlookable' });
      expect(await keys.key(keyIn(region, partition))).toEqual({ kind: 'unlookable' });
      expect(await keys.aliasNames(keyIn(region, partition))).toEqual({ kind: 'not-told' });
      expect(asked).toEqual([]);
    });

    it(`${partition} is asked by an auditor that runs in it, and aws is then another`, async () => {
      const { keys, asked } = kmsFailing(() => refusal('NotFoundException'), region);
      expect(await keys.alias(aliasIn(region, 'x', partition), region)).toEqual({ kind: 'not-found' });
      expect(await keys.alias(aliasIn(OWN), region)).toEqual({ kind: 'unlookable' });
      expect(asked).toEqual([region]);
    });
  }
});
