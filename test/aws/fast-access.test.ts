import { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromSdkClient } from '../../src/aws/fast-sdk-access.ts';
import { type Environment, fromEnvironment } from '../../src/aws/s3-endpoint.ts';
import { bucketName } from '../../src/objects/object.ts';
import { fuzzRuns } from '../support/fuzz.ts';

/** Made anew each time: the SDK writes into credentials that it is given. */
const given = () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' });
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
const REGIONS = [
  ...['us-east-1', 'us-east-2', 'us-west-2', 'ca-central-1', 'ca-west-1', 'mx-central-1', 'sa-east-1'],
  ...['eu-west-1', 'eu-central-2', 'eu-north-1', 'il-central-1', 'me-central-1', 'af-south-1'],
  ...['ap-southeast-7', 'ap-northeast-3', 'ap-east-1', 'cn-north-1', 'cn-northwest-1'],
  ...['us-gov-west-1', 'us-gov-east-1'],
];
const alone = { fileExists: () => false, home: () => '/nowhere' };
const environment = (more: Environment = {}) =>
  fromEnvironment({ ...KEYS, AWS_REGION: 'eu-west-1', ...more }, alone);
const endpointOf = (client: S3Client, bucket: string) =>
  fromSdkClient(client).endpointFor(bucketName(bucket));

const plainName = fc
  .string({ unit: fc.constantFrom(...'abz019-.'), minLength: 3, maxLength: 63 })
  .filter((name) => /^[a-z0-9].*[a-z0-9]$/.test(name));

describe('both ways to an endpoint', () => {
  it('give the same host, path and signing Region for every plain name, Region and partition', async () => {
    await fc.assert(
      fc.asyncProperty(plainName, fc.constantFrom(...REGIONS), async (name, region) => {
        const client = new S3Client({ region, credentials: given() });
        const ours = environment({ AWS_REGION: region })?.endpointFor(bucketName(name));
        expect(ours).toEqual(await endpointOf(client, name));
      }),
      { numRuns: fuzzRuns({ every: 5 }) },
    );
  });

  it('give the same for a custom endpoint, by http and https', async () => {
    for (const endpoint of [
      'http://127.0.0.1:9000',
      'https://s3.example.com',
      'https://s3.example.com/',
      'http://[::1]:9000',
    ]) {
      const client = new S3Client({
        region: 'eu-west-1',
        credentials: given(),
        endpoint,
        forcePathStyle: true,
      });
      for (const name of ['plain-bucket', 'dotted.bucket']) {
        const ours = environment({ AWS_ENDPOINT_URL_S3: endpoint })?.endpointFor(bucketName(name));
        expect(ours).toBeDefined();
        expect(ours).toEqual(await endpointOf(client, name));
      }
    }
  });

  it('leave ARNs, directory buckets and names that are no DNS names to the SDK', async () => {
    const client = new S3Client({ region: 'eu-west-1', credentials: given(), useArnRegion: true });
    for (const name of [
      'arn:aws:s3:eu-west-1:111122223333:accesspoint/point',
      'arn:aws:s3::111122223333:accesspoint/many.mrap',
      'arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/lambda',
      'name--euw1-az1--x-s3',
      'name--euw1-az1--xa-s3',
      'UPPER',
      'under_score',
      'double..dot',
      'x',
    ]) {
      expect(environment()?.endpointFor(bucketName(name))).toBeUndefined();
      expect(await endpointOf(client, name)).toBeUndefined();
    }
  });

  it('take an access point by its alias for a bucket', async () => {
    const alias = 'point-abcdefghijklmnop-s3alias';
    const client = new S3Client({ region: 'eu-west-1', credentials: given() });
    expect((await endpointOf(client, alias))?.host).toBe(`${alias}.s3.eu-west-1.amazonaws.com`);
    expect((await environment()?.endpointFor(bucketName(alias)))?.host).toBe(
      `${alias}.s3.eu-west-1.amazonaws.com`,
    );
  });
});

describe('fromEnvironment', () => {
  it('works by credentials and Region alone, with the session token where there is one', async () => {
    expect(await environment()?.credentials()).toEqual(given());
    expect(await environment({ AWS_SESSION_TOKEN: 't' })?.credentials()).toEqual({
      ...given(),
      sessionToken: 't',
    });
    expect(await environment({ AWS_MAX_ATTEMPTS: '5' })?.maxAttempts()).toBe(5);
  });

  it.each<Environment>([
    { AWS_ACCESS_KEY_ID: '' },
    { AWS_SECRET_ACCESS_KEY: undefined },
    { AWS_REGION: undefined },
    { AWS_REGION: 'fips-us-east-1' },
    { AWS_REGION: 'aws-global' },
    { AWS_REGION: 'us-iso-east-1' },
    { AWS_PROFILE: 'other' },
    { AWS_USE_FIPS_ENDPOINT: 'true' },
    { AWS_USE_DUALSTACK_ENDPOINT: 'TRUE' },
    { AWS_RETRY_MODE: 'adaptive' },
    { AWS_MAX_ATTEMPTS: 'many' },
    { AWS_ENDPOINT_URL: 'https://user@example.com' },
    { AWS_ENDPOINT_URL_S3: 'https://example.com/base/path' },
  ])('leaves %j to the SDK', (more) => {
    expect(environment(more)).toBeUndefined();
  });

  it('leaves everything to the SDK where there is a shared configuration file', () => {
    const env = { ...KEYS, AWS_REGION: 'eu-west-1', HOME: '/home/some' };
    const fileExists = (path: string) => path === '/home/some/.aws/config';
    expect(fromEnvironment(env, { fileExists })).toBeUndefined();
  });
});

describe('fromSdkClient', () => {
  it('follows dual-stack and FIPS by the rules of the SDK', async () => {
    const both = { region: 'eu-west-1', credentials: given() };
    const dual = new S3Client({ ...both, useDualstackEndpoint: true });
    expect((await endpointOf(dual, 'my-bucket'))?.host).toBe(
      'my-bucket.s3.dualstack.eu-west-1.amazonaws.com',
    );
    const fips = new S3Client({ ...both, region: 'us-east-1', useFipsEndpoint: true });
    expect((await endpointOf(fips, 'my-bucket'))?.host).toBe('my-bucket.s3-fips.us-east-1.amazonaws.com');
  });

  it('leaves the adaptive retry mode to the client, which keeps its rate', async () => {
    const client = new S3Client({ region: 'eu-west-1', credentials: given(), retryMode: 'adaptive' });
    expect(await endpointOf(client, 'my-bucket')).toBeUndefined();
  });
});
