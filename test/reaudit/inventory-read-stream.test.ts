import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { CallerRefused, RetryableFailure } from '../../src/audit/failures.ts';
import { S3ByteReader } from '../../src/aws/read-stream.ts';
import { SourceDamaged, SourceUnusable } from '../../src/reaudit/source-failures.ts';

const PLACE = { bucket: 'b', key: 'k' };

type Answer = () => object;

/** A client that gives these answers in turn, and remembers what it was asked. */
class StubClient extends S3Client {
  readonly asked: unknown[] = [];
  readonly #answers: Answer[];

  constructor(...answers: readonly Answer[]) {
    super({ region: 'eu-west-1' });
    this.#answers = [...answers];
    this.middlewareStack.add(
      (_next, _context) => async (args) => {
        this.asked.push(args.input);
        const answer = this.#answers.shift();
        if (answer === undefined) throw new Error('asked once too often');
        return { output: { $metadata: {}, ...answer() }, response: {} };
      },
      { step: 'initialize', priority: 'high' },
    );
  }
}

const body = (text: string, breaks = false): Answer => {
  async function* bytes() {
    yield Buffer.from(text);
    if (breaks) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  }
  return () => ({ Body: Readable.from(bytes()), ETag: '"e"' });
};

const refusal =
  (status: number, name = 'Unknown', headers: object = {}): Answer =>
  () => {
    throw Object.assign(new Error(name), {
      name,
      $metadata: { httpStatusCode: status },
      $response: { headers },
    });
  };

async function read(client: StubClient): Promise<string> {
  const reader = new S3ByteReader({ client: async () => client, pause: async () => {} });
  let text = '';
  for await (const piece of reader.read(PLACE)) text += Buffer.from(piece).toString();
  return text;
}

test('a connection that breaks is gone on from at the byte it had come to, of the same object', async () => {
  const client = new StubClient(body('abc', true), body('def'));
  expect(await read(client)).toBe('abcdef');
  expect(client.asked).toMatchObject([{ Key: 'k' }, { Range: 'bytes=3-', IfMatch: '"e"' }]);
});

test('a connection that breaks behind the last byte loses nothing', async () => {
  expect(await read(new StubClient(body('abc', true), refusal(416, 'InvalidRange')))).toBe('abc');
});

test('an object that was written again in the midst of it is damage', async () => {
  await expect(read(new StubClient(body('abc', true), refusal(412, 'PreconditionFailed')))).rejects.toThrow(
    SourceDamaged,
  );
});

test('what may pass is tried again, and given up in the end', async () => {
  expect(await read(new StubClient(refusal(503), body('abc')))).toBe('abc');
  await expect(read(new StubClient(...Array.from({ length: 5 }, () => refusal(503))))).rejects.toThrow(
    RetryableFailure,
  );
});

describe('what will not pass says what would mend it', () => {
  test.each([
    ['denied', refusal(403, 'AccessDenied'), 's3:GetObject on it'],
    ['not there', refusal(404, 'NoSuchKey'), 'there is none'],
    [
      'in another Region',
      refusal(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'us-east-2' }),
      'us-east-2',
    ],
  ])('%s', async (_what, answer, expected) => {
    const refused = await read(new StubClient(answer)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SourceUnusable);
    expect(String(refused)).toContain(expected);
  });

  test('refused credentials say nothing of the object', async () => {
    await expect(read(new StubClient(refusal(400, 'ExpiredToken')))).rejects.toThrow(CallerRefused);
  });
});
