import { HeadBucketCommand, ListBucketsCommand, PutObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalAws } from '../../local/aws.ts';
import { Bucket, ObjectsWorld, OWNER, REGION } from './s3-objects-world.ts';

let world: ObjectsWorld;
beforeAll(async () => {
  world = await ObjectsWorld.start();
});
afterAll(() => world.close());

describe('what is not implemented', () => {
  it.each([
    ['an object sub-resource', 'PUT', '/objects/kept?tagging', {}],
    ['an unknown sub-resource', 'PUT', '/objects/kept?newest-thing', {}],
    ['a part number on a read', 'GET', '/objects/kept?partNumber=1', {}],
    ['a POST on an object', 'POST', '/objects/kept', {}],
    ['an unknown method', 'PATCH', '/objects/kept', {}],
    ['a bucket sub-resource', 'PUT', '/objects?policy', {}],
    ['the first ListObjects', 'GET', '/objects', {}],
    ['an object lock', 'PUT', '/objects/kept', { 'x-amz-object-lock-mode': 'GOVERNANCE' }],
    ['tags on a write', 'PUT', '/objects/kept', { 'x-amz-tagging': 'a=b' }],
  ])('is refused with 501: %s', async (_what, method, path, headers) => {
    await world.put('kept', { Body: 'kept' });
    const answer = await world.raw(method, path, headers, '<Tagging/>');
    expect(answer.status).toBe(501);
    expect(answer.body).toContain('<Code>NotImplemented</Code>');
    expect(await world.text('kept')).toBe('kept');
  });

  it('reaches the SDK as NotImplemented', async () => {
    const tagging = new PutObjectTaggingCommand({ Bucket, Key: 'kept', Tagging: { TagSet: [] } });
    await expect(world.s3.send(tagging)).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});

describe('the endpoint', () => {
  it.each([
    ['no Authorization', {}, 403, 'AccessDenied'],
    ['an access key id without an account', 'AKIAEXAMPLE/20261121/eu-west-1/s3', 403, 'InvalidAccessKeyId'],
    ['directory buckets', `LOCAL${OWNER}/20261121/eu-west-1/s3express`, 501, 'NotImplemented'],
    ['a service that is not here', `LOCAL${OWNER}/20261121/eu-west-1/dynamodb`, 501, 'NotImplemented'],
  ])('refuses %s', async (_what, credential, status, code) => {
    const authorization =
      typeof credential === 'string'
        ? `AWS4-HMAC-SHA256 Credential=${credential}/aws4_request, Signature=0`
        : '';
    const answer = await world.raw('GET', '/', { authorization });
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(`<Code>${code}</Code>`);
  });

  it('lets a hook answer in the place of a service, and turns an exception into a 500 InternalError', async () => {
    const seen: unknown[] = [];
    const faulty = await startLocalAws({
      beforeRequest: [
        (service, { rawPath }) => {
          if (rawPath.startsWith('/teapot')) return { status: 418 };
          if (service === 's3') throw new Error('broken');
          return undefined;
        },
      ],
      onUnhandled: (error) => seen.push(error),
    });
    const client = new S3Client({ ...faulty.clientConfig(OWNER, REGION), maxAttempts: 1 });
    await expect(client.send(new HeadBucketCommand({ Bucket: 'teapot' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 418 },
    });
    await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject({
      name: 'InternalError',
      $metadata: { httpStatusCode: 500 },
    });
    expect(seen).toHaveLength(1);
    client.destroy();
    await faulty.close();
  });
});
