import { literalText, matchTemplate } from '../policy/template.ts';
import type { Captures, KeyOption, Policy, Rule, Template } from '../policy/types.ts';
import type { Layer } from './verdict.ts';

/** A rule that a key, an alias or a description belongs to, with the captures that lead there. */
export interface Owner {
  readonly rule: Rule;
  readonly captures?: Captures;
}

interface TemplateOwner {
  readonly rule: Rule;
  readonly template: Template;
}

/** Which rules name which keys: the reverse of the policy, built once for each policy. */
export interface KeyOwners {
  /** Key ARN, key id or literal alias name, as the policy writes it, to the rules that name it, in file order. */
  readonly byText: ReadonlyMap<string, readonly Rule[]>;
  readonly byTemplate: readonly TemplateOwner[];
  /** Whether any alias stands in the policy, so that it is worth asking which aliases point at a key. */
  readonly namesAliases: boolean;
}

const memo = new WeakMap<Policy, Map<Layer, KeyOwners>>();

/** The reverse index of a policy for one layer; the same object each time for the same policy. */
export function keyOwners(policy: Policy, layer: Layer): KeyOwners {
  const layers = memo.get(policy) ?? new Map<Layer, KeyOwners>();
  memo.set(policy, layers);
  const known = layers.get(layer) ?? buildOwners(policy, layer);
  layers.set(layer, known);
  return known;
}

function buildOwners(policy: Policy, layer: Layer): KeyOwners {
  const byText = new Map<string, Rule[]>();
  const byTemplate: TemplateOwner[] = [];
  let namesAliases = false;
  const add = (text: string, rule: Rule): void => {
    const rules = byText.get(text);
    if (rules === undefined) byText.set(text, [rule]);
    else if (rules.at(-1) !== rule) rules.push(rule);
  };
  for (const rule of policy.rules) {
    for (const option of optionsOf(rule, layer)) {
      if (option.kind === 'alias-name') {
        namesAliases = true;
        const name = literalText(option.template);
        if (name === undefined) byTemplate.push({ rule, template: option.template });
        else addAlias(name, rule);
      } else if (option.kind === 'alias-arn') {
        namesAliases = true;
        addAlias(option.reference.arn, rule);
        // A claim shows a name alone, which may be that of this very alias.
        if (layer === 'cse') add(option.reference.name, rule);
      } else {
        add(option.kind === 'key-arn' ? option.reference.arn : option.reference.keyId, rule);
      }
    }
  }
  return { byText, byTemplate, namesAliases };

  function addAlias(alias: string, rule: Rule): void {
    add(alias, rule);
    const listed = policy.listedAliases.get(alias);
    if (listed !== undefined) add(listed, rule);
  }
}

const optionsOf = (rule: Rule, layer: Layer): readonly KeyOption[] =>
  (layer === 'sse' ? rule.sse?.keys : rule.cse?.kind === 'required' ? rule.cse.keys : undefined) ?? [];

/** The owner of a key or alias as written, other than `own` itself: the same rule with other captures first, then file order. */
export function ownerOf(owners: KeyOwners, texts: readonly string[], own: Owner): Owner | undefined {
  const candidates: Owner[] = [];
  for (const text of texts) {
    for (const rule of owners.byText.get(text) ?? []) if (rule !== own.rule) candidates.push({ rule });
    for (const { rule, template } of owners.byTemplate) {
      const captures = matchTemplate(template, text);
      if (captures !== undefined && !isOwn(rule, captures, own)) candidates.push({ rule, captures });
    }
  }
  return (
    candidates.find(({ rule }) => rule === own.rule) ??
    candidates.sort((a, b) => a.rule.index - b.rule.index)[0]
  );
}

const isOwn = (rule: Rule, captures: Captures, own: Owner): boolean =>
  rule === own.rule && Object.entries(captures).every(([name, text]) => own.captures?.[name] === text);
