import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { InstructionFiles, ObjectHeads, SmallObject } from '../audit/ports.ts';
import type { ObjectHead } from '../encryption/head.ts';
import type { ObjectRef } from '../objects/object.ts';
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
        return {
          kind: 'unreadable',
          why: 'access denied: it needs s3:GetObject, and s3:ListBucket to tell that it is not there',
        };
      case 'bad-request':
        return { kind: 'unreadable', why: 'S3 refused the request, as it does for SSE-C' };
      case 'wrong-region':
        return { kind: 'unreadable', why: 'the bucket is in another Region' };
      case 'unexpected':
        return { kind: 'unreadable', why: `S3 answered ${answer.status}` };
    }
  }

  async #readFound(object: ObjectRef, head: ObjectHead, mostBytes: number): Promise<SmallObject> {
    if ((head.sizeBytes ?? 0) > mostBytes) return { kind: 'too-large' };
    const modified = head.lastModifiedMs === undefined ? {} : { lastModifiedMs: head.lastModifiedMs };
    if (head.sizeBytes === 0) return { kind: 'body', text: '', ...modified };
    if (head.kmsKeyId !== undefined && !this.#options.mayDecrypt) {
      return {
        kind: 'unreadable',
        why: 'it is under SSE-KMS, and the feature InstructionFiles, which allows kms:Decrypt by way of S3, is off',
      };
    }
    try {
      const client = await this.#options.client();
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket: object.bucket, Key: object.key, Range: `bytes=0-${mostBytes}` }),
      );
      const bytes = await boundedBody(Body, mostBytes);
      // Written again since the HEAD, and larger: what was read is not the whole of it.
      if (bytes === undefined) return { kind: 'too-large' };
      return { kind: 'body', text: new TextDecoder().decode(bytes), ...modified };
    } catch (error) {
      const { status, name } = sdkFailure(error);
      if (status === undefined || isTransient(status)) throw asFailure('s3:GetObject', error);
      if (status === 404) return { kind: 'not-found' };
      const denied =
        'access denied: it needs s3:GetObject, and kms:Decrypt by way of S3 where it is under SSE-KMS';
      return { kind: 'unreadable', why: status === 403 ? denied : `S3 answered ${status} ${name}` };
    }
  }
}
