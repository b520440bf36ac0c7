import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { S3InstructionFiles } from '../../src/aws/s3-instruction-files.ts';
import { S3ObjectHeads } from '../../src/aws/s3-object-heads.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { MemoryFiles } from '../support/memory.ts';
import { instructionFilesContract, MOST, versionOf } from './instruction-files.ts';

const ACCOUNT = '111122223333';
const at = (key: string) => ({ bucket: bucketName('lake'), key: objectKey(key) });

const memory = new MemoryFiles();
instructionFilesContract('MemoryFiles', () => ({
  files: memory,
  bucket: 'lake',
  put: async (key, body) =>
    memory.putVersion(`lake/${key}`, body.length > MOST ? { kind: 'too-large' } : body),
  remove: async (key) => memory.putVersion(`lake/${key}`, { kind: 'not-found' }),
  deny: async (key) => void memory.put(`lake/${key}`, { kind: 'unreadable', why: 'access denied' }),
}));

describe('on the local AWS', () => {
  let aws: LocalAws;
  let s3: S3Client;
  const heads = () => new S3ObjectHeads(s3);
  const reader = (mayDecrypt: boolean) =>
    new S3InstructionFiles({ client: async () => s3, heads: heads(), mayDecrypt });

  beforeAll(async () => {
    aws = await startLocalAws();
    s3 = new S3Client(aws.clientConfig(ACCOUNT, 'us-east-1'));
    await s3.send(new CreateBucketCommand({ Bucket: 'lake' }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: 'lake', VersioningConfiguration }));
  });
  afterAll(async () => {
    s3.destroy();
    await aws.close();
  });

  instructionFilesContract('S3InstructionFiles', () => ({
    files: reader(false),
    bucket: 'lake',
    put: async (key, body) =>
      versionOf(await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: key, Body: body }))),
    remove: async (key) => versionOf(await s3.send(new DeleteObjectCommand({ Bucket: 'lake', Key: key }))),
    deny: async (key) => {
      await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: key, Body: 'x' }));
      aws.s3.control.setDenied('lake', key);
    },
  }));

  it('one that is larger is not read at all', async () => {
    await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: 'large', Body: 'x'.repeat(MOST + 1) }));
    expect(await reader(false).read(at('large'), MOST)).toEqual({ kind: 'too-large' });
  });

  it('one under SSE-KMS is read only where the role may have S3 decrypt it, and else says which feature allows it', async () => {
    aws.kms.control.createKey({
      account: ACCOUNT,
      region: 'us-east-1',
      keyId: 'aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa',
      alias: 'alias/file',
    });
    await s3.send(
      new PutObjectCommand({
        Bucket: 'lake',
        Key: 'kms',
        Body: 'sealed',
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'alias/file',
      }),
    );
    expect(await reader(true).read(at('kms'), MOST)).toMatchObject({ kind: 'body', text: 'sealed' });
    expect(await reader(false).read(at('kms'), MOST)).toMatchObject({
      kind: 'unreadable',
      why: expect.stringContaining('InstructionFiles'),
    });
  });
});
