import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import type { LocalResponse } from '../../local/service.ts';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { S3InstructionFiles } from '../../src/aws/s3-instruction-files.ts';
import { S3ObjectHeads } from '../../src/aws/s3-object-heads.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';

const FILE = { bucket: bucketName('lake'), key: objectKey('o.instruction') };
const CALLER_CODES = ['ExpiredToken', 'InvalidToken', 'TokenRefreshRequired', 'AuthorizationHeaderMalformed'];

let aws: LocalAws;
let s3: S3Client;
/** What S3 answers in place of what it has, by method. */
let instead: Readonly<Record<string, LocalResponse | undefined>> = {};

beforeAll(async () => {
  aws = await startLocalAws({
    beforeRequest: [(_, { method, rawPath }) => (rawPath.includes('o.instr') ? instead[method] : undefined)],
  });
  s3 = new S3Client({ ...aws.clientConfig('111122223333', 'us-east-1'), maxAttempts: 1 });
  await s3.send(new CreateBucketCommand({ Bucket: 'lake' }));
  await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: FILE.key, Body: 'body' }));
});
afterEach(() => {
  instead = {};
});
afterAll(async () => {
  s3.destroy();
  await aws.close();
});

const read = (file: typeof FILE & { readonly versionId?: string } = FILE) =>
  new S3InstructionFiles({ client: async () => s3, heads: new S3ObjectHeads(s3), mayDecrypt: false }).read(
    file,
    64,
  );

const HEAD_400 = { status: 400 };
const refusal = (status: number, code: string, message = 'no'): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});
const why = (text: string) => ({ kind: 'unreadable', why: text });

describe('a HEAD of an instruction file that is answered with 400', () => {
  const headed = (document: LocalResponse | undefined) => {
    instead = { HEAD: HEAD_400, GET: document };
    return read();
  };

  it.each([...CALLER_CODES, 'RequestTimeTooSkewed'])(
    'and whose error document says %s speaks of the caller, and of no file',
    async (code) => {
      await expect(headed(refusal(400, code))).rejects.toMatchObject({ name: 'CallerRefused', code });
    },
  );

  it('is SSE-C where the error document says so', async () => {
    const message = 'The object was stored using a form of Server Side Encryption.';
    expect(await headed(refusal(400, 'InvalidRequest', message))).toEqual(
      why("it is under SSE-C, and S3 gives it to nobody without the writer's key"),
    );
  });

  it('and is not explained makes the file unreadable, with what S3 said', async () => {
    expect(await headed(refusal(400, 'InvalidArgument'))).toEqual(why('S3 answered 400 InvalidArgument'));
    expect(await headed(refusal(403, 'AccessDenied'))).toEqual(why('S3 answered 403 AccessDenied'));
    expect(await headed(undefined)).toEqual(why('S3 answered 400 to its HEAD and not to its GET'));
  });

  it('and is followed by a 503 may be another next time', async () => {
    await expect(headed(refusal(503, 'SlowDown'))).rejects.toBeInstanceOf(RetryableFailure);
  });
});

describe('a GET of an instruction file', () => {
  const got = (answer: LocalResponse, file = FILE) => {
    instead = { GET: answer };
    return read(file);
  };

  it.each([...CALLER_CODES.map((code) => [400, code] as const), [403, 'InvalidAccessKeyId'] as const])(
    'that is refused with %i %s speaks of the caller, and of no file',
    async (status, code) => {
      await expect(got(refusal(status, code))).rejects.toBeInstanceOf(CallerRefused);
    },
  );

  it('that is refused for another reason makes the file unreadable', async () => {
    expect(await got(refusal(400, 'KMS.DisabledException'))).toEqual(
      why('S3 answered 400 KMS.DisabledException'),
    );
    expect(await got(refusal(403, 'AccessDenied'))).toEqual(
      why('access denied: it needs s3:GetObject, and kms:Decrypt by way of S3 where it is under SSE-KMS'),
    );
  });

  it('that finds nothing any more says that it is not there', async () => {
    expect(await got(refusal(404, 'NoSuchKey'))).toEqual({ kind: 'not-found' });
  });

  it('that is throttled may be answered next time', async () => {
    await expect(got(refusal(503, 'SlowDown'))).rejects.toBeInstanceOf(RetryableFailure);
  });
});

it('a version that is refused needs the permission for versions', async () => {
  instead = { HEAD: { status: 403 } };
  expect(await read({ ...FILE, versionId: 'A'.repeat(32) })).toMatchObject({
    why: expect.stringContaining('s3:GetObjectVersion'),
  });
});
