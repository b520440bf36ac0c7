import type { Chance } from './chance.ts';
import { KEYS, LAKE, TENANTS, VERSIONS } from './policies.ts';

/** What a HEAD shows of an object, apart from when and as what it was written. */
export interface Shown {
  readonly sse?: string;
  readonly kmsKeyId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Only of instruction files, whose body is read. */
  readonly body?: string;
  /** S3 refuses the HEAD. */
  readonly denied?: true;
}

export interface State extends Shown {
  readonly etag: string;
  readonly lastModifiedMs: number;
}

/** One write of an object, and the alerts that it deserves. */
export interface Writing {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  readonly state: Shown;
  /** Whether an alert of what this write left is right, under the policy of that number. Absent: never. */
  readonly alerts?: (policy: number) => boolean;
  readonly afterMs?: number;
  /** ETag and Last-Modified are those of the first write: UpdateObjectEncryption and what it re-keys. */
  readonly keepsEtag?: true;
  readonly reKey?: true;
  readonly removedAfterMs?: number;
  /** This object of several need not be alerted. */
  readonly mustItself?: false;
}

interface Made {
  readonly writings: readonly Writing[];
  readonly must: boolean;
}

interface Given {
  readonly number: number;
  readonly chance: Chance;
  readonly managedKey: string;
}

interface Kind {
  readonly weight: number;
  make(given: Given): Made;
}

const always = (): boolean => true;
const kms = (kmsKeyId: string): Shown => ({ sse: 'aws:kms', kmsKeyId });
const SSE_S3: Shown = { sse: 'AES256' };
const name = (prefix: string, number: number): string => `${prefix}/o${String(number).padStart(7, '0')}o`;

const quiet = (weight: number, prefix: string, state: Shown | ((given: Given) => Shown)): Kind => ({
  weight,
  make: (given) => ({
    must: false,
    writings: [
      {
        ...{ bucket: LAKE, key: name(prefix, given.number) },
        state: typeof state === 'function' ? state(given) : state,
      },
    ],
  }),
});

const wrong = (weight: number, prefix: string, state: Shown): Kind => ({
  weight,
  make: ({ number }) => ({
    must: true,
    writings: [{ bucket: LAKE, key: name(prefix, number), state, alerts: always }],
  }),
});

const tenant = (weight: number, right: boolean): Kind => ({
  weight,
  make: ({ number, chance }) => {
    const own = chance.between(0, TENANTS - 1);
    const used = right ? own : (own + 1) % TENANTS;
    const key = name(`tenants/${own}`, number);
    const alerts = right ? {} : { alerts: always };
    return { must: !right, writings: [{ bucket: LAKE, key, state: kms(KEYS.tenant(used)), ...alerts }] };
  },
});

const ENVELOPE = {
  'x-amz-key-v2': Buffer.alloc(48, 1).toString('base64'),
  'x-amz-iv': Buffer.alloc(16, 2).toString('base64'),
  'x-amz-matdesc': JSON.stringify({ kms_cmk_id: KEYS.plain }),
  'x-amz-wrap-alg': 'kms',
  'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
};
/** An object whose envelope stands in a file beside it. */
const APART: Shown = { ...SSE_S3, metadata: { 'x-amz-unencrypted-content-length': '4' } };

/** Written twice at the same key: only what stands there in the end has to be alerted. */
const rewritten = (weight: number, last: 'right' | 'wrong'): Kind => ({
  weight,
  make: ({ number, chance }) => {
    const place = { bucket: LAKE, key: name('arn', number) };
    const right: Writing = { ...place, state: kms(KEYS.plain) };
    const bad: Writing = { ...place, state: kms(KEYS.other), alerts: always };
    const [first, second] = last === 'right' ? [bad, right] : [right, bad];
    return { must: last === 'wrong', writings: [first, { ...second, afterMs: chance.between(1, 60_000) }] };
  },
});

/** Judged by the policy that is in force: `third` is wrong under each of them. */
const moving = (weight: number, key: 'plain' | 'other' | 'third'): Kind => ({
  weight,
  make: ({ number }) => ({
    must: key === 'third',
    writings: [
      {
        ...{ bucket: LAKE, key: name('moving', number), state: kms(KEYS[key]) },
        alerts: (policy) => key === 'third' || (policy % 2 === 0) !== (key === 'plain'),
      },
    ],
  }),
});

/** Every kind of object, with its share. */
export const KINDS = {
  right: quiet(20, 'arn', kms(KEYS.plain)),
  aliasRight: quiet(15, 'alias', kms(KEYS.plain)),
  tenantRight: tenant(20, true),
  aesRight: quiet(10, 'aes', SSE_S3),
  managedRight: quiet(5, 'managed', ({ managedKey }) => kms(managedKey)),
  sealedRight: quiet(4, 'sealed', { ...SSE_S3, metadata: ENVELOPE }),
  exempt: quiet(3, 'arn/_temporary', kms(KEYS.other)),
  gone: {
    weight: 3,
    make: ({ number }) => {
      const place = { bucket: LAKE, key: name('arn', number) };
      // Whoever is quick enough may see it before it goes.
      return { must: false, writings: [{ ...place, state: kms(KEYS.plain), removedAfterMs: 1 }] };
    },
  },
  wrongKey: wrong(2, 'arn', kms(KEYS.other)),
  aliasWrong: wrong(2, 'alias', kms(KEYS.other)),
  tenantWrong: tenant(3, false),
  managedWrong: wrong(0.5, 'managed', kms(KEYS.plain)),
  aesWrong: wrong(1, 'aes', kms(KEYS.plain)),
  notEncrypted: wrong(1, 'arn', {}),
  disabledKey: wrong(1, 'any', kms(KEYS.disabled)),
  notSealed: wrong(0.5, 'sealed', SSE_S3),
  refused: wrong(0.5, 'arn/refused', { denied: true }),
  uncovered: wrong(1, 'nowhere', kms(KEYS.plain)),
  mended: rewritten(1, 'right'),
  spoiled: rewritten(1, 'wrong'),
  movingPlain: moving(1, 'plain'),
  movingOther: moving(1, 'other'),
  movingThird: moving(1, 'third'),
  reKeyed: {
    weight: 1,
    make: ({ number, chance }) => {
      const place = { bucket: LAKE, key: name('arn', number), keepsEtag: true } as const;
      const later = { afterMs: chance.between(1, 120_000), reKey: true } as const;
      const wrongly = { ...place, ...later, state: kms(KEYS.other), alerts: always };
      return { must: true, writings: [{ ...place, state: kms(KEYS.plain) }, wrongly] };
    },
  },
  versions: {
    weight: 2,
    make: ({ number, chance }) => {
      const place = { bucket: VERSIONS, key: name('v', number) };
      const bad: Writing = { ...place, versionId: 'one', state: kms(KEYS.other), alerts: always };
      const good: Writing = { ...place, versionId: 'two', state: kms(KEYS.plain), mustItself: false };
      return { must: true, writings: [bad, { ...good, afterMs: chance.between(1, 30_000) }] };
    },
  },
  /** The instruction file comes within the two minutes for which it is waited. */
  fileFollows: {
    weight: 1,
    make: ({ number, chance }) => {
      const object: Writing = { bucket: LAKE, key: name('sealed', number), state: APART };
      const state = { ...SSE_S3, body: JSON.stringify(ENVELOPE) };
      const file: Writing = {
        bucket: LAKE,
        key: `${object.key}.instruction`,
        state,
        afterMs: chance.between(1_000, 90_000),
      };
      return { must: false, writings: [object, file] };
    },
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
