import { describe, expect, it } from 'vitest';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import {
  isDirectoryBucket,
  partitionOf,
  permissionToHead,
  permissionToList,
} from '../../src/objects/permission.ts';

const LAKE = bucketName('acme-lake');
const FAST = bucketName('fast--euw1-az1--x-s3');
const POINT = bucketName('fast--euw1-az1--xa-s3');
const key = objectKey('finance/part 0');

describe('the permission that an answer 403 asks for', () => {
  it('is to read the object, or that version of it', () => {
    const resource = 'arn:aws:s3:::acme-lake/finance/part 0';
    expect(permissionToHead({ bucket: LAKE, key })).toEqual({ permission: 's3:GetObject', resource });
    expect(permissionToHead({ bucket: LAKE, key, versionId: 'v1' })).toEqual({
      permission: 's3:GetObjectVersion',
      resource,
    });
  });

  it('is to list the bucket, or its versions', () => {
    const resource = 'arn:aws:s3:::acme-lake';
    expect(permissionToList({ bucket: LAKE })).toEqual({ permission: 's3:ListBucket', resource });
    const versions = permissionToList({ bucket: LAKE, versions: true });
    expect(versions).toEqual({ permission: 's3:ListBucketVersions', resource });
    expect(permissionToList({ bucket: LAKE, versions: false }).permission).toBe('s3:ListBucket');
  });

  it('is one session for all of a directory bucket, in an account that is not known', () => {
    const session = {
      permission: 's3express:CreateSession',
      resource: 'arn:aws:s3express:eu-west-1:*:bucket/fast--euw1-az1--x-s3',
    };
    expect(permissionToHead({ bucket: FAST, key, region: 'eu-west-1' })).toEqual(session);
    expect(permissionToList({ bucket: FAST, region: 'eu-west-1' })).toEqual(session);
    expect(permissionToList({ bucket: FAST }).resource).toBe(
      'arn:aws:s3express:*:*:bucket/fast--euw1-az1--x-s3',
    );
    expect(permissionToHead({ bucket: POINT, key }).resource).toBe(
      'arn:aws:s3express:*:*:accesspoint/fast--euw1-az1--xa-s3',
    );
  });

  it('is named in the partition of the Region', () => {
    expect(permissionToHead({ bucket: LAKE, key, region: 'cn-north-1' }).resource).toBe(
      'arn:aws-cn:s3:::acme-lake/finance/part 0',
    );
    expect(permissionToList({ bucket: FAST, region: 'us-gov-west-1' }).resource).toContain(
      'arn:aws-us-gov:s3express:us-gov-west-1:',
    );
  });
});

describe('partitions and kinds of buckets', () => {
  it.each([
    [undefined, 'aws'],
    ['eu-west-1', 'aws'],
    ['us-east-1', 'aws'],
    ['cn-northwest-1', 'aws-cn'],
    ['us-gov-east-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['eusc-de-east-1', 'aws-eusc'],
  ])('Region %s is of partition %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
  });

  it('a directory bucket is told by the end of its name', () => {
    expect(isDirectoryBucket(FAST)).toBe(true);
    expect(isDirectoryBucket(POINT)).toBe(true);
    for (const name of ['acme-lake', 'x-s3', 'a--x-s3-b', 'a-x-s3', 'a--xb-s3']) {
      expect(isDirectoryBucket(name), name).toBe(false);
    }
  });
});
