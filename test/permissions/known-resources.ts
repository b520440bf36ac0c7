import type { Evaluated } from '../template/evaluate.ts';
import type { JsonObject } from '../template/parse.ts';
import { idsOfType, properties } from '../template/stack.ts';
import { ACCOUNT } from './names.ts';

/** The types of which no property grants anything. */
const GRANT_NOTHING: readonly string[] = [
  'AWS::CloudWatch::Alarm',
  'AWS::Events::Rule',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
];

/** The types that grant, or whose properties can, with the properties that are compared elsewhere or grant nothing. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  'AWS::IAM::Role': ['AssumeRolePolicyDocument', 'Description', 'Policies'],
  'AWS::Lambda::Permission': ['Action', 'FunctionName', 'Principal', 'SourceAccount', 'SourceArn'],
  'AWS::Logs::LogGroup': ['LogGroupName', 'RetentionInDays'],
  'AWS::SNS::TopicPolicy': ['PolicyDocument', 'Topics'],
  'AWS::SQS::QueuePolicy': ['PolicyDocument', 'Queues'],
  // SAM makes policies and permissions out of Policies, Events, FunctionUrlConfig, Connectors and others.
  'AWS::Serverless::Function': [
    'Architectures',
    'CodeUri',
    'Environment',
    'Handler',
    'LoggingConfig',
    'MemorySize',
    'Role',
    'Runtime',
    'Timeout',
  ],
  'AWS::Serverless::StateMachine': ['DefinitionSubstitutions', 'DefinitionUri', 'Name', 'Role', 'Type'],
};

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
  'Transform',
];

/** Throws where a section of a template could put grants into resources that do not show them. */
export function refuseUnknownSections(template: JsonObject): void {
  const stranger = Object.keys(template).find((name) => !SECTIONS.includes(name));
  if (stranger !== undefined) throw new Error(`it is not known what the section ${stranger} grants`);
  if (template.Transform !== 'AWS::Serverless-2016-10-31')
    throw new Error(`it is not known what the transform ${JSON.stringify(template.Transform)} grants`);
}

/** Throws where a resource of the stack grants, or may grant, in a way that no comparison would see; names it. */
export function refuseUnknownGrants(stack: Evaluated): void {
  const roles = idsOfType(stack, 'AWS::IAM::Role');
  for (const [id, resource] of Object.entries(stack.resources)) {
    const type = String(resource.Type);
    const attribute = Object.keys(resource).find((name) => name !== 'Type' && name !== 'Properties');
    if (attribute !== undefined) throw new Error(`${id} (${type}): it is not known what ${attribute} grants`);
    if (GRANT_NOTHING.includes(type)) continue;
    const known = MEMBERS[type];
    if (known === undefined) throw new Error(`${id}: it is not known what a resource of type ${type} grants`);
    const found = properties(stack, id);
    const stranger = Object.keys(found).find((name) => !known.includes(name));
    if (stranger !== undefined) throw new Error(`${id} (${type}) grants by ${stranger}`);
    // SAM would make one, with policies of its own.
    if (known.includes('Role') && !isOneOf(roles, String(found.Role)))
      throw new Error(`${id} (${type}) has no role of the template`);
  }
}

const isOneOf = (roles: readonly string[], arn: string): boolean =>
  roles.some((role) => new RegExp(`^arn:aws[a-z-]*:iam::${ACCOUNT}:role/${role}$`).test(arn));
