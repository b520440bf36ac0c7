import { setTimeout as pause } from 'node:timers/promises';
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { LocalAws } from '../../local/aws.ts';
import type { Step } from '../../local/simulation/world.ts';
import { POLICY_BUCKET } from './site.ts';

/** Everything of the world happens in its order, as fast as it can; after each policy it waits for `replaced`. */
export async function play(
  steps: readonly Step[],
  aws: LocalAws,
  s3: S3Client,
  send: (body: string) => unknown,
  replaced: (policy: string | undefined) => Promise<void>,
): Promise<void> {
  let sent = 0;
  for (const step of steps) {
    switch (step.does) {
      case 'put':
        if (step.state.denied !== true) put(step, aws);
        break;
      case 'remove':
        await s3.send(new DeleteObjectCommand({ Bucket: step.bucket, Key: step.key }));
        break;
      case 'policy':
        await writePolicy(step.text, s3);
        await replaced(step.text);
        break;
      case 'send':
        send(step.body);
        sent += 1;
        // So that what the function does falls between the writes.
        if (sent % 40 === 0) await pause(20);
        break;
    }
  }
}

function put({ bucket, key, state }: Step & { readonly does: 'put' }, aws: LocalAws): void {
  aws.s3.control.putRaw({
    ...{ bucket, key, etag: state.etag, lastModified: state.lastModifiedMs, body: state.body ?? 'data' },
    headers: Object.fromEntries(
      Object.entries(state.metadata ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    ),
    ...(state.sse === undefined ? {} : { serverSideEncryption: state.sse }),
    ...(state.kmsKeyId === undefined ? {} : { kmsKeyId: state.kmsKeyId }),
  });
}

async function writePolicy(text: string | undefined, s3: S3Client): Promise<void> {
  const target = { Bucket: POLICY_BUCKET, Key: 'policy.yaml' };
  if (text === undefined) await s3.send(new DeleteObjectCommand(target));
  else await s3.send(new PutObjectCommand({ ...target, Body: Buffer.from(text) }));
}
