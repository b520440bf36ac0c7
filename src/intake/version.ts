import type { Located } from './located.ts';

/** The major part of `2.6`; `undefined` for anything that is not a version. Minor versions only add fields, and unknown fields are ignored. */
export function majorVersion({ value }: Located): string | undefined {
  return typeof value === 'string' ? /^(\d+)(?:\.\d+)*$/.exec(value)?.[1] : undefined;
}
