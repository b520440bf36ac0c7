import { DecryptCommand, DescribeKeyCommand, type KMSClient, paginateListAliases } from '@aws-sdk/client-kms';
import { CallerRefused } from '../audit/failures.ts';
import type { KeyDirectory } from '../audit/ports.ts';
import type { AliasAnswer, AliasNamesAnswer, KeyAnswer, ProofAnswer, ProofRequest } from '../keys/enquiry.ts';
import type { AliasReference, KeyArn } from '../keys/reference.ts';
import { parseKeyReference, referenceText } from '../keys/reference.ts';
import { asFailure, isTransient, sdkFailure } from './failure.ts';
import { type KmsClientFor, KmsRegions } from './kms-regions.ts';

/** Names of KMS errors that may pass: https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html */
const TRANSIENT: ReadonlySet<string> = new Set([
  'DependencyTimeoutException',
  'KMSInternalException',
  'KeyUnavailableException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
]);

const DENIED: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'KMSAccessDeniedException',
]);
const NOT_FOUND: ReadonlySet<string> = new Set(['NotFoundException']);
const UNLOOKABLE: ReadonlySet<string> = new Set(['InvalidArnException', 'ValidationException']);

/** What KMS says, asked each time: keeping and sharing answers is `CachingKeyDirectory`'s work. Errors are told by name: KMS answers 400 to most. */
export class KmsKeyDirectory implements KeyDirectory {
  readonly #regions: KmsRegions;

  constructor(client: KmsClientFor, now: () => number = Date.now) {
    this.#regions = new KmsRegions(client, now);
  }

  async alias(alias: AliasReference, bucketRegion: string | undefined): Promise<AliasAnswer> {
    const region = alias.kind === 'alias-arn' ? alias.region : bucketRegion;
    try {
      const described = await this.#regions.ask({ region, bucketRegion }, (client) =>
        client.send(new DescribeKeyCommand({ KeyId: referenceText(alias) })),
      );
      const reference = parseKeyReference(described?.KeyMetadata?.Arn ?? '');
      return reference?.kind === 'key-arn' ? { kind: 'key', arn: reference.arn } : { kind: 'unlookable' };
    } catch (error) {
      return { kind: refusal('kms:DescribeKey', error) };
    }
  }

  async key(arn: KeyArn): Promise<KeyAnswer> {
    try {
      const described = await this.#regions.ask({ region: regionOf(arn) }, (client) =>
        client.send(new DescribeKeyCommand({ KeyId: arn })),
      );
      const manager = described?.KeyMetadata?.KeyManager;
      const state = described?.KeyMetadata?.KeyState;
      if ((manager !== 'AWS' && manager !== 'CUSTOMER') || state === undefined) return { kind: 'unlookable' };
      return { kind: 'described', manager, state };
    } catch (error) {
      return { kind: refusal('kms:DescribeKey', error) };
    }
  }

  /** Only aliases of the caller's own account can be listed; of any other key nothing is told. */
  async aliasNames(arn: KeyArn): Promise<AliasNamesAnswer> {
    try {
      const names = await this.#regions.ask({ region: regionOf(arn) }, (client) => namesOf(arn, client));
      return names === undefined ? { kind: 'not-told' } : { kind: 'names', names };
    } catch (error) {
      refusal('kms:ListAliases', error);
      return { kind: 'not-told' };
    }
  }

  /** Decrypt with DryRun, the expected key and the exact context. Should an endpoint decrypt after all, its answer is dropped unread. */
  async prove(request: ProofRequest, bucketRegion: string | undefined): Promise<ProofAnswer> {
    const region = regionOf(request.key) ?? bucketRegion;
    try {
      const answer = await this.#regions.ask({ region, bucketRegion }, async (client) => {
        await client.send(
          new DecryptCommand({
            KeyId: request.key,
            CiphertextBlob: Buffer.from(request.wrappedKey, 'base64'),
            EncryptionContext: Object.fromEntries(request.context),
            DryRun: true,
          }),
        );
        return 'the endpoint ignored DryRun';
      });
      return { kind: 'unproven', answer: answer ?? `KMS of ${region} cannot be asked` };
    } catch (error) {
      const { name } = sdkFailure(error);
      if (name === 'DryRunOperationException') return { kind: 'proven' };
      if (isPassing(error)) throw asFailure('kms:Decrypt', error);
      return { kind: 'unproven', answer: name };
    }
  }
}

async function namesOf(arn: KeyArn, client: KMSClient): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const page of paginateListAliases({ client }, { KeyId: arn })) {
    for (const { AliasName } of page.Aliases ?? []) if (AliasName !== undefined) names.push(AliasName);
  }
  return names;
}

function regionOf(arn: string): string | undefined {
  const reference = parseKeyReference(arn);
  return reference !== undefined && 'region' in reference ? reference.region : undefined;
}

function isPassing(error: unknown): boolean {
  const { name, status } = sdkFailure(error);
  return TRANSIENT.has(name) || isTransient(status) || asFailure('kms', error) instanceof CallerRefused;
}

/** The permanent refusal that an error is; an error that is none of the known ones is thrown to be tried again. */
function refusal(operation: string, error: unknown): 'not-found' | 'denied' | 'unlookable' {
  const { name } = sdkFailure(error);
  if (!isPassing(error)) {
    if (DENIED.has(name)) return 'denied';
    if (NOT_FOUND.has(name)) return 'not-found';
    if (UNLOOKABLE.has(name)) return 'unlookable';
  }
  throw asFailure(operation, error);
}
