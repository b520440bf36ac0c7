import { utf8Length } from '../objects/utf8.ts';
import type { AlertMessage } from './alert-sink.ts';
import type { Digest } from './digest.ts';
import { jsonForm } from './json-form.ts';
import type { Listed } from './listed.ts';

/** 240 KiB: below the 256 KiB that SNS takes, whichever way it counts the rest of the request. */
export const MOST_PUBLISH_BYTES = 245_760;

/** What a Publish carries: subject, body, and the names, types and values of the attributes. */
export function publishBytes({ subject, body, attributes }: AlertMessage): number {
  let bytes = utf8Length(subject) + utf8Length(body);
  for (const [name, value] of Object.entries(attributes)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const type = typeof value === 'string' ? 'String' : 'String.Array';
    bytes += utf8Length(name) + utf8Length(type) + utf8Length(text);
  }
  return bytes;
}

/** Which lists give way, in this order, each from its last item; what is cheapest to do without goes first. */
const SHORTENED = ['samples', 'captures', 'owners', 'principals', 'keys', 'diagnosis'] as const;

/** Renders a digest, with as few list items left out as keep the whole Publish within the limit. The count is never touched. */
export function shortenToFit(digest: Digest, render: (digest: Digest) => AlertMessage): AlertMessage {
  const most = SHORTENED.reduce((sum, name) => sum + digest[name].items.length, 0);
  const start = hopeless(digest);
  const whole = render(without(digest, start));
  if (publishBytes(whole) <= MOST_PUBLISH_BYTES) return whole;
  // Leaving out everything always fits; between the two, halve.
  let [tooFew, enough] = [start, most];
  let message = render(without(digest, most));
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    const candidate = render(without(digest, middle));
    if (publishBytes(candidate) <= MOST_PUBLISH_BYTES) [enough, message] = [middle, candidate];
    else tooFew = middle;
  }
  return message;
}

/** How many samples, from the last, no message could hold: these are never put together, however large they are. */
function hopeless(digest: Digest): number {
  let bytes = 0;
  const { items } = digest.samples;
  const kept = items.findIndex((sample) => {
    bytes += utf8Length(jsonForm(sample));
    return bytes > MOST_PUBLISH_BYTES;
  });
  return kept === -1 ? 0 : items.length - kept;
}

/** The digest without so many items, from the last of the first list that still has some. */
function without(digest: Digest, omitted: number): Digest {
  let left = omitted;
  const shortened: Record<string, Listed<unknown>> = {};
  for (const name of SHORTENED) {
    const { items } = digest[name];
    const taken = Math.min(left, items.length);
    left -= taken;
    if (taken > 0) shortened[name] = { items: items.slice(0, items.length - taken), more: true };
  }
  const samplesOmitted = Math.min(omitted, digest.samples.items.length);
  return { ...digest, ...shortened, ...(samplesOmitted === 0 ? {} : { samplesOmitted }) };
}
