import type { ClientEncryption } from './client-encryption.ts';
import type { EffectiveClient } from './effective.ts';

/** One write of a session, with the client that its own settings ask for. */
export interface SessionWrite<Write> {
  readonly write: Write;
  /** Equal for writes to one scheme and authority by one user. */
  readonly fileSystem: string;
  readonly asked: EffectiveClient;
  /** EMRFS serves the write: its committer may keep a client of its own. */
  readonly emrfs: boolean;
}

export type ClientGot<Write> =
  | { readonly kind: 'client'; readonly client: EffectiveClient; readonly cachedFrom?: Write }
  /** One of several clients, which encrypt differently: nothing says which. */
  | { readonly kind: 'either'; readonly asked: EffectiveClient }
  | { readonly kind: 'committer'; readonly asked: EffectiveClient; readonly earlier: Write };

interface Holder<Write> {
  readonly write: Write;
  readonly client: EffectiveClient;
}

/** What Hadoop's cache may hold for one file system: one of `clients`, or nothing while `filled` is false. */
interface Slot<Write> {
  readonly clients: readonly Holder<Write>[];
  readonly filled: boolean;
}

/** True where two clients do the same to what they write. Two of which nothing is known are never alike. */
export const encryptAlike = (one: ClientEncryption, other: ClientEncryption): boolean =>
  one.type !== 'undecided' && JSON.stringify(one) === JSON.stringify(other);

/**
 * Gives each write of a session, in order, the client that Hadoop's `FileSystem.get` hands it: the first made for its
 * scheme, authority and user, unless the cache is switched off at that call. A client made without the cache is not kept.
 * https://hadoop.apache.org/docs/current/hadoop-project-dist/hadoop-common/core-default.xml
 */
export function clientsOfSession<Write>(writes: readonly SessionWrite<Write>[]): readonly ClientGot<Write>[] {
  const slots = new Map<string, Slot<Write>>();
  const used = new Map<string, readonly Holder<Write>[]>();
  return writes.map((one) => {
    const { fileSystem, asked, write } = one;
    const slot = slots.get(fileSystem) ?? { clients: [], filled: false };
    const own: Holder<Write> = { write, client: asked };
    const candidates = candidatesFor(slot, own);
    slots.set(fileSystem, slotAfter(slot, own));
    const earlier = used.get(fileSystem) ?? [];
    const got = settle(candidates, one, earlier);
    used.set(fileSystem, [...earlier, got.kind === 'client' ? { write, client: got.client } : own]);
    return got;
  });
}

function candidatesFor<Write>(
  { clients, filled }: Slot<Write>,
  own: Holder<Write>,
): readonly Holder<Write>[] {
  switch (own.client.cache) {
    case 'disabled':
      return [own];
    case 'kept':
      return filled ? clients : [...clients, own];
    case 'undecided':
      return [...clients, own];
  }
}

function slotAfter<Write>(slot: Slot<Write>, own: Holder<Write>): Slot<Write> {
  if (own.client.cache === 'disabled' || slot.filled) return slot;
  return { clients: [...slot.clients, own], filled: own.client.cache === 'kept' };
}

function settle<Write>(
  candidates: readonly Holder<Write>[],
  { write, asked, emrfs }: SessionWrite<Write>,
  earlier: readonly Holder<Write>[],
): ClientGot<Write> {
  const [first, ...others] = candidates;
  if (first === undefined) return { kind: 'client', client: asked };
  const one = first.client.encryption;
  if (others.some(({ client }) => !encryptAlike(client.encryption, one))) return { kind: 'either', asked };
  const kept = emrfs && asked.optimizedCommitter && one.type !== 'undecided';
  const rival = kept ? earlier.find(({ client }) => !encryptAlike(client.encryption, one)) : undefined;
  if (rival !== undefined) return { kind: 'committer', asked, earlier: rival.write };
  const cached = candidates.length === 1 && first.write !== write ? { cachedFrom: first.write } : {};
  return { kind: 'client', client: first.client, ...cached };
}
