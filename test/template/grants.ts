import type { Evaluated } from './evaluate.ts';
import { isObject, type Json, type JsonObject } from './parse.ts';
import { at, list, properties, statements, template } from './stack.ts';

/** Every allowed action of a role on every resource, one line each, with the condition where there is one. */
export function grantsOf(stack: Evaluated, role: string): readonly string[] {
  return list(at(properties(stack, role), 'Policies'))
    .flatMap((policy) => statements(at(policy, 'PolicyDocument')))
    .flatMap(({ Effect, Action, NotAction, Resource, NotResource, Condition }) => {
      const unusual = NotAction ?? NotResource;
      if (Effect !== 'Allow' || unusual !== undefined)
        return [`not a plain grant: ${JSON.stringify({ Effect, unusual })}`];
      const condition = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
      return list(Action).flatMap((action) =>
        list(Resource).map((resource) => `${String(action)} on ${String(resource)}${condition}`),
      );
    })
    .toSorted();
}

/** Where the statements that allow something stand below a value of the template, branches of `Fn::If` included. */
export function allowedIn(value: Json | undefined, path: readonly string[]): readonly (readonly string[])[] {
  const [next, ...rest] = path;
  if (next !== undefined)
    return allowedIn(isObject(value) ? value[next] : undefined, rest).map((found) => [next, ...found]);
  if (typeof value !== 'object' || value === null) return [];
  if (isObject(value) && value.Effect === 'Allow') return [[]];
  return Object.entries(value).flatMap(([name, member]) =>
    allowedIn(member, []).map((found) => [name, ...found]),
  );
}

/** The template with one action more in the statement at that place. */
export function withOneActionMore(path: readonly string[], action = 's3:PutObject'): JsonObject {
  const changed: JsonObject = structuredClone(template);
  const statement = at(changed.Resources, ...path);
  Object.assign(statement as object, { Action: [...list(at(statement, 'Action')), action] });
  return changed;
}
