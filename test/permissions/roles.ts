import { type Evaluated, evaluate } from '../template/evaluate.ts';
import type { Given } from '../template/parameters.ts';
import { isObject, type Json, type JsonObject } from '../template/parse.ts';
import { at, idsOfType, list, properties, statements, template } from '../template/stack.ts';
import { refuseUnknownGrants, refuseUnknownSections } from './known-resources.ts';
import { INVENTORY, KEYS, REPORTS } from './names.ts';

/** The parameters that have no default, as every deployment here gives them. */
export const REQUIRED: Given = { AuditedBuckets: 'acme-lake', Policy: 's3://acme-config/policy.yaml' };

/** Every parameter that a role depends on, with a value that puts it on; without `Policy` that lies in S3. */
export const ALL_PARAMETERS = {
  Policy: 'ssm:auditor-policy',
  PolicyKmsKeyArn: KEYS.policy,
  TopicKmsKeyArn: KEYS.topics,
  InstructionFiles: 'on',
  Proof: 'on',
  ProofKeyArns: `${KEYS.proof},${KEYS.lake}`,
  DirectEvents: 'on',
  BatchOperations: 'on',
  ReportBucket: REPORTS,
  InventoryBucket: INVENTORY,
} as const satisfies Given;

/** What a template comes to. Throws where one of its sections may grant what its resources do not show. */
export function stackOf(given: Given = {}, from: JsonObject = template, partition = 'aws'): Evaluated {
  refuseUnknownSections(from);
  return evaluate(from, { ...REQUIRED, ...given }, partition);
}

/** One action on one resource that one statement of a role allows. */
export interface Grant {
  readonly role: string;
  readonly sid: string;
  readonly action: string;
  readonly resource: string;
  readonly condition?: Json;
}

export const grantText = ({ role, sid, action, resource, condition }: Grant): string => {
  const where = condition === undefined ? '' : ` if ${JSON.stringify(condition)}`;
  return `${role} ${sid}: ${action} on ${resource}${where}`;
};

export const rolesOf = (stack: Evaluated): readonly string[] => idsOfType(stack, 'AWS::IAM::Role');

/**
 * Every grant of a stack's roles, in the order of the template. Throws where a role, or anything beside the roles, grants in
 * another way than by plain statements of an inline policy, or is of a type of which that is not known: a comparison would
 * not see it. What others are granted is compared apart, see `resource-policies.ts`.
 */
export function grantsOf(stack: Evaluated): readonly Grant[] {
  refuseUnknownGrants(stack);
  return rolesOf(stack).flatMap((role) =>
    list(properties(stack, role).Policies).flatMap((policy) => grantsIn(role, at(policy, 'PolicyDocument'))),
  );
}

const STATEMENT_MEMBERS = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

const grantsIn = (role: string, document: Json): readonly Grant[] =>
  statements(document).flatMap((statement) => {
    const stranger = Object.keys(statement).find((name) => !STATEMENT_MEMBERS.includes(name));
    const { Sid: sid = '-', Effect, Action, Resource, Condition: condition } = statement;
    if (stranger !== undefined || Effect !== 'Allow')
      throw new Error(`${role} ${String(sid)} is no plain grant: ${stranger ?? String(Effect)}`);
    return list(Action).flatMap((action) =>
      list(Resource).map((resource) => ({
        ...{ role, sid: String(sid), action: String(action), resource: String(resource) },
        ...(condition === undefined ? {} : { condition }),
      })),
    );
  });

/** The policies of a role from its grants, one statement each. */
export function policyOf(grants: readonly Grant[]): JsonObject {
  return {
    Version: '2012-10-17',
    Statement: grants.map(({ action, resource, condition }) => ({
      ...{ Effect: 'Allow', Action: action, Resource: resource },
      ...(condition === undefined ? {} : { Condition: condition }),
    })),
  };
}

/** The role that a function runs under, and its environment, as the template has them. */
export function functionOf(stack: Evaluated, id: string) {
  const { Role, Environment, LoggingConfig } = properties(stack, id);
  const variables = isObject(Environment) && isObject(Environment.Variables) ? Environment.Variables : {};
  return {
    role: String(Role).split('/').at(-1) ?? '',
    logGroup: String(at(LoggingConfig, 'LogGroup')),
    environment: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
  };
}
