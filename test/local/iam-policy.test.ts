import { describe, expect, it } from 'vitest';
import { decide } from '../../local/iam/decide.ts';
import { readPolicy } from '../../local/iam/policy.ts';
import { UnsupportedPolicy } from '../../local/iam/unsupported-policy.ts';

const policy = (...Statement: readonly object[]) => readPolicy({ Version: '2012-10-17', Statement });
const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  ...{ Effect: 'Allow', Action, Resource },
  ...more,
});
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234';
const OBJECT = 'arn:aws:s3:::lake/a/b';

describe('a policy', () => {
  it.each([
    ['the very action', 's3:GetObject', OBJECT],
    ['an action in another case', 'S3:getobject', OBJECT],
    ['a star in the action', 's3:Get*', OBJECT],
    ['a question mark in the action', 's3:GetObjec?', OBJECT],
    ['every action', '*', OBJECT],
    ['a star in the resource', 's3:GetObject', 'arn:aws:s3:::lake/*'],
    ['a star within the resource', 's3:GetObject', 'arn:aws:s3:::l*e/*/b'],
    ['every resource', 's3:GetObject', '*'],
    ['one of several', ['s3:PutObject', 's3:GetObject'], ['arn:aws:s3:::other/*', OBJECT]],
  ])('allows by %s', (_, action, resource) => {
    expect(decide(policy(allow(action, resource)), { action: 's3:GetObject', resource: OBJECT })).toBe(
      'allowed',
    );
  });

  it.each([
    ['another action', 's3:GetObjectVersion', OBJECT],
    ['a shorter action', 's3:GetObjec', OBJECT],
    ['another resource', 's3:GetObject', 'arn:aws:s3:::lake/a/bc'],
    ['the resource in another case', 's3:GetObject', 'arn:aws:s3:::lake/A/b'],
    ['the bucket', 's3:GetObject', 'arn:aws:s3:::lake'],
    ['a pattern that ends too early', 's3:GetObject', 'arn:aws:s3:::lake/?'],
  ])('does not allow by %s', (_, action, resource) => {
    expect(decide(policy(allow(action, resource)), { action: 's3:GetObject', resource: OBJECT })).toBe(
      'not-allowed',
    );
  });

  it('allows nothing where it says nothing', () => {
    expect(decide([], { action: 's3:GetObject', resource: OBJECT })).toBe('not-allowed');
  });

  it('lets a Deny win, wherever it stands', () => {
    const statements = policy(
      { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::lake/a/*' },
      allow('s3:GetObject', '*'),
    );
    expect(decide(statements, { action: 's3:GetObject', resource: OBJECT })).toBe('denied');
    expect(decide(statements, { action: 's3:GetObject', resource: 'arn:aws:s3:::lake/b' })).toBe('allowed');
  });

  it.each([
    ['arn:aws:kms:*:*:key/*', 'allowed'],
    ['arn:aws:kms:eu-west-1:111122223333:key/*', 'allowed'],
    ['arn:aws:kms:*:key/*', 'not-allowed'],
    ['arn:aws:kms:*:444455556666:key/*', 'not-allowed'],
    ['arn:*', 'not-allowed'],
  ] as const)('keeps a wildcard within its part of an ARN: %s', (resource, decision) => {
    expect(decide(policy(allow('kms:Decrypt', resource)), { action: 'kms:Decrypt', resource: KEY })).toBe(
      decision,
    );
  });

  it('takes a need without a resource for allowed on every resource alone', () => {
    const need = { action: 'kms:ListAliases', resource: '*' };
    expect(decide(policy(allow('kms:ListAliases', '*')), need)).toBe('allowed');
    expect(decide(policy(allow('kms:ListAliases', 'arn:aws:kms:*:*:key/*')), need)).toBe('not-allowed');
  });

  it.each([
    ['StringEquals', 's3.eu-west-1.amazonaws.com', 'allowed'],
    ['StringEquals', ['sns.eu-west-1.amazonaws.com', 's3.eu-west-1.amazonaws.com'], 'allowed'],
    ['StringEquals', 's3.*.amazonaws.com', 'not-allowed'],
    ['StringLike', 's3.*.amazonaws.com', 'allowed'],
    ['StringLike', 'sns.*.amazonaws.com', 'not-allowed'],
  ] as const)('holds to the condition %s %j', (operator, value, decision) => {
    const statements = policy(
      allow('kms:Decrypt', '*', { Condition: { [operator]: { 'kms:ViaService': value } } }),
    );
    const need = { action: 'kms:Decrypt', resource: KEY };
    const context = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' };
    expect(decide(statements, { ...need, context })).toBe(decision);
    expect(decide(statements, need)).toBe('not-allowed');
  });

  it('needs every condition met', () => {
    const Condition = {
      StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
      StringLike: { 'kms:ViaService': 'sns.*' },
    };
    const context = { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' };
    const need = { action: 'kms:Decrypt', resource: KEY, context };
    expect(decide(policy(allow('kms:Decrypt', '*', { Condition })), need)).toBe('not-allowed');
  });

  it('looks at long patterns of stars in time', () => {
    const pattern = `arn:aws:s3:::lake/${'*a'.repeat(200)}b`;
    const need = { action: 's3:GetObject', resource: `arn:aws:s3:::lake/${'a'.repeat(2_000)}` };
    expect(decide(policy(allow('s3:GetObject', pattern)), need)).toBe('not-allowed');
  });

  it.each([
    ['NotAction', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }],
    ['NotResource', { Effect: 'Allow', Action: 's3:*', NotResource: '*' }],
    ['Principal', allow('s3:*', '*', { Principal: '*' })],
    [
      'an operator that it does not know',
      allow('s3:*', '*', { Condition: { ArnLike: { 'aws:SourceArn': '*' } } }),
    ],
    ['an IfExists', allow('s3:*', '*', { Condition: { StringEqualsIfExists: { 'kms:ViaService': 'x' } } })],
    [
      'a key that it does not know',
      allow('s3:*', '*', { Condition: { StringEquals: { 'aws:SourceIp': 'x' } } }),
    ],
    [
      'an operator of the prototype',
      allow('s3:*', '*', { Condition: { constructor: { 'kms:ViaService': 'x' } } }),
    ],
    ['a variable', allow('s3:*', ['arn:aws:s3:::$', '{aws:username}/*'].join(''))],
    ['no action', { Effect: 'Allow', Resource: '*' }],
    ['no resource', { Effect: 'Allow', Action: 's3:*' }],
    ['an empty list', allow([], '*')],
    ['another effect', { Effect: 'allow', Action: 's3:*', Resource: '*' }],
    [
      'a value that is no text',
      allow('s3:*', '*', { Condition: { StringEquals: { 'kms:ViaService': true } } }),
    ],
  ])('is refused whole where it holds %s', (_, statement) => {
    expect(() => policy(allow('s3:GetObject', '*'), statement)).toThrow(UnsupportedPolicy);
  });

  it('is refused without the version that its elements belong to', () => {
    expect(() => readPolicy({ Statement: [] })).toThrow(UnsupportedPolicy);
    expect(() => readPolicy('x')).toThrow(UnsupportedPolicy);
  });
});
