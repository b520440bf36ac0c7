import type { Json } from '../encryption/observation.ts';
import { assertNever } from '../objects/assert-never.ts';
import type { Captures, JsonTemplate, Template } from './types.ts';

/**
 * The template's text with the captured values in it: `alias/tenant-{tenant}` and `b` make `alias/tenant-b`.
 * Throws RangeError for a capture without a value, which the policy parser has ruled out.
 */
export function renderTemplate(template: Template, captures: Captures): string {
  return template
    .map((part) => {
      if (part.kind === 'literal') {
        return part.text;
      }
      const value = Object.hasOwn(captures, part.name) ? captures[part.name] : undefined;
      if (value === undefined) {
        throw new RangeError(`the capture {${part.name}} has no value`);
      }
      return value;
    })
    .join('');
}

/** The template's text where it holds no capture, else `undefined`. */
export function literalText(template: Template): string | undefined {
  return template.every((part) => part.kind === 'literal') ? renderTemplate(template, {}) : undefined;
}

/**
 * The captured values that would make the template this text, or `undefined`: `alias/tenant-{tenant}` and
 * `alias/tenant-b` give `b`. A value is one or more of `[A-Za-z0-9_-]`, the leftmost as short as can be, and
 * a name that stands twice has one value.
 */
export function matchTemplate(template: Template, text: string): Captures | undefined {
  const captured = matchFrom({ template, text, failed: new Set() }, { part: 0, at: 0, values: [] });
  return captured === undefined ? undefined : Object.fromEntries(captured);
}

/** The JSON value with the captured values in its strings; its names are as the policy writes them. */
export function renderJson(template: JsonTemplate, captures: Captures): Json {
  switch (template.kind) {
    case 'text':
      return renderTemplate(template.template, captures);
    case 'scalar':
      return template.value;
    case 'array':
      return template.items.map((item) => renderJson(item, captures));
    case 'object':
      return new Map([...template.entries].map(([name, entry]) => [name, renderJson(entry, captures)]));
    default:
      return assertNever(template);
  }
}

interface Search {
  readonly template: Template;
  readonly text: string;
  /** Places that lead nowhere, so that many captures in a row are not tried over and over. */
  readonly failed: Set<string>;
}

type Values = readonly (readonly [name: string, value: string])[];

interface Place {
  readonly part: number;
  readonly at: number;
  readonly values: Values;
}

function matchFrom(search: Search, { part, at, values }: Place): Values | undefined {
  const { template, text, failed } = search;
  const here = template[part];
  if (here === undefined) {
    return at === text.length ? values : undefined;
  }
  const fixed = here.kind === 'literal' ? here.text : values.find(([name]) => name === here.name)?.[1];
  if (fixed !== undefined) {
    return text.startsWith(fixed, at)
      ? matchFrom(search, { part: part + 1, at: at + fixed.length, values })
      : undefined;
  }
  const place = JSON.stringify([part, at, ...values.filter(([name]) => standsAfter(template, part, name))]);
  if (here.kind === 'literal' || failed.has(place)) {
    return undefined;
  }
  for (let end = at + 1; CAPTURABLE.test(text.charAt(end - 1)); end++) {
    const value = [here.name, text.slice(at, end)] as const;
    const found = matchFrom(search, { part: part + 1, at: end, values: [...values, value] });
    if (found !== undefined) {
      return found;
    }
  }
  failed.add(place);
  return undefined;
}

const CAPTURABLE = /^[A-Za-z0-9_-]$/;

/** True where the value found for this name still matters to what follows. */
const standsAfter = (template: Template, part: number, name: string): boolean =>
  template.slice(part).some((later) => later.kind === 'capture' && later.name === name);
