import { KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { HeadBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { type LocalAws, type ServiceName, startLocalAws } from '../../local/aws.ts';
import { type FaultRule, faults, shareOf } from '../../local/faults.ts';
import type { LocalRequest } from '../../local/service.ts';

const ACCOUNT = '111122223333';

/** Asks one thing of each service by its own client. */
function clientsOf(aws: LocalAws) {
  const config = { ...aws.clientConfig(ACCOUNT, 'us-east-1'), maxAttempts: 1 };
  const [s3, kms, sns, sqs] = [
    new S3Client(config),
    new KMSClient(config),
    new SNSClient(config),
    new SQSClient(config),
  ];
  const ask: Readonly<Record<ServiceName, () => Promise<unknown>>> = {
    s3: () => s3.send(new ListBucketsCommand({})),
    kms: () => kms.send(new ListAliasesCommand({})),
    sns: () => sns.send(new ListTopicsCommand({})),
    sqs: () => sqs.send(new ListQueuesCommand({})),
  };
  const headBucket = (): Promise<unknown> => s3.send(new HeadBucketCommand({ Bucket: 'any' }));
  const destroy = (): void => {
    for (const client of [s3, kms, sns, sqs]) client.destroy();
  };
  return { ask, headBucket, destroy };
}

async function world(rules: readonly FaultRule[]) {
  const injected = faults({ seed: 1, rules });
  const aws = await startLocalAws({ beforeRequest: [injected.before] });
  const { ask, headBucket, destroy } = clientsOf(aws);
  const close = async (): Promise<void> => {
    destroy();
    await aws.close();
  };
  return { injected, ask, headBucket, close };
}

const FINE = 'no error';

/** The code and status by which the SDK tells an answer; anything else is thrown. */
async function errorOf(answer: Promise<unknown>): Promise<unknown> {
  try {
    await answer;
    return FINE;
  } catch (error) {
    if (!(error instanceof Error && '$metadata' in error)) throw error;
    const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number };
    return { code: error.name, status: httpStatusCode };
  }
}

describe('what the client of a service makes of a refusal', () => {
  it.each([
    ['s3', 'throttle', 503, 'SlowDown'],
    ['s3', 'fail', 500, 'InternalError'],
    ['kms', 'throttle', 400, 'ThrottlingException'],
    ['kms', 'fail', 500, 'InternalFailure'],
    ['sns', 'throttle', 400, 'ThrottlingException'],
    ['sns', 'fail', 500, 'InternalFailure'],
    ['sqs', 'throttle', 400, 'ThrottlingException'],
    ['sqs', 'fail', 500, 'InternalFailure'],
  ] as const)('%s, %s: %i %s, and the other services answer', async (service, fault, status, code) => {
    const { ask, injected, close } = await world([{ service, [fault]: 1 }]);
    const others = (['s3', 'kms', 'sns', 'sqs'] as const).filter((name) => name !== service);
    expect(await errorOf(ask[service]())).toEqual({ code, status });
    expect(await Promise.all(others.map((name) => errorOf(ask[name]())))).toEqual(others.map(() => FINE));
    expect(injected.counts[fault]).toBe(1);
    await close();
  });

  it('an operation is told from the others of its service by its name', async () => {
    const { ask, headBucket, injected, close } = await world([
      { service: 'sqs', operation: 'ListQueues', throttle: 1 },
      { service: 'kms', operation: 'DescribeKey', throttle: 1 },
      { service: 'sns', operation: 'Publish', throttle: 1 },
      { service: 's3', operation: 'HeadBucket', throttle: 1 },
    ]);
    expect(await errorOf(ask.sqs())).toEqual({ code: 'ThrottlingException', status: 400 });
    expect(await errorOf(headBucket())).toMatchObject({ status: 503 });
    for (const service of ['s3', 'kms', 'sns'] as const) expect(await errorOf(ask[service]())).toBe(FINE);
    expect([...injected.operations.keys()]).toEqual(['sqs ListQueues', 's3 HeadBucket']);
    await close();
  });
});

describe('the shares of what was asked', () => {
  it('are the rates of the rules, of each service apart', async () => {
    const injected = faults({
      seed: 1,
      rules: [
        { service: 'kms', throttle: 0.3 },
        { service: 'sqs', throttle: 0.1, fail: 0.1 },
      ],
    });
    const caller = { account: ACCOUNT, region: 'us-east-1', accessKeyId: `LOCAL${ACCOUNT}` };
    const request = (target: string): LocalRequest => ({
      ...{ method: 'POST', rawPath: '/', query: new URLSearchParams(), body: Buffer.alloc(0), caller },
      headers: { 'x-amz-target': target },
    });
    for (let time = 0; time < 1_000; time++) {
      await injected.before('kms', request('TrentService.Decrypt'));
      await injected.before('sqs', request('AmazonSQS.SendMessage'));
    }
    expect(injected.operations.get('kms Decrypt')?.asked).toBe(1_000);
    expect(Math.abs(shareOf(injected, 'kms', ['throttle']) - 0.3)).toBeLessThan(0.03);
    expect(Math.abs(shareOf(injected, 'sqs', ['throttle', 'fail']) - 0.2)).toBeLessThan(0.03);
  });
});
