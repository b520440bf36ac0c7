import { describe, expect, it } from 'vitest';
import type { Given } from '../template/parameters.ts';
import { isObject, type JsonObject } from '../template/parse.ts';
import { at, list, template } from '../template/stack.ts';
import { differences } from './compare.ts';
import { changedAt, withMembers, withResource } from './plant.ts';
import { ALL_PARAMETERS, stackOf } from './roles.ts';

/** Everything on, so that every resource of the template is there. */
const ON: Given = {
  ...ALL_PARAMETERS,
  EventBridgeForExistingBuckets: 'on',
  EncryptionUpdateEvents: 'on',
  AlertEmail: 'ops@example.com',
  AlertQueueArn: 'arn:aws:sqs:eu-west-1:444455556666:alerts',
  AlertHttpsEndpoint: 'https://example.com/',
};
const differing = (from: JsonObject): readonly string[] => differences(stackOf(ON, from), ON);

const idsOf = (...types: readonly string[]): readonly string[] =>
  Object.entries(Object(template.Resources)).flatMap(([id, resource]) =>
    types.includes(String(Reflect.get(Object(resource), 'Type'))) ? [id] : [],
  );
const FUNCTIONS = idsOf('AWS::Serverless::Function');
const MACHINES = idsOf('AWS::Serverless::StateMachine');
const ROLES = idsOf('AWS::IAM::Role');
const POLICIES = idsOf('AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy');
const ANYBODY = { Sid: 'Planted', Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };

