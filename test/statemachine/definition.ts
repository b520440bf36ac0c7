import { readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject } from '../template/parse.ts';
import { at, deploy, properties } from '../template/stack.ts';

export const DEFINITION_URL = new URL('../../statemachine/reaudit.asl.json', import.meta.url);

export const REPORT_BUCKET = 'acme-reports';

/** What the template puts in for `${Name}`; evaluated of the template itself, so that both speak of the same names. */
export function substitutions(given = {}, partition = 'aws'): Readonly<Record<string, string>> {
  const stack = deploy({ ReportBucket: REPORT_BUCKET, ...given }, partition);
  const machine = properties(stack, 'ReauditStateMachine');
  const found = at(machine, 'DefinitionSubstitutions');
  if (!isObject(found)) throw new Error('the state machine has no substitutions');
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, String(value)]));
}

/** The definition as SAM deploys it. A name that nobody puts in is an error. */
export function definition(given = {}, partition = 'aws'): JsonObject {
  const values = substitutions(given, partition);
  const text = readFileSync(DEFINITION_URL, 'utf8').replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nobody puts in a value for ${name}`);
    return value;
  });
  const parsed: Json = JSON.parse(text);
  if (!isObject(parsed)) throw new Error('the definition is no object');
  return parsed;
}

export const states = (machine: JsonObject): JsonObject => {
  const found = at(machine, 'States');
  if (!isObject(found)) throw new Error('there are no states');
  return found;
};

export const state = (machine: JsonObject, name: string): JsonObject => {
  const found = states(machine)[name];
  if (!isObject(found)) throw new Error(`there is no state ${name}`);
  return found;
};
