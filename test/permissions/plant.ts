import type { JsonObject } from '../template/parse.ts';
import { at, template } from '../template/stack.ts';

/** The template with one resource more. */
export function withResource(id: string, resource: JsonObject): JsonObject {
  return { ...template, Resources: { ...Object(template.Resources), [id]: resource } };
}

/** The template with what lies under this path of its resources changed in place. */
export function changedAt(path: readonly (string | number)[], change: (found: object) => void): JsonObject {
  const changed: JsonObject = structuredClone(template);
  const found = at(changed.Resources, ...path);
  if (typeof found !== 'object' || found === null) throw new Error(`no members at ${path.join('.')}`);
  change(found);
  return changed;
}

/** The template with members put into what lies under this path of its resources. */
export const withMembers = (path: readonly (string | number)[], members: JsonObject): JsonObject =>
  changedAt(path, (found) => Object.assign(found, members));
