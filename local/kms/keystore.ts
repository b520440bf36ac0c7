import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../service.ts';
import { aliasArnOf, keyArnOf, parseKmsArn } from './arn.ts';
import { KmsError, notFound } from './errors.ts';

/** What account and Region a request acts in. */
export interface Scope {
  readonly account: string;
  readonly region: string;
}

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingReplicaDeletion';

export interface KmsKey {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly arn: string;
  readonly manager: 'AWS' | 'CUSTOMER';
  readonly description: string;
  readonly createdAt: number;
  readonly materialId: string;
  /** The Region of the primary when it is a multi-Region key. */
  readonly primaryRegion: string | undefined;
  state: KeyState;
  deletionDate: number | undefined;
  pendingWindowInDays: number | undefined;
}

export interface KmsAlias {
  readonly aliasName: string;
  readonly arn: string;
  readonly createdAt: number;
  updatedAt: number;
  targetKeyId: string;
}

interface Partition {
  /** By key id, in order of creation. */
  readonly keys: Map<string, KmsKey>;
  /** By alias name. */
  readonly aliases: Map<string, KmsAlias>;
}

export interface NewKey extends Scope {
  readonly keyId?: string | undefined;
  readonly description?: string | undefined;
  readonly manager?: 'AWS' | 'CUSTOMER' | undefined;
  readonly primaryRegion?: string | undefined;
  readonly materialId?: string | undefined;
}

const MILLISECONDS_PER_DAY = 86_400_000;

export const MANAGED_S3_ALIAS = 'alias/aws/s3';

/** Every key and alias of every account and Region. */
export class KeyStore {
  readonly #partitions = new Map<string, Partition>();
  readonly #condemned = new Set<KmsKey>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The keys and aliases of one account in one Region, without those whose deletion date has passed. */
  in(scope: Scope): Partition {
    const name = `${scope.account}/${scope.region}`;
    let partition = this.#partitions.get(name);
    if (partition === undefined) {
      partition = { keys: new Map(), aliases: new Map() };
      this.#partitions.set(name, partition);
    }
    if (this.#condemned.size > 0) this.#dropDeleted(partition);
    return partition;
  }

  #dropDeleted(partition: Partition): void {
    const now = this.#clock();
    for (const key of this.#condemned) {
      if (partition.keys.get(key.keyId) !== key || (key.deletionDate ?? now) > now) continue;
      this.#condemned.delete(key);
      partition.keys.delete(key.keyId);
      for (const alias of partition.aliases.values()) {
        if (alias.targetKeyId === key.keyId) partition.aliases.delete(alias.aliasName);
      }
    }
  }

  /** Sets the state of a key, with the moment it is gone for a key that is pending deletion. */
  setState(key: KmsKey, state: KeyState, windowInDays?: number): void {
    key.state = state;
    key.pendingWindowInDays = windowInDays;
    const counting = state === 'PendingDeletion' && windowInDays !== undefined;
    key.deletionDate = counting ? this.#clock() + windowInDays * MILLISECONDS_PER_DAY : undefined;
    if (counting) this.#condemned.add(key);
    else this.#condemned.delete(key);
  }

  create(wanted: NewKey): KmsKey {
    const multiRegion = wanted.primaryRegion !== undefined;
    const uuid = randomUUID();
    const keyId = wanted.keyId ?? (multiRegion ? `mrk-${uuid.replaceAll('-', '')}` : uuid);
    const key: KmsKey = {
      account: wanted.account,
      region: wanted.region,
      keyId,
      arn: keyArnOf(wanted.account, wanted.region, keyId),
      manager: wanted.manager ?? 'CUSTOMER',
      description: wanted.description ?? '',
      createdAt: this.#clock(),
      materialId: wanted.materialId ?? createHash('sha256').update(randomBytes(32)).digest('hex'),
      primaryRegion: wanted.primaryRegion,
      state: 'Enabled',
      deletionDate: undefined,
      pendingWindowInDays: undefined,
    };
    this.in(wanted).keys.set(keyId, key);
    return key;
  }

  setAlias(scope: Scope, aliasName: string, targetKeyId: string): void {
    const { aliases } = this.in(scope);
    const now = this.#clock();
    const alias = aliases.get(aliasName);
    if (alias !== undefined) {
      alias.targetKeyId = targetKeyId;
      alias.updatedAt = now;
      return;
    }
    const arn = aliasArnOf(scope.account, scope.region, aliasName);
    aliases.set(aliasName, { aliasName, arn, createdAt: now, updatedAt: now, targetKeyId });
  }

  /** The AWS-managed key for S3, which AWS makes when it is first needed. */
  managedS3Key(scope: Scope): KmsKey {
    const { aliases, keys } = this.in(scope);
    const existing = keys.get(aliases.get(MANAGED_S3_ALIAS)?.targetKeyId ?? '');
    if (existing !== undefined) return existing;
    const description = 'Default key that protects my S3 objects when no other key is defined';
    const key = this.create({ account: scope.account, region: scope.region, manager: 'AWS', description });
    this.setAlias(scope, MANAGED_S3_ALIAS, key.keyId);
    return key;
  }

  /** The key that a key id, key ARN, alias name or alias ARN names; another account only by its ARNs. */
  resolve(reference: string, scope: Scope): KmsKey {
    if (!reference.startsWith('arn:')) return this.#find(reference, scope);
    const arn = parseKmsArn(reference);
    if (arn === undefined) throw new KmsError('InvalidArnException', `Invalid ARN ${reference}`);
    if (arn.region !== scope.region) throw notFound(`Invalid arn ${arn.region}`);
    const resource = arn.resource.startsWith('key/') ? arn.resource.slice(4) : arn.resource;
    return this.#find(resource, { account: arn.account, region: arn.region });
  }

  #find(keyIdOrAlias: string, scope: Scope): KmsKey {
    if (keyIdOrAlias === MANAGED_S3_ALIAS) return this.managedS3Key(scope);
    const { keys, aliases } = this.in(scope);
    if (keyIdOrAlias.startsWith('alias/')) {
      const key = keys.get(aliases.get(keyIdOrAlias)?.targetKeyId ?? '');
      if (key !== undefined) return key;
      throw notFound(`Alias ${aliasArnOf(scope.account, scope.region, keyIdOrAlias)} is not found.`);
    }
    const key = keys.get(keyIdOrAlias);
    if (key !== undefined) return key;
    if (!/^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.test(keyIdOrAlias)) {
      throw notFound(`Invalid keyId '${keyIdOrAlias}'`);
    }
    throw notFound(`Key '${keyArnOf(scope.account, scope.region, keyIdOrAlias)}' does not exist`);
  }

  /** Every copy of one multi-Region key, the primary included. */
  copiesOf(key: KmsKey): KmsKey[] {
    const copies: KmsKey[] = [];
    for (const { keys } of this.#partitions.values()) {
      const copy = keys.get(key.keyId);
      if (copy !== undefined && copy.account === key.account && copy.primaryRegion !== undefined)
        copies.push(copy);
    }
    return copies;
  }
}

/** Refuses a key that cannot be used for cryptography now. */
export function requireUsable(key: KmsKey): void {
  if (key.state === 'Enabled') return;
  if (key.state === 'Disabled') throw new KmsError('DisabledException', `${key.arn} is disabled.`);
  throw new KmsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
}
