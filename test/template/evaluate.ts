import { type Given, parameterValues } from './parameters.ts';
import { isObject, type Json, type JsonObject } from './parse.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const STACK = 'auditor';

/** What a template comes to for given parameters: conditions decided, functions worked out, what is off left out. */
export interface Evaluated {
  readonly resources: Readonly<Record<string, JsonObject>>;
  readonly outputs: JsonObject;
  /** Which resources each resource names, by Ref, GetAtt, Sub or DependsOn. */
  readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>;
  /** Descriptions of the assertions under `Rules` that do not hold. */
  readonly failedAssertions: readonly string[];
}

/** Before and after the SAM translator. */
const STATE_MACHINES: readonly string[] = [
  'AWS::Serverless::StateMachine',
  'AWS::StepFunctions::StateMachine',
];

/** `AWS::NoValue`: whatever holds it is left out. */
const NO_VALUE = Symbol('AWS::NoValue');
type Result = Json | typeof NO_VALUE;

export function evaluate(template: JsonObject, given: Given, partition = 'aws'): Evaluated {
  return new Evaluation(template, given, partition).run();
}

const section = (template: JsonObject, name: string): JsonObject => {
  const found = template[name];
  return isObject(found) ? found : {};
};

class Evaluation {
  readonly #template: JsonObject;
  readonly #resources: JsonObject;
  readonly #values: ReadonlyMap<string, Json>;
  readonly #partition: string;
  #named = new Set<string>();

  constructor(template: JsonObject, given: Given, partition: string) {
    this.#template = template;
    this.#resources = section(template, 'Resources');
    this.#values = parameterValues(section(template, 'Parameters'), given);
    this.#partition = partition;
  }

  run(): Evaluated {
    const resources: Record<string, JsonObject> = {};
    const dependencies = new Map<string, ReadonlySet<string>>();
    for (const [id, resource] of Object.entries(this.#resources)) {
      if (!isObject(resource) || !this.#exists(id)) continue;
      this.#named = new Set();
      const { Condition: _, DependsOn = [], ...rest } = resource;
      const resolved = this.#object(rest);
      for (const other of [DependsOn].flat()) this.#attribute([String(other), 'Arn']);
      resources[id] = resolved;
      dependencies.set(id, this.#named);
    }
    this.#named = new Set();
    return { resources, dependencies, outputs: this.#outputs(), failedAssertions: this.#failedAssertions() };
  }

  #outputs(): JsonObject {
    const kept = Object.entries(section(this.#template, 'Outputs')).flatMap(([name, output]) => {
      if (!isObject(output)) return [];
      const { Condition: condition, ...rest } = output;
      const wanted = condition === undefined || this.#condition(String(condition));
      return wanted ? [[name, this.#object(rest)] as const] : [];
    });
    return Object.fromEntries(kept);
  }

  #failedAssertions(): readonly string[] {
    return Object.values(section(this.#template, 'Rules')).flatMap((rule) => {
      if (!isObject(rule) || !Array.isArray(rule.Assertions)) return [];
      if (rule.RuleCondition !== undefined && this.#resolve(rule.RuleCondition) !== true) return [];
      return rule.Assertions.flatMap((assertion: Json) =>
        isObject(assertion) && this.#resolve(assertion.Assert ?? null) !== true
          ? [String(assertion.AssertDescription)]
          : [],
      );
    });
  }

  #exists(id: string): boolean {
    const resource = this.#resources[id];
    if (!isObject(resource)) return false;
    return resource.Condition === undefined || this.#condition(String(resource.Condition));
  }

  #condition(name: string): boolean {
    const declared = section(this.#template, 'Conditions')[name];
    if (declared === undefined) throw new Error(`there is no condition ${name}`);
    return this.#resolve(declared) === true;
  }

  #object(value: JsonObject): JsonObject {
    const entries = Object.entries(value).flatMap(([name, member]) => {
      const resolved = this.#resolve(member);
      return resolved === NO_VALUE ? [] : [[name, resolved] as const];
    });
    return Object.fromEntries(entries);
  }

  #list(values: readonly Json[]): readonly Json[] {
    return values.map((value) => this.#resolve(value)).filter((value) => value !== NO_VALUE);
  }

  #resolve(value: Json): Result {
    if (Array.isArray(value)) return this.#list(value);
    if (!isObject(value)) return value;
    const [name, ...others] = Object.keys(value);
    // `Condition` is a function only where it stands alone with a name; in a policy statement it holds a map.
    const isFunction =
      name === 'Ref' || name?.startsWith('Fn::') || (name === 'Condition' && typeof value[name] === 'string');
    if (name === undefined || others.length > 0 || !isFunction) return this.#object(value);
    return this.#call(name, value[name] ?? null);
  }

  #call(name: string, argument: Json): Result {
    if (name === 'Ref') return this.#ref(String(argument));
    if (name === 'Condition') return this.#condition(String(argument));
    if (name === 'Fn::GetAtt') return this.#attribute(strings(argument));
    if (name === 'Fn::Sub') return this.#substitute(argument);
    if (!Array.isArray(argument)) throw new Error(`${name} needs a list`);
    if (name === 'Fn::If') {
      const [condition, yes, no] = argument;
      return this.#resolve((this.#condition(String(condition)) ? yes : no) ?? null);
    }
    const items = this.#list(argument);
    const [first, second] = items;
    if (name === 'Fn::Equals') return String(first) === String(second);
    if (name === 'Fn::Not') return first !== true;
    if (name === 'Fn::And') return items.every((item) => item === true);
    if (name === 'Fn::Or') return items.includes(true);
    if (name === 'Fn::Join') return this.#delimiter(argument) && strings(second ?? []).join(String(first));
    if (name === 'Fn::Split') return this.#delimiter(argument) && String(second).split(String(first));
    if (name === 'Fn::Select') return select(Number(first), second ?? []);
    if (name === 'Fn::Contains') return strings(first ?? []).includes(String(second));
    throw new Error(`${name} is not known here`);
  }

  // CloudFormation takes no function there.
  #delimiter([delimiter]: readonly Json[]): true {
    if (typeof delimiter !== 'string') throw new Error('a delimiter must be a plain string');
    return true;
  }

