import type { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { RetryableFailure } from '../../src/audit/failures.ts';
import type { HeadAnswer, InstructionFiles, KeyDirectory, ObjectHeads } from '../../src/audit/ports.ts';
import type { Clients } from '../../src/aws/clients.ts';
import { type KeyArn, parseKeyReference, referenceText } from '../../src/keys/reference.ts';
import type { State } from './kinds.ts';
import { KEYS } from './policies.ts';
import type { Outside } from './services.ts';

/** Asks something of a service, with the time that it takes. */
type Call = <Answer>(act: () => Answer) => Promise<Answer>;

/** Whatever S3 is asked, it may be unavailable. */
function s3<Answer>(outside: Outside, operation: string, answer: () => Answer): () => Answer {
  return () => {
    const { rates, tally } = outside;
    if (!outside.fails('s3Asked', rates.s3Unavailable)) return answer();
    tally.s3Unavailable += 1;
    throw new RetryableFailure(operation, 'HTTP 503');
  };
}

/** HEADs over the objects of the world. */
export const heads = (outside: Outside, call: Call, onHead: () => void): ObjectHeads => ({
  head: async ({ bucket, key, versionId }) => {
    const answer = await call(
      s3(outside, 's3:HeadObject', () => headOf(outside.object(bucket, key, versionId), versionId)),
    );
    onHead();
    return answer;
  },
  errorDocument: async () => ({ kind: 'none' }),
  bucket: async () => call(s3(outside, 's3:HeadBucket', () => 'answers' as const)),
});

function headOf(state: State | undefined, versionId: string | undefined): HeadAnswer {
  if (state === undefined) return { kind: 'not-found' };
  if (state.denied === true) return { kind: 'denied' };
  return {
    kind: 'found',
    head: {
      metadata: new Map(Object.entries(state.metadata ?? {})),
      missingMetadata: 0,
      sizeBytes: state.body === undefined ? 4 : Buffer.byteLength(state.body),
      etag: state.etag,
      lastModifiedMs: Math.floor(state.lastModifiedMs / 1000) * 1000,
      ...(state.sse === undefined ? {} : { serverSideEncryption: state.sse }),
      ...(state.kmsKeyId === undefined ? {} : { kmsKeyId: state.kmsKeyId }),
      ...(versionId === undefined ? {} : { versionId }),
    },
  };
}

export const instructionFiles = (outside: Outside, call: Call): InstructionFiles => ({
  read: ({ bucket, key, versionId }) =>
    call(
      s3(outside, 's3:GetObject', () => {
        const body = outside.object(bucket, key, versionId)?.body;
        return body === undefined ? { kind: 'not-found' } : { kind: 'body', text: body };
      }),
    ),
});

/** KMS, which throttles much. */
export function keyDirectory(outside: Outside, call: Call): KeyDirectory {
  const ask = <Answer>(answer: () => Answer): Promise<Answer> =>
    call(() => {
      const { rates, tally } = outside;
      if (!outside.fails('kmsAsked', rates.kmsThrottled)) return answer();
      tally.kmsThrottled += 1;
      throw new RetryableFailure('kms', 'ThrottlingException');
    });
  return {
    alias: (alias) =>
      ask(() => {
        const target = outside.aliasTarget(referenceText(alias));
        return target === undefined ? { kind: 'not-found' } : { kind: 'key', arn: keyArn(target) };
      }),
    key: (arn) =>
      ask(() => ({
        kind: 'described',
        manager: arn === outside.managedKey ? 'AWS' : 'CUSTOMER',
        state: arn === KEYS.disabled ? 'Disabled' : 'Enabled',
      })),
    aliasNames: () => ask(() => ({ kind: 'not-told' })),
    prove: () => ask(() => ({ kind: 'unproven', answer: 'AccessDeniedException' })),
  };
}

function keyArn(text: string): KeyArn {
  const reference = parseKeyReference(text);
  if (reference?.kind !== 'key-arn') throw new Error(`no key ARN: ${text}`);
  return reference.arn;
}

interface Publisher {
  readonly call: Call;
  /** False where the process dies instead. */
  mayPublish(): boolean;
  publishAccepted(): void;
}

/** SNS behind the client that the product's own sink sends to. Any other client is refused. */
export function snsClients(outside: Outside, publisher: Publisher): Clients {
  const client = { send: (command: PublishCommand) => publish(command, outside, publisher) };
  const refused = (): never => {
    throw new Error('the simulation has no such client');
  };
  // Of the client only `send` is used, and only with this command.
  const sns = async (): Promise<SNSClient> => client as unknown as SNSClient;
  return { sns, s3: refused, kms: refused, ssm: refused };
}

async function publish({ input }: PublishCommand, outside: Outside, publisher: Publisher): Promise<object> {
  if (!publisher.mayPublish()) return new Promise(() => {});
  return publisher.call(() => {
    const { chance, rates, tally } = outside;
    const fails = outside.fails('snsAsked', rates.snsFails);
    const lost = fails && chance.happens(rates.snsLost);
    if (!fails || lost) {
      outside.accept({ topic: input.TopicArn ?? '', body: input.Message ?? '' });
      publisher.publishAccepted();
    }
    if (lost) {
      tally.snsLost += 1;
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    }
    if (fails) {
      tally.snsFailed += 1;
      throw Object.assign(new Error('slow down'), {
        name: 'InternalError',
        $metadata: { httpStatusCode: 500 },
      });
    }
    return {};
  });
}
