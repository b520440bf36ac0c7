import { bucketProperty } from './properties.ts';
import type { Column, Setting } from './setting.ts';

/** `s3://bucket/prefix`; the prefix is empty for the whole bucket. */
export interface ImportTarget {
  readonly bucket: string;
  readonly prefix: string;
}

/** What a rule is to be written for: a prefix, or every bucket that has no rule of its own. */
export type ImportScope =
  | { readonly kind: 'target'; readonly target: ImportTarget }
  | { readonly kind: 'all-buckets' };

/** Takes the settings and the targets that were asked for, and gives each place that gets a rule, once. */
export function importScopes(
  settings: readonly Setting[],
  targets: readonly ImportTarget[],
  column: Column,
): readonly ImportScope[] {
  const named = bucketsOf(settings, column).map((bucket) => ({ bucket, prefix: '' }));
  const wanted = new Map([...targets, ...named].map((target) => [addressOf(target), target]));
  const scopes = [...wanted.values()].map((target): ImportScope => ({ kind: 'target', target }));
  return targets.length === 0 ? [{ kind: 'all-buckets' }, ...scopes] : scopes;
}

/** The buckets that have encryption settings of their own which the column's connector may read. */
function bucketsOf(settings: readonly Setting[], column: Column): readonly string[] {
  const named = settings.flatMap(({ name }) => {
    const own = bucketProperty(name);
    return own === undefined || (column === 's3-emrfs' && !name.startsWith('fs.s3.')) ? [] : [own.bucket];
  });
  return [...new Set(named)];
}

/** A prefix in which braces stand for themselves; `s3://*` for every bucket. */
export function addressOf({ bucket, prefix }: ImportTarget): string {
  return `s3://${bucket}/${prefix.replaceAll('{', '{{').replaceAll('}', '}}')}`;
}

/** Why no `match` of a policy can name a target; `undefined` where one can. */
export function addressFault({ bucket, prefix }: ImportTarget): string | undefined {
  if (!/^[a-z0-9.-]{3,63}$/.test(bucket)) return 'its bucket has a name that S3 does not allow';
  if (/[*?]/.test(prefix)) return 'its prefix holds "*" or "?", which no match of a policy may hold';
  if (/\p{Cs}/u.test(prefix))
    return 'its prefix holds half of a surrogate pair, which no object key can hold';
  return undefined;
}

const LONGEST_ID = 64;
/** Room for `-2` and further, up to five digits. */
const LONGEST_STEM = LONGEST_ID - 6;

/** Gives each address an id that a policy accepts, made of its letters and digits, and none twice. */
export class RuleIds {
  readonly #taken = new Set<string>();

  idFor(text: string): string {
    const stem = text
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .slice(0, LONGEST_STEM)
      .replaceAll(/^-+|-+$/g, '');
    const first = stem === '' ? 'imported' : stem;
    let id = first;
    for (let number = 2; this.#taken.has(id); number++) id = `${first}-${number}`;
    this.#taken.add(id);
    return id;
  }
}
