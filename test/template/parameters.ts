import { isObject, type Json, type JsonObject } from './parse.ts';

/** A parameter value that CloudFormation would not take. */
export class ParameterRefused extends Error {
  override readonly name = 'ParameterRefused';
}

export type Given = Readonly<Record<string, string>>;

/** The values of all parameters, given or by default, checked as CloudFormation checks them. */
export function parameterValues(declared: JsonObject, given: Given): ReadonlyMap<string, Json> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(declared, name)) throw new ParameterRefused(`there is no parameter ${name}`);
  }
  return new Map(
    Object.entries(declared).map(([name, declaration]) => {
      if (!isObject(declaration)) throw new ParameterRefused(`${name} is not declared as a map`);
      const text = given[name] ?? declaration.Default;
      if (text === undefined) throw new ParameterRefused(`${name} has no value`);
      return [name, value(name, String(text), declaration)];
    }),
  );
}

function value(name: string, text: string, declaration: JsonObject): Json {
  if (declaration.Type === 'CommaDelimitedList') {
    const members = text.split(',').map((member) => member.trim());
    for (const member of members) checkText(name, member, declaration);
    return members;
  }
  checkText(name, text, declaration);
  if (declaration.Type !== 'Number') return text;
  const number = Number(text);
  const { MinValue: least = number, MaxValue: most = number } = declaration;
  if (Number.isNaN(number) || number < Number(least) || number > Number(most)) {
    throw new ParameterRefused(`${name} may not be ${text}`);
  }
  return number;
}

function checkText(name: string, text: string, { AllowedPattern, AllowedValues }: JsonObject): void {
  // CloudFormation matches the whole value.
  const fits = typeof AllowedPattern !== 'string' || new RegExp(`^(?:${AllowedPattern})$`).test(text);
  const listed = !Array.isArray(AllowedValues) || AllowedValues.some((allowed) => String(allowed) === text);
  if (!fits || !listed) throw new ParameterRefused(`${name} may not be "${text}"`);
}
