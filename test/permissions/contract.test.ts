import { describe, expect, it } from 'vitest';
import { allowedIn, withOneActionMore } from '../template/grants.ts';
import type { Given } from '../template/parameters.ts';
import type { JsonObject } from '../template/parse.ts';
import { at, combinations, template } from '../template/stack.ts';
import { differences } from './compare.ts';
import { changedAt, withResource } from './plant.ts';
import { grantsToOthers } from './resource-policies.ts';
import { ALL_PARAMETERS, grantsOf, grantText, stackOf } from './roles.ts';

const differing = (from: JsonObject, given: Given): readonly string[] =>
  differences(stackOf(given, from), given);

const ROLES = ['AuditRole', 'ReauditRole', 'ReauditStateMachineRole'];
const ON: Given = ALL_PARAMETERS;
const { Policy: _, ...IN_S3 } = ALL_PARAMETERS;

describe('the roles of the template', () => {
  it('hold what contract section 8 lists and nothing else, whatever is switched on', () => {
    const choices = combinations(ALL_PARAMETERS);
    expect(choices.length).toBe(2 ** Object.keys(ALL_PARAMETERS).length);
    for (const given of choices) expect([given, differing(template, given)]).toEqual([given, []]);
  });

  it('hold no more with the parameters that no role depends on', () => {
    const given = {
      ...ON,
      EventBridgeForExistingBuckets: 'on',
      EncryptionUpdateEvents: 'on',
      AlertEmail: 'ops@example.com',
      AlertQueueArn: 'arn:aws:sqs:eu-west-1:444455556666:alerts',
      AlertHttpsEndpoint: 'https://example.com/',
      AlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:operations',
      BucketOwnerAccounts: '444455556666',
      AuditedBuckets: 'acme-lake,acme-drop',
    };
    expect(differing(template, given)).toEqual([]);
  });

  it.each(['aws-cn', 'aws-us-gov'])('hold the same in the partition %s, and so do others', (partition) => {
    const granted = (given: Given, where: string) => {
      const stack = stackOf(given, template, where);
      const texts = [...grantsOf(stack).map(grantText), ...grantsToOthers(stack)];
      return texts.map((text) => text.replaceAll(`arn:${where}:`, 'arn:aws:'));
    };
    for (const given of [{}, ON, IN_S3]) {
      expect(granted(given, partition)).toEqual(granted(given, 'aws'));
    }
  });

  const planted = ROLES.flatMap((role) =>
    allowedIn(template.Resources, [role, 'Properties', 'Policies']).map((path) => ({
      place: path.join('.'),
      path,
    })),
  );
  it.each(planted)('are found out, by name, with one action more at $place', ({ path }) => {
    const changed = withOneActionMore(path, 's3:DeleteObject');
    const found = [ON, IN_S3].flatMap((given) => differing(changed, given));
    expect(found).toContainEqual(
      expect.stringMatching(
        new RegExp(`^granted, and not in the contract: ${path[0]} \\w+: s3:DeleteObject on `),
      ),
    );
  });

  it('are compared in all of their statements', () => {
    expect(planted.length).toBe(34);
  });

  it.each(ROLES)('are found out with a statement more in %s', (role) => {
    const changed = changedAt([role, 'Properties'], (properties) => {
      const more = { Sid: 'More', Effect: 'Allow', Action: 's3:PutObject', Resource: '*' };
      const PolicyDocument = { Version: '2012-10-17', Statement: [more] };
      Object.assign(properties, {
        Policies: [...[Reflect.get(properties, 'Policies')].flat(), { PolicyDocument }],
      });
    });
    expect(differing(changed, ON)).toEqual([
      `granted, and not in the contract: ${role} More: s3:PutObject on *`,
    ]);
  });

  it('are found out with a role more', () => {
    const changed = withResource('Another', Object(at(template.Resources, 'AuditRole')));
    expect(differing(changed, ON)).toContain('the contract has no role Another');
  });

  it('are found out when a condition is taken away', () => {
    const path = allowedIn(template.Resources, ['AuditRole', 'Properties', 'Policies']);
    const changed: JsonObject = structuredClone(template);
    for (const one of path) Reflect.deleteProperty(Object(at(changed.Resources, ...one)), 'Condition');
    expect(differing(changed, ON)).toContain(
      'granted, and not in the contract: AuditRole ReadInstructionFiles: kms:Decrypt on arn:aws:kms:*:*:key/*',
    );
  });
});