describe('a grant that is planted outside of the statements of the roles', () => {
  it('is planted into a template that has none, in each resource that can hold one', () => {
    expect(Object.keys(stackOf(ON).resources)).toEqual(Object.keys(Object(template.Resources)));
    expect(differing(template)).toEqual([]);
    expect([FUNCTIONS, MACHINES, ROLES, POLICIES].map(({ length }) => length)).toEqual([5, 1, 3, 5]);
  });

  it.each([
    'AWS::S3::BucketPolicy',
    'AWS::KMS::Key',
    'AWS::IAM::Policy',
    'AWS::IAM::RolePolicy',
    'AWS::IAM::ManagedPolicy',
    'AWS::IAM::UserToGroupAddition',
    'AWS::SQS::QueueInlinePolicy',
    'AWS::SNS::TopicInlinePolicy',
    'AWS::Lambda::Url',
    'AWS::Lambda::Function',
    'AWS::Logs::ResourcePolicy',
    'AWS::Events::EventBusPolicy',
    'AWS::Serverless::Connector',
    'AWS::CloudFormation::Stack',
    'Custom::Grant',
  ])('as a resource of type %s is named', (Type) => {
    const Properties = { PolicyDocument: { Statement: [ANYBODY] } };
    expect(() => differing(withResource('Planted', { Type, Properties }))).toThrow(
      `Planted: it is not known what a resource of type ${Type} grants`,
    );
  });

  const members: readonly JsonObject[] = [
    { Policies: ['AmazonS3FullAccess'] },
    { Policies: [{ Statement: [ANYBODY] }] },
    { Events: { Api: { Type: 'HttpApi' } } },
    { PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' },
  ];
  it.each([...FUNCTIONS, ...MACHINES].flatMap((id) => members.map((member) => [id, member] as const)))(
    'on %s as %j is named',
    (id, member) => {
      const changed = withMembers([id, 'Properties'], member);
      expect(() => differing(changed)).toThrow(
        new RegExp(`^${id} \\(AWS::Serverless::\\w+\\) grants by ${Object.keys(member)[0]}$`),
      );
    },
  );

  it.each(FUNCTIONS)('on %s as an address that anybody may call is named', (id) => {
    const changed = withMembers([id, 'Properties'], { FunctionUrlConfig: { AuthType: 'NONE' } });
    expect(() => differing(changed)).toThrow(`${id} (AWS::Serverless::Function) grants by FunctionUrlConfig`);
  });

  it.each([...FUNCTIONS, ...MACHINES])(
    'on %s as a connector, or as the role that SAM would make, is named',
    (id) => {
      const connected = withMembers([id], {
        Connectors: { Any: { Properties: { Permissions: ['Write'] } } },
      });
      expect(() => differing(connected)).toThrow(/: it is not known what Connectors grants$/);
      const withoutRole = changedAt([id, 'Properties'], (found) => Reflect.deleteProperty(found, 'Role'));
      expect(() => differing(withoutRole)).toThrow(/ has no role of the template$/);
      const Role = 'arn:aws:iam::111122223333:role/Administrator';
      const another = withMembers([id, 'Properties'], { Role });
      expect(() => differing(another)).toThrow(new RegExp(`^${id} .* has no role of the template$`));
    },
  );

  it.each(ROLES)('on %s as a managed policy is named', (role) => {
    const ManagedPolicyArns = ['arn:aws:iam::aws:policy/AmazonS3FullAccess'];
    const changed = withMembers([role, 'Properties'], { ManagedPolicyArns });
    expect(() => differing(changed)).toThrow(`${role} (AWS::IAM::Role) grants by ManagedPolicyArns`);
  });

  it('on a log group as its policy is named', () => {
    const changed = withMembers(['AuditQueueLogGroup', 'Properties'], {
      ResourcePolicyDocument: { Statement: [ANYBODY] },
    });
    expect(() => differing(changed)).toThrow(
      'AuditQueueLogGroup (AWS::Logs::LogGroup) grants by ResourcePolicyDocument',
    );
  });

  it.each(['*', '444455556666', 's3.amazonaws.com'])(
    'as a Lambda permission for %s is named',
    (Principal) => {
      const Properties = {
        FunctionName: { Ref: 'AuditEventFunction' },
        Action: 'lambda:InvokeFunction',
        Principal,
      };
      const changed = withResource('Planted', { Type: 'AWS::Lambda::Permission', Properties });
      expect(differing(changed)).toEqual([
        expect.stringMatching(/^granted to others, and not expected: Planted: .*lambda:InvokeFunction/),
      ]);
      expect(differing(changed)[0]).toContain(`"Principal":"${Principal}"`);
    },
  );

  it('as a Lambda permission that SAM is asked for by a member more is named', () => {
    const Properties = { FunctionUrlAuthType: 'NONE' };
    const changed = withResource('Planted', { Type: 'AWS::Lambda::Permission', Properties });
    expect(() => differing(changed)).toThrow(
      'Planted (AWS::Lambda::Permission) grants by FunctionUrlAuthType',
    );
  });

  it.each(POLICIES)('as a statement more in %s, or as a second such policy, is named', (id) => {
    const named = (name: string) =>
      expect.stringMatching(new RegExp(`^granted to others, and not expected: ${name} on .*"Sid":"Planted"`));
    const more = changedAt([id, 'Properties', 'PolicyDocument'], (document) => {
      Object.assign(document, { Statement: [...list(Reflect.get(document, 'Statement')), ANYBODY] });
    });
    expect(differing(more)).toEqual([named(id)]);
    const resource = at(template.Resources, id);
    const Properties = { ...Object(at(resource, 'Properties')), PolicyDocument: { Statement: [ANYBODY] } };
    const beside = withResource('Planted', { ...(isObject(resource) ? resource : {}), Properties });
    expect(differing(beside)).toEqual([named('Planted')]);
  });

  it.each([...POLICIES, ...ROLES])('as a principal more in %s is named', (id) => {
    const document = ROLES.includes(id) ? 'AssumeRolePolicyDocument' : 'PolicyDocument';
    const changed = withMembers([id, 'Properties', document, 'Statement', 0], { Principal: { AWS: '*' } });
    const [more, less] = differing(changed);
    expect(more).toMatch(
      new RegExp(`^granted to others, and not expected: ${id}\\b.*"Principal":{"AWS":"\\*"}`),
    );
    expect(less).toMatch(new RegExp(`^expected for others, and not there: ${id}\\b`));
  });

  it('by a condition that is taken away from a policy is named', () => {
    const changed = changedAt(['AuditQueuePolicy', 'Properties', 'PolicyDocument', 'Statement', 0], (found) =>
      Reflect.deleteProperty(found, 'Condition'),
    );
    expect(differing(changed)).toContainEqual(
      expect.stringMatching(
        /^granted to others, and not expected: AuditQueuePolicy on .*"Sid":"AuditedBucketsSend"}$/,
      ),
    );
  });

  it('by a section or a transform that writes into resources is named', () => {
    const Globals = { Function: { FunctionUrlConfig: { AuthType: 'NONE' } } };
    expect(() => differing({ ...template, Globals })).toThrow(
      'it is not known what the section Globals grants',
    );
    const Transform = ['AWS::Serverless-2016-10-31', 'AWS::LanguageExtensions'];
    expect(() => differing({ ...template, Transform })).toThrow(
      /it is not known what the transform .* grants/,
    );
  });
});
