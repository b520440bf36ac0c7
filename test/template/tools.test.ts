import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folderOfTest, ROOT } from './bundle.ts';
import { evaluate } from './evaluate.ts';
import { isObject, type Json, type JsonObject } from './parse.ts';
import { ALL_ON, deploy, REQUIRED, template } from './stack.ts';

const run = (command: string, args: readonly string[], input = '') =>
  spawnSync(command, args, {
    cwd: ROOT,
    input,
    encoding: 'utf8',
    env: { ...process.env, AWS_DEFAULT_REGION: 'eu-west-1' },
  });

/** Why a tool cannot be run here, or undefined where it can. */
const absence = (command: string, args: readonly string[]): string | undefined => {
  const { status, error, stderr } = run(command, args);
  if (status === 0) return undefined;
  return `${command} ${args.join(' ')} does not run here: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? status}`;
};

const noLint = absence('cfn-lint', ['--version']);
const noTranslator = absence('python3', ['-c', 'import samtranslator']);

/** The template with code that SAM would have uploaded. */
function packaged(): JsonObject {
  const copy: JsonObject = structuredClone(template);
  for (const resource of Object.values(copy.Resources ?? {})) {
    const properties = (resource as JsonObject).Properties;
    if (isObject(properties) && properties.CodeUri !== undefined) {
      Object.assign(properties, { CodeUri: 's3://acme-artifacts/code.zip' });
    }
    if (isObject(properties) && properties.DefinitionUri !== undefined) {
      Object.assign(properties, { DefinitionUri: 's3://acme-artifacts/definition.json' });
    }
  }
  return copy;
}

function translate(given: Readonly<Record<string, string>>): JsonObject {
  const input = JSON.stringify({ template: packaged(), parameters: given });
  const { status, stdout, stderr } = run(
    'python3',
    [fileURLToPath(new URL('sam.py', import.meta.url))],
    input,
  );
  expect(status, stderr).toBe(0);
  const translated: Json = JSON.parse(stdout);
  if (!isObject(translated)) throw new Error('SAM answered no map');
  return translated;
}

describe('cfn-lint', () => {
  it('finds neither an error nor a warning', (context) => {
    if (noLint) context.skip(noLint);
    const { status, stdout, stderr } = run('cfn-lint', [
      '--non-zero-exit-code',
      'informational',
      'template.yaml',
    ]);
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  }, 120_000);

  it('would find a runtime that does not exist, so its silence tells something', (context) => {
    if (noLint) context.skip(noLint);
    const file = join(folderOfTest('lint-'), 'template.json');
    writeFileSync(file, JSON.stringify(packaged()).replace('nodejs24.x', 'nodejs99.x'));
    const { stdout, status } = run('cfn-lint', [file]);
    expect(stdout).toContain('nodejs99.x');
    expect(status).not.toBe(0);
  }, 120_000);
});

const PLAIN: Readonly<Record<string, string>> = {
  'AWS::Serverless::Function': 'AWS::Lambda::Function',
  'AWS::Serverless::StateMachine': 'AWS::StepFunctions::StateMachine',
};

describe('the SAM translator', () => {
  it('makes of each function and of the state machine the plain one with the role given, and adds no other resource', (context) => {
    if (noTranslator) context.skip(noTranslator);
    const given = { ...REQUIRED, ...ALL_ON };
    const after = evaluate(translate(given), given);
    const before = deploy(ALL_ON);
    const typesAfter = Object.entries(after.resources).map(([id, { Type }]) => [id, Type]);
    const expected = Object.entries(before.resources).map(([id, { Type }]) => [
      id,
      PLAIN[String(Type)] ?? Type,
    ]);
    expect(typesAfter.toSorted()).toEqual(expected.toSorted());
    for (const [id, resource] of Object.entries(before.resources)) {
      if (PLAIN[String(resource.Type)] === undefined) expect(after.resources[id], id).toEqual(resource);
    }
    expect(after.failedAssertions).toEqual([]);
    expect(after.dependencies).toEqual(before.dependencies);
  }, 120_000);

  it('keeps the rule that refuses filtered subscriptions with per-protocol', (context) => {
    if (noTranslator) context.skip(noTranslator);
    expect(translate(REQUIRED).Rules).toEqual(template.Rules);
  }, 120_000);
});
