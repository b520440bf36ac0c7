import { RetryableFailure } from '../../src/audit/failures.ts';
import type {
  BucketAnswer,
  ErrorDocument,
  Freshness,
  HeadAnswer,
  InstructionFiles,
  KeyDirectory,
  ObjectHeads,
  SmallObject,
} from '../../src/audit/ports.ts';
import type { ObjectHead } from '../../src/encryption/head.ts';
import type {
  AliasAnswer,
  AliasNamesAnswer,
  KeyAnswer,
  ProofAnswer,
  ProofRequest,
} from '../../src/keys/enquiry.ts';
import { type AliasReference, type KeyArn, referenceText } from '../../src/keys/reference.ts';
import type { BucketName, ObjectRef } from '../../src/objects/object.ts';
import { keyReference } from './keys.ts';

type Answer = HeadAnswer | { readonly kind: 'transient' };

/** A HEAD that found something, with only what a test says. */
export const found = (head: Partial<ObjectHead>): HeadAnswer => ({
  kind: 'found',
  head: { metadata: new Map(), missingMetadata: 0, ...head },
});

/** Objects in memory. Remembers what it is given and what it was asked. */
export class MemoryHeads implements ObjectHeads {
  readonly #answers = new Map<string, Answer>();
  readonly #documents = new Map<string, ErrorDocument>();
  readonly #buckets = new Map<string, BucketAnswer>();
  readonly asked: string[] = [];

  put(place: string, answer: Answer): this {
    this.#answers.set(place, answer);
    return this;
  }

  putError(place: string, document: ErrorDocument): this {
    this.#documents.set(place, document);
    return this;
  }

  putBucket(bucket: string, answer: BucketAnswer): this {
    this.#buckets.set(bucket, answer);
    return this;
  }

  async head(object: ObjectRef): Promise<HeadAnswer> {
    const place = placeOf(object);
    this.asked.push(place);
    const answer = this.#answers.get(place) ?? { kind: 'not-found' };
    if (answer.kind === 'transient') throw new RetryableFailure('s3:HeadObject', 'HTTP 503');
    return answer;
  }

  async errorDocument(object: ObjectRef): Promise<ErrorDocument> {
    return this.#documents.get(placeOf(object)) ?? { kind: 'none' };
  }

  async bucket(bucket: BucketName): Promise<BucketAnswer> {
    return this.#buckets.get(bucket) ?? 'answers';
  }
}

const placeOf = ({ bucket, key, versionId }: ObjectRef): string =>
  `${bucket}/${key}${versionId === undefined ? '' : `?${versionId}`}`;

/** KMS in memory: aliases by name or ARN, key descriptions by ARN. Remembers what it was asked. */
export class MemoryKeys implements KeyDirectory {
  readonly aliases = new Map<string, AliasAnswer>();
  readonly keys = new Map<string, KeyAnswer>();
  readonly proofs = new Map<string, ProofAnswer>();
  readonly asked: string[] = [];
  aliasesTold = true;
  failNext = 0;

  point(alias: string, arn: string): this {
    this.aliases.set(alias, { kind: 'key', arn: keyReference(arn).arn });
    return this;
  }

  describe(arn: string, manager: 'AWS' | 'CUSTOMER', state = 'Enabled'): this {
    this.keys.set(arn, { kind: 'described', manager, state });
    return this;
  }

  async alias(alias: AliasReference, region: string | undefined, freshness: Freshness): Promise<AliasAnswer> {
    this.#ask(`alias ${referenceText(alias)} ${region ?? '-'} ${freshness}`);
    return this.aliases.get(referenceText(alias)) ?? { kind: 'not-found' };
  }

  async key(arn: KeyArn): Promise<KeyAnswer> {
    this.#ask(`key ${arn}`);
    return this.keys.get(arn) ?? { kind: 'described', manager: 'CUSTOMER', state: 'Enabled' };
  }

  async aliasNames(arn: KeyArn): Promise<AliasNamesAnswer> {
    this.#ask(`names ${arn}`);
    if (!this.aliasesTold) return { kind: 'not-told' };
    const names = [...this.aliases].flatMap(([name, answer]) =>
      answer.kind === 'key' && answer.arn === arn ? [name] : [],
    );
    return { kind: 'names', names };
  }

  async prove({ key }: ProofRequest): Promise<ProofAnswer> {
    this.#ask(`prove ${key}`);
    return this.proofs.get(key) ?? { kind: 'unproven', answer: 'AccessDeniedException' };
  }

  #ask(question: string): void {
    this.asked.push(question);
    if (this.failNext > 0) {
      this.failNext -= 1;
      throw new RetryableFailure('kms', 'ThrottlingException');
    }
  }
}

/** Small objects in memory, by `bucket/key`; what was not put is not there. */
export class MemoryFiles implements InstructionFiles {
  readonly files = new Map<string, SmallObject>();
  readonly asked: string[] = [];

  put(place: string, file: SmallObject | string): this {
    this.files.set(place, typeof file === 'string' ? { kind: 'body', text: file } : file);
    return this;
  }

  /** Puts what is current and keeps what was, each under an id of its own, as a bucket with versions does. */
  putVersion(place: string, file: SmallObject | string): string {
    const versionId = `v${this.files.size}`;
    this.put(place, file).put(`${place}?${versionId}`, file);
    return versionId;
  }

  async read(object: ObjectRef): Promise<SmallObject> {
    this.asked.push(placeOf(object));
    return this.files.get(placeOf(object)) ?? { kind: 'not-found' };
  }
}
