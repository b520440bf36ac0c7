import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { grantsOf } from './grants.ts';
import { isObject } from './parse.ts';
import { ALL_ON, at, deploy, idsOfType, list, properties, statements, template } from './stack.ts';

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** The sections of a page by title, at the second level. */
const sections = (text: string): readonly (readonly [string, string])[] =>
  text
    .split(/^## /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const);

const shellBlocks = (text: string): readonly string[] =>
  [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, code]) => String(code));

describe('docs/deploy.md', () => {
  const text = page('deploy.md');

  it('has a row for each parameter of the template, with its default and its description', () => {
    const table = Object.fromEntries(sections(text)).Parameters ?? '';
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const expected = Object.entries(template.Parameters ?? {}).map(([name, declared]) => {
      const { Default, Description } = isObject(declared) ? declared : {};
      const preset = Default === undefined ? 'required' : Default === '' ? 'empty' : `\`${String(Default)}\``;
      return `| \`${name}\` | ${preset} | ${String(Description)} |`;
    });
    expect(rows).toEqual(expected);
  });

  it('names every action that the auditing role may hold, and no other', () => {
    const table = Object.fromEntries(sections(text))['What the auditing role may do'] ?? '';
    const named = [...table.matchAll(/`((?:s3|kms|sns|sqs|logs|ssm):[A-Za-z*]+)`/g)].map(([, action]) =>
      String(action),
    );
    const held = ['s3://acme-config/policy.yaml', 'ssm:policy'].flatMap((Policy) =>
      statements(at(properties(deploy({ ...ALL_ON, Policy }), 'AuditRole'), 'Policies', 0, 'PolicyDocument'))
        .flatMap(({ Action }) => list(Action))
        .map(String),
    );
    expect([...new Set(named)].toSorted()).toEqual([...new Set(held)].toSorted());
  });

  it('names every action that the roles of re-audits may hold, and no other', () => {
    const table = Object.fromEntries(sections(text))['What re-audits may do'] ?? '';
    const actions = /`((?:s3|kms|sns|logs|ssm|lambda|states):[A-Za-z*]+)`/g;
    const named = [...table.matchAll(actions)].map(([, action]) => String(action));
    const held = ['s3://acme-config/policy.yaml', 'ssm:policy'].flatMap((Policy) =>
      ['ReauditRole', 'ReauditStateMachineRole'].flatMap((role) =>
        grantsOf(deploy({ ...ALL_ON, Policy }), role).map((line) => line.split(' ')[0]),
      ),
    );
    expect([...new Set(named)].toSorted()).toEqual([...new Set(held)].toSorted());
  });

  it('names only parameters and outputs that there are', () => {
    const known = [...Object.keys(template.Parameters ?? {}), ...Object.keys(template.Outputs ?? {})];
    const set = [...text.matchAll(/\b([A-Z][a-z][A-Za-z]+)=(?=[^=\s])/g)].map(([, name]) => String(name));
    const outputs = [...text.matchAll(/OutputKey=='(\w+)'/g)].map(([, name]) => String(name));
    const unknown = [...set, ...outputs].filter((name) => !known.includes(name));
    expect(unknown).toEqual([]);
    expect(set).toContain('EventBridgeForExistingBuckets');
  });

  it('warns that writing the notifications of a bucket replaces them all', () => {
    expect(text).toContain(
      '**`put-bucket-notification-configuration` replaces the whole configuration of the bucket.**',
    );
  });
});

describe('docs/runbook.md', () => {
  const text = page('runbook.md');
  const alarms = idsOfType(deploy(ALL_ON), 'AWS::CloudWatch::Alarm');

  it('has a section for each alarm, in the order of the template, and no other', () => {
    expect(sections(text).map(([title]) => title)).toEqual(alarms);
  });

  it.each(sections(text))('%s: says what it means, how to look and what to do', (_, body) => {
    expect(body).toMatch(/\*\*Means\.\*\* \S.*\*\*Look\.\*\* \S.*\*\*Do\.\*\* \S/s);
  });

  it('gives the redrive wherever messages wait in a dead-letter queue of the queue', () => {
    for (const [title, body] of sections(text)) {
      const redrives = body.includes('start-message-move-task --source-arn "$(output DeadLetterQueueArn)"');
      expect([title, redrives]).toEqual([
        title,
        ['DeadLettersAlarm', 'ErrorsAlarm', 'PolicyRefusedAlarm'].includes(title),
      ]);
    }
  });

  it('names only outputs that the stack has', () => {
    const outputs = [...text.matchAll(/\$\(output (\w+)\)/g)].map(([, name]) => name);
    expect(outputs.length).toBeGreaterThan(8);
    for (const name of outputs) expect(Object.keys(deploy(ALL_ON).outputs)).toContain(name);
  });

  it('names the log groups that the stack has', () => {
    const groups = new Set(
      [...text.matchAll(/"\/aws\/lambda\/\$STACK(-[a-z0-9-]+)"/g)].map(
        ([, suffix]) => `/aws/lambda/auditor${suffix}`,
      ),
    );
    const stack = deploy(ALL_ON);
    const made = idsOfType(stack, 'AWS::Logs::LogGroup').map((id) =>
      String(properties(stack, id).LogGroupName),
    );
    expect([...groups].toSorted()).toEqual(made.toSorted());
  });
});

describe('the commands of both pages', () => {
  const blocks = ['deploy.md', 'runbook.md'].flatMap((name) => shellBlocks(page(name)));

  it('are shell that bash can parse', () => {
    expect(blocks.length).toBeGreaterThan(15);
    for (const code of blocks) {
      const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
      expect(status, `${code}\n${stderr}`).toBe(0);
    }
  });
});
