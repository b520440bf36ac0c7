import { afterAll, beforeAll, describe, expect } from 'vitest';
import { compareKeys } from '../../src/objects/byte-order.ts';
import { type BucketName, bucketName } from '../../src/objects/object.ts';
import type {
  ListAnswer,
  ListedObject,
  ListMarker,
  ListRequest,
  ObjectLister,
} from '../../src/reaudit/ports.ts';
import { claims, type Exceptions } from './claim.ts';
import { ODD_KEYS } from './object-heads.ts';

/** What was stored: the versions of a key come newest first. */
export interface Stored {
  readonly key: string;
  readonly versionId?: string;
  readonly deleteMarker?: true;
}

/** A store with two buckets, filled once, and seen through the port. */
export interface ListerWorld {
  readonly lister: (bucket: BucketName) => ObjectLister;
  readonly plain: { readonly bucket: string; readonly stored: readonly Stored[] };
  readonly versioned: { readonly bucket: string; readonly stored: readonly Stored[] };
  readonly empty: string;
  close(): Promise<void>;
}

/** What every world puts into its buckets: keys, and for the versioned one how many versions, `true` for a delete marker on top. */
export const PLAIN_KEYS: readonly string[] = [
  ...ODD_KEYS,
  '\uffee',
  '\u{10000}',
  'p/1',
  'p/2',
  'p/3',
  'p+q/1',
  'p q/1',
];
export const VERSIONED_KEYS: readonly (readonly [key: string, versions: number, deleted?: true])[] = [
  ['a', 3],
  ['b c+d', 1],
  ['deleted', 2, true],
  ['z', 1],
];

/** Writes what every world's versioned bucket holds. Gives it with the version ids that writing answered, as a listing shows it. */
export async function storeVersions(
  put: (key: string) => Promise<string | undefined>,
  remove: (key: string) => Promise<string | undefined>,
): Promise<readonly Stored[]> {
  const stored: Stored[] = [];
  for (const [key, versions, deleted] of VERSIONED_KEYS) {
    const of: Stored[] = [];
    for (let i = 0; i < versions; i++) of.unshift({ key, versionId: (await put(key)) ?? '' });
    if (deleted === true) of.unshift({ key, versionId: (await remove(key)) ?? '', deleteMarker: true });
    stored.push(...of);
  }
  return stored;
}

type Page = Extract<ListAnswer, { kind: 'page' }>;

/** What every lister keeps to, whatever it stands on. */
export function objectListerContract(
  name: string,
  make: () => Promise<ListerWorld>,
  exceptions: Exceptions = {},
): void {
  const { claim, allNamed } = claims(exceptions);

  describe(`${name} as ObjectLister`, () => {
    let world: ListerWorld;
    beforeAll(async () => {
      world = await make();
    });
    afterAll(async () => world.close());

    const page = async (request: Omit<ListRequest, 'bucket'>, bucket: string): Promise<Page> => {
      const named = bucketName(bucket);
      const answer = await world.lister(named).list({ ...request, bucket: named });
      if (answer.kind !== 'page') throw new Error(`expected a page, got ${JSON.stringify(answer)}`);
      return answer;
    };
    const walk = async (request: Omit<ListRequest, 'bucket' | 'after'>, bucket: string) => {
      const objects: ListedObject[] = [];
      let deleteMarkers = 0;
      let after: ListMarker | undefined;
      do {
        const one = await page({ ...request, ...(after === undefined ? {} : { after }) }, bucket);
        objects.push(...one.objects);
        deleteMarkers += one.deleteMarkers;
        after = one.next;
      } while (after !== undefined);
      return { objects, deleteMarkers };
    };
    const keysOf = (objects: readonly ListedObject[]): readonly string[] => objects.map(({ key }) => key);
    const plainKeys = (): readonly string[] => world.plain.stored.map(({ key }) => key);
    const inOrder = (keys: readonly string[]): readonly string[] => [...keys].sort(compareKeys);

    claim('every key comes whole, once, and in the byte order of UTF-8', async () => {
      const { objects, next } = await page({ prefix: '', versions: false }, world.plain.bucket);
      expect(keysOf(objects)).toEqual(inOrder(plainKeys()));
      expect(next).toBeUndefined();
      expect(objects.every(({ isLatest, versionId }) => isLatest && versionId === undefined)).toBe(true);
    });

    for (const maxKeys of [1, 2, 7]) {
      claim(`pages of ${maxKeys} are together all that there is, in either listing`, async () => {
        const { objects } = await walk({ prefix: '', versions: false, maxKeys }, world.plain.bucket);
        expect(keysOf(objects)).toEqual(inOrder(plainKeys()));
        const versions = await walk({ prefix: '', versions: true, maxKeys }, world.versioned.bucket);
        const { stored } = world.versioned;
        const shown = versions.objects.map(({ key, versionId }) => ({ key, versionId }));
        expect(shown).toEqual(
          stored
            .filter(({ deleteMarker }) => !deleteMarker)
            .map(({ key, versionId }) => ({ key, versionId })),
        );
        expect(versions.deleteMarkers).toBe(1);
      });
    }

    claim('a prefix is taken as it is, with its spaces and signs', async () => {
      for (const prefix of ['p/', 'p+q/', 'p q/', 'a b/c+', 'percent%2F', '/', 'none/']) {
        const { objects } = await page({ prefix, versions: false }, world.plain.bucket);
        expect(keysOf(objects)).toEqual(inOrder(plainKeys().filter((key) => key.startsWith(prefix))));
      }
    });

    claim('a listing begins after the key that is named, whether it is there or not', async () => {
      for (const key of ['p/1', 'p/15', 'p', 'ünï/日本/😀', 'a b/c+d']) {
        const { objects } = await page({ prefix: '', versions: false, after: { key } }, world.plain.bucket);
        expect(keysOf(objects)).toEqual(inOrder(plainKeys().filter((other) => compareKeys(other, key) > 0)));
      }
      const { objects } = await page(
        { prefix: '', versions: true, after: { key: 'a' } },
        world.versioned.bucket,
      );
      expect(new Set(keysOf(objects))).toEqual(new Set(['b c+d', 'deleted', 'z']));
    });

    claim(
      'of versions, the one that is asked for without a version id is told, and none below a delete marker',
      async () => {
        const { objects } = await walk({ prefix: '', versions: true }, world.versioned.bucket);
        const latest = objects.filter(({ isLatest }) => isLatest);
        expect(keysOf(latest)).toEqual(['a', 'b c+d', 'z']);
      },
    );

    claim('a key under a delete marker is not among the current ones', async () => {
      const { objects } = await walk({ prefix: '', versions: false }, world.versioned.bucket);
      expect(keysOf(objects)).toEqual(['a', 'b c+d', 'z']);
    });

    claim('an empty bucket is an empty last page', async () => {
      for (const versions of [false, true]) {
        const { objects, deleteMarkers, next } = await page({ prefix: '', versions }, world.empty);
        expect({ objects, deleteMarkers, next }).toEqual({ objects: [], deleteMarkers: 0, next: undefined });
      }
    });

    allNamed();
  });
}
