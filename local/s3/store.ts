import { randomBytes } from 'node:crypto';
import { KeyIndex } from './keyindex.ts';
import type { NotificationConfiguration } from './notification.ts';

/** How one version is encrypted, as HEAD reports it. */
export interface StoredEncryption {
  /** `AES256`, `aws:kms` and so on; absent for SSE-C and for objects never encrypted. */
  readonly algorithm?: string;
  readonly keyArn?: string;
  readonly bucketKeyEnabled?: boolean;
  /** SSE-C: the MD5 of the customer's key, in base64. */
  readonly customerKeyMd5?: string;
}

export interface ObjectVersion {
  /** `null` is the id of what was written while the bucket was not versioned. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly body: Buffer;
  /** Without its quotes. */
  readonly etag: string;
  readonly lastModified: number;
  /** `Content-Type` and its like, `x-amz-meta-*`, `x-amz-storage-class`, returned as they were sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-checksum-*`, returned only to who asks with `x-amz-checksum-mode`. */
  readonly checksums: Readonly<Record<string, string>>;
  /** Replaced by UpdateObjectEncryption, which changes nothing else. */
  encryption: StoredEncryption;
}

export interface BucketEncryption {
  readonly algorithm: string;
  /** As configured: a key id, key ARN, alias name or alias ARN. */
  readonly keyReference?: string;
  readonly bucketKeyEnabled: boolean;
  readonly blocked: readonly string[];
}

export interface Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly createdAt: number;
  readonly objects: ObjectTable;
  versioning: 'Enabled' | 'Suspended' | undefined;
  encryption: BucketEncryption;
  notification: NotificationConfiguration;
  /** Whether a trail records the calls that write objects here. */
  dataEvents: boolean;
  /** Set by a test: HEAD and GET below it are denied. */
  deniedPrefix: string | undefined;
}

/** A version id of AWS's form: 32 characters that need no escaping in a URL. */
export function newVersionId(): string {
  return randomBytes(24).toString('base64url').replaceAll('-', '.');
}

/** The versions of every key of one bucket. */
export class ObjectTable {
  /** Oldest first, never empty. */
  readonly #versions = new Map<string, ObjectVersion[]>();
  readonly #index = new KeyIndex((key) => this.#versions.has(key));

  get empty(): boolean {
    return this.#versions.size === 0;
  }

  /** Every key in UTF-8 order; may still hold keys that `versions` no longer has. */
  sortedKeys(): readonly string[] {
    return this.#index.sorted();
  }

  compareKeys(a: string, b: string): number {
    return this.#index.compare(a, b);
  }

  current(key: string): ObjectVersion | undefined {
    return this.#versions.get(key)?.at(-1);
  }

  version(key: string, versionId: string): ObjectVersion | undefined {
    return this.#versions.get(key)?.find((version) => version.versionId === versionId);
  }

  /** Oldest first. */
  versions(key: string): readonly ObjectVersion[] {
    return this.#versions.get(key) ?? [];
  }

  /** Makes it the current version; a `null` version replaces the `null` version that is there. */
  put(key: string, version: ObjectVersion): void {
    const versions = this.#versions.get(key);
    if (versions === undefined) {
      this.#versions.set(key, [version]);
      this.#index.add(key);
      return;
    }
    if (version.versionId === 'null') {
      const replaced = versions.findIndex((other) => other.versionId === 'null');
      if (replaced !== -1) versions.splice(replaced, 1);
    }
    versions.push(version);
  }

  remove(key: string, versionId: string): ObjectVersion | undefined {
    const versions = this.#versions.get(key);
    const index = versions?.findIndex((version) => version.versionId === versionId) ?? -1;
    if (versions === undefined || index === -1) return undefined;
    const [removed] = versions.splice(index, 1);
    if (versions.length === 0) {
      this.#versions.delete(key);
      this.#index.remove();
    }
    return removed;
  }
}
