import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { explainBadRequest, speaksOfCaller } from '../audit/bad-request.ts';
import type { InstructionFiles, ObjectHeads, SmallObject } from '../audit/ports.ts';
import type { ObjectHead } from '../encryption/head.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { ObjectRef } from '../objects/object.ts';
import { permissionToHead } from '../objects/permission.ts';
import { boundedBody } from './bounded-body.ts';
import { asFailure, isTransient, sdkFailure } from './failure.ts';

export interface S3InstructionFilesOptions {
  readonly client: () => Promise<S3Client>;
  readonly heads: ObjectHeads;
  /** Whether the role may have S3 decrypt a file that is under SSE-KMS. */
  readonly mayDecrypt: boolean;
}

/** Reads instruction files from S3: a HEAD first, which tells most objects that none is there without loading anything more. */
export class S3InstructionFiles implements InstructionFiles {
  readonly #options: S3InstructionFilesOptions;

  constructor(options: S3InstructionFilesOptions) {
    this.#options = options;
  }

  async read(object: ObjectRef, mostBytes: number): Promise<SmallObject> {
    const answer = await this.#options.heads.head(object);
    switch (answer.kind) {
      case 'not-found':
      case 'method-not-allowed':
        return { kind: 'not-found' };
      case 'found':
        return this.#readFound(object, answer.head, mostBytes);
      case 'denied':
        return unreadable(
          `access denied: it needs ${permissionToHead(object).permission}, and s3:ListBucket to tell that it is not there`,
        );
      case 'bad-request':
        return this.#readRefused(object);
      case 'wrong-region':
        return unreadable('the bucket is in another Region');
      case 'unexpected':
        return unreadable(`S3 answered ${answer.status}`);
      default:
        return assertNever(answer);
    }
  }

  /** A HEAD that S3 answered with 400, which may speak of the file, of the caller or of something that passes. */
  async #readRefused(object: ObjectRef): Promise<SmallObject> {
    const document = await this.#options.heads.errorDocument(object);
    if (explainBadRequest(document) === 'sse-c') {
      return unreadable("it is under SSE-C, and S3 gives it to nobody without the writer's key");
    }
    return document.kind === 'none'
      ? unreadable('S3 answered 400 to its HEAD and not to its GET')
      : unreadable(`S3 answered ${document.status} ${document.code}`);
  }

  async #readFound(object: ObjectRef, head: ObjectHead, mostBytes: number): Promise<SmallObject> {
    if ((head.sizeBytes ?? 0) > mostBytes) return { kind: 'too-large' };
    const modified = head.lastModifiedMs === undefined ? {} : { lastModifiedMs: head.lastModifiedMs };
    if (head.sizeBytes === 0) return { kind: 'body', text: '', ...modified };
    if (head.kmsKeyId !== undefined && !this.#options.mayDecrypt) {
      return unreadable(
        'it is under SSE-KMS, and the feature InstructionFiles, which allows kms:Decrypt by way of S3, is off',
      );
    }
    try {
      const client = await this.#options.client();
      const { Body } = await client.send(
        new GetObjectCommand({
          Bucket: object.bucket,
          Key: object.key,
          ...(object.versionId === undefined ? {} : { VersionId: object.versionId }),
          Range: `bytes=0-${mostBytes}`,
        }),
      );
      const bytes = await boundedBody(Body, mostBytes);
      // Written again since the HEAD, and larger: what was read is not the whole of it.
      if (bytes === undefined) return { kind: 'too-large' };
      return { kind: 'body', text: new TextDecoder().decode(bytes), ...modified };
    } catch (error) {
      return refusedRead(object, error);
    }
  }
}

const unreadable = (why: string): SmallObject => ({ kind: 'unreadable', why });

/** What a GET that failed says of the file; throws where it says nothing of it. */
function refusedRead(object: ObjectRef, error: unknown): SmallObject {
  const { status, name } = sdkFailure(error);
  if (status === undefined || isTransient(status) || speaksOfCaller(name)) {
    throw asFailure('s3:GetObject', error);
  }
  if (status === 404) return { kind: 'not-found' };
  if (status !== 403) return unreadable(`S3 answered ${status} ${name}`);
  const { permission } = permissionToHead(object);
  return unreadable(
    `access denied: it needs ${permission}, and kms:Decrypt by way of S3 where it is under SSE-KMS`,
  );
}
