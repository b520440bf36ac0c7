import { readdirSync, readFileSync } from 'node:fs';
import type { Envelope } from '../../src/intake/envelope.ts';
import type { WrittenObject } from '../../src/objects/object.ts';

const EVENTS = new URL('../../events/', import.meta.url);

/** The names of all samples, without `.json`. */
export const sampleNames = (): string[] =>
  readdirSync(EVENTS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();

export const readmeText = (): string => readFileSync(new URL('README.md', EVENTS), 'utf8');

/** The sample `events/<name>.json`, parsed anew for each caller. */
export const sample = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${name}.json`, EVENTS), 'utf8'));

const ABSENT = Symbol('absent');
export const absent: unknown = ABSENT;

/** A copy with one thing changed, so that the change is the subject of the test. Path parts are names or indexes, joined by dots. */
export function changed(document: unknown, path: string, value: unknown): unknown {
  const [head = '', ...rest] = path.split('.');
  const next = rest.length === 0 ? value : changed(at(document, head), rest.join('.'), value);
  if (Array.isArray(document)) return document.map((old, index) => (String(index) === head ? next : old));
  const others = Object.entries(document ?? {}).filter(([name]) => name !== head);
  return Object.fromEntries(next === ABSENT ? others : [...others, [head, next]]);
}

function at(document: unknown, name: string): unknown {
  const found = Object.entries(document ?? {}).find(([own]) => own === name);
  if (found === undefined) throw new Error(`the sample has no ${name}`);
  return found[1];
}

/** The one object that the envelope holds; fails the test with the reason otherwise. */
export function onlyObject(envelope: Envelope): WrittenObject {
  if (envelope.kind !== 'objects') throw new Error(`${envelope.kind}: ${envelope.why}`);
  if (envelope.objects.length !== 1) throw new Error(`${envelope.objects.length} objects`);
  return envelope.objects[0];
}