  #substitute(argument: Json): string {
    const [text, variables = {}] = Array.isArray(argument) ? argument : [argument];
    const own = isObject(variables) ? this.#object(variables) : {};
    return String(text).replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(own, name)) return String(own[name]);
      return String(name.includes('.') ? this.#attribute(name.split('.')) : this.#ref(name));
    });
  }

  #ref(name: string): Result {
    const pseudo: Readonly<Record<string, string>> = {
      'AWS::AccountId': ACCOUNT,
      'AWS::Region': REGION,
      'AWS::Partition': this.#partition,
      'AWS::StackName': STACK,
    };
    if (name === 'AWS::NoValue') return NO_VALUE;
    const value = pseudo[name] ?? this.#values.get(name);
    if (value !== undefined) return value;
    const type = this.#type(name);
    if (type === 'AWS::SNS::Topic') return `arn:${this.#partition}:sns:${REGION}:${ACCOUNT}:${name}`;
    if (type === 'AWS::SQS::Queue') return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
    if (STATE_MACHINES.includes(type))
      return `arn:${this.#partition}:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;
    return name;
  }

  #attribute([id = '', ...path]: readonly string[]): string {
    const attribute = path.join('.');
    const type = this.#type(id);
    const place = `${REGION}:${ACCOUNT}`;
    const arns: Readonly<Record<string, string>> = {
      'AWS::SQS::Queue': `sqs:${place}:${id}`,
      'AWS::IAM::Role': `iam::${ACCOUNT}:role/${id}`,
      'AWS::Events::Rule': `events:${place}:rule/${id}`,
      'AWS::Logs::LogGroup': `logs:${place}:log-group:${id}:*`,
      'AWS::Serverless::Function': `lambda:${place}:function:${id}`,
      'AWS::Lambda::Function': `lambda:${place}:function:${id}`,
    };
    if (attribute === 'Arn') return `arn:${this.#partition}:${arns[type] ?? `unknown:${place}:${id}`}`;
    if (attribute === 'QueueName' && type === 'AWS::SQS::Queue') return id;
    throw new Error(`${id} has no attribute ${attribute}`);
  }

  /** The type of a resource that must be there, remembered as named. */
  #type(id: string): string {
    const resource = this.#resources[id];
    if (!isObject(resource)) throw new Error(`${id} is neither a parameter nor a resource`);
    if (!this.#exists(id)) throw new Error(`${id} is named while its condition is off`);
    this.#named.add(id);
    return String(resource.Type);
  }
}

const strings = (value: Json): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [String(value)];

function select(index: number, list: Json): Json {
  const chosen = Array.isArray(list) ? list[index] : undefined;
  if (chosen === undefined) throw new Error(`nothing to select at ${index}`);
  return chosen;
}
