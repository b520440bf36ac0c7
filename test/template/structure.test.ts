import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { isObject, type Json, parseTemplate } from './parse.ts';
import { ALL_ON, combinations, deploy, REQUIRED, SWITCHES, template } from './stack.ts';

/** A way around in the graph, or undefined where there is none. */
function cycle(graph: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (id: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(id)) return [...way.slice(way.indexOf(id)), id];
    if (done.has(id)) return undefined;
    for (const next of graph.get(id) ?? []) {
      const found = visit(next, [...way, id]);
      if (found) return found;
    }
    done.add(id);
    return undefined;
  };
  for (const id of graph.keys()) {
    const found = visit(id, []);
    if (found) return found;
  }
  return undefined;
}

/** Names that stand as `{ [as]: name }`, as the condition of an `Fn::If`, or as `${name}` anywhere in a value. */
function names(value: Json, as: string): readonly string[] {
  if (typeof value === 'string')
    return as === 'Ref' ? [...value.matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, name]) => String(name)) : [];
  if (Array.isArray(value)) return value.flatMap((member: Json) => names(member, as));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const own = key === as && typeof member === 'string' ? [member] : [];
    const chosen = as === 'Condition' && key === 'Fn::If' && Array.isArray(member) ? [String(member[0])] : [];
    return [...own, ...chosen, ...names(member, as)];
  });
}

const keys = (section: string): readonly string[] => Object.keys(template[section] ?? {});

describe('the template', () => {
  it('resolves for every combination of its switches, and no resource names one that is off', () => {
    const choices = combinations(SWITCHES);
    expect(choices.length).toBe(2 ** Object.keys(SWITCHES).length);
    for (const given of choices) expect(Object.keys(deploy(given).resources).length).toBeGreaterThan(10);
    expect(Object.keys(deploy(ALL_ON).resources).length).toBe(
      keys('Resources').filter(
        (id) => !['AlarmTopic', 'AlarmTopicPolicy', 'AlarmEmailSubscription'].includes(id),
      ).length,
    );
  });

  it('has no circular dependency in any combination of its switches', () => {
    for (const given of combinations(SWITCHES)) expect(cycle(deploy(given).dependencies)).toBeUndefined();
  });

  it('would be found out if it had a circular dependency', () => {
    const text = `
Resources:
  A: { Type: T, Properties: { P: !GetAtt B.Arn } }
  B: { Type: T, Properties: { P: !Sub 'x \${C}' } }
  C: { Type: T, DependsOn: [A] }`;
    expect(cycle(evaluate(parseTemplate(text), {}).dependencies)).toEqual(['A', 'B', 'C', 'A']);
  });

  it('uses every parameter that it asks for', () => {
    const { Parameters: _, ...rest } = template;
    const used = new Set(names(rest, 'Ref'));
    expect(keys('Parameters').filter((name) => !used.has(name))).toEqual([]);
  });

  it('uses every condition that it states', () => {
    const used = new Set(names(template, 'Condition'));
    expect(keys('Conditions').filter((name) => !used.has(name))).toEqual([]);
  });

  it('asks for nothing but the buckets and the policy', () => {
    const parameters = Object.entries(template.Parameters ?? {});
    const required = parameters
      .filter(([, one]) => isObject(one) && one.Default === undefined)
      .map(([name]) => name);
    expect(required).toEqual(Object.keys(REQUIRED));
    expect(Object.keys(deploy().resources)).not.toContain('AuditEventFunction');
  });

  it('says of every parameter and every output what it is', () => {
    for (const section of ['Parameters', 'Outputs']) {
      for (const [name, one] of Object.entries(template[section] ?? {})) {
        expect(isObject(one) && String(one.Description), name).toMatch(/^(?:[A-Z]|per-protocol).{10,}\.$/);
      }
    }
  });

  it('leaves the functions and the state machine, whose definition is a file, to SAM: all else is plain CloudFormation', () => {
    const types = Object.values(deploy(ALL_ON).resources).map(({ Type }) => String(Type));
    expect(new Set(types.filter((type) => type.includes('Serverless')))).toEqual(
      new Set(['AWS::Serverless::Function', 'AWS::Serverless::StateMachine']),
    );
  });

  it('refuses a short tag that CloudFormation does not know', () => {
    expect(() => parseTemplate('Resources: !Reff X')).toThrow(/Unresolved tag/);
  });
});
