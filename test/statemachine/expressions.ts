import jsonata from 'jsonata';
import { isObject, type Json } from '../template/parse.ts';

export interface StateContext {
  readonly input: Json;
  readonly result?: Json;
  readonly context: Json;
}

/** What Step Functions calls an error: a name to retry by, and a text. */
export class StateError extends Error {
  constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

/** A template with its `{% %}` worked out, by the engine that Step Functions uses. One that gives nothing is an error, as there. */
export async function evaluate(template: Json, states: StateContext): Promise<Json> {
  if (typeof template === 'string') return expression(template, states);
  if (Array.isArray(template)) return Promise.all(template.map((one: Json) => evaluate(one, states)));
  if (!isObject(template)) return template;
  const entries = Object.entries(template).map(
    async ([name, value]) => [name, await evaluate(value, states)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function expression(text: string, states: StateContext): Promise<Json> {
  const code = /^\{%(.*)%\}$/s.exec(text)?.[1];
  if (code === undefined) return text;
  const value: unknown = await jsonata(code).evaluate(undefined, { states });
  if (value === undefined) throw new StateError('States.QueryEvaluationError', `${code} gives nothing`);
  // JSONata marks its sequences; plain JSON leaves that behind.
  return plain(value);
}

/** What goes over a wire and back. */
export function plain(value: unknown): Json {
  const copy: Json = JSON.parse(JSON.stringify(value));
  return copy;
}
