import { randomUUID } from 'node:crypto';
import { partitionOf } from '../kms/arn.ts';
import type { DeliverToQueue } from '../service.ts';
import { type EventMatcher, readEventPattern } from './pattern.ts';

/** What a service puts on the default event bus of an account and Region; the bus adds `version` and `id`. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly account: string;
  readonly region: string;
  /** ISO 8601 in UTC, to the second. */
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface EventsRule {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** As PutRule takes it, but parsed. */
  readonly eventPattern: unknown;
  readonly state?: 'ENABLED' | 'DISABLED';
}

export interface RuleTarget {
  readonly id: string;
  /** A queue; no other target is known here. */
  readonly arn: string;
  /** Where an event goes whose queue does not take it. */
  readonly deadLetterArn?: string;
}

/** The default event buses of every account and Region, as tests see them. */
export interface LocalEvents {
  /** Makes a rule or replaces it, its targets apart; answers its ARN. Throws `InvalidEventPattern`. */
  putRule(rule: EventsRule): string;
  /** Adds targets to a rule, in place of those with the same id. */
  putTargets(ruleArn: string, targets: readonly RuleTarget[]): void;
  deleteRule(ruleArn: string): void;
  /** Hands an event to every enabled rule of its bus that it matches. */
  putEvent(event: BusEvent): void;
}

interface StoredRule {
  readonly bus: string;
  readonly enabled: boolean;
  readonly matches: EventMatcher;
  readonly targets: Map<string, RuleTarget>;
}

const busOf = ({ account, region }: { readonly account: string; readonly region: string }): string =>
  `${account} ${region}`;

/** An EventBridge with default buses, rules and queue targets, driven from inside the process alone. */
export function createEvents({ deliver }: { readonly deliver: DeliverToQueue }): LocalEvents {
  const rules = new Map<string, StoredRule>();
  return {
    putRule(rule) {
      const { account, region, name, eventPattern, state = 'ENABLED' } = rule;
      const arn = `arn:${partitionOf(region)}:events:${region}:${account}:rule/${name}`;
      const targets = rules.get(arn)?.targets ?? new Map<string, RuleTarget>();
      const matches = readEventPattern(eventPattern);
      rules.set(arn, { bus: busOf(rule), enabled: state === 'ENABLED', matches, targets });
      return arn;
    },
    putTargets(ruleArn, targets) {
      const rule = rules.get(ruleArn);
      if (rule === undefined) throw new Error(`ResourceNotFoundException: there is no rule ${ruleArn}`);
      for (const target of targets) {
        for (const arn of [target.arn, target.deadLetterArn])
          if (arn !== undefined) refuseTarget(arn, ruleArn);
        rule.targets.set(target.id, target);
      }
    },
    deleteRule(ruleArn) {
      rules.delete(ruleArn);
    },
    putEvent(event) {
      const whole = { version: '0', id: randomUUID(), ...event };
      for (const [ruleArn, { bus, enabled, matches, targets }] of rules) {
        if (!enabled || bus !== busOf(event) || !matches(whole)) continue;
        for (const target of targets.values()) hand(JSON.stringify(whole), target, ruleArn, deliver);
      }
    },
  };
}

function refuseTarget(arn: string, ruleArn: string): void {
  const [, , service, region] = arn.split(':');
  if (service !== 'sqs')
    throw new Error(`ValidationException: the local EventBridge has no target like ${arn}`);
  if (region !== ruleArn.split(':')[3]) {
    throw new Error(`ValidationException: ${arn} is not in the Region of its rule`);
  }
}

function hand(body: string, target: RuleTarget, ruleArn: string, deliver: DeliverToQueue): void {
  if (deliver(target.arn, body) || target.deadLetterArn === undefined) return;
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  deliver(target.deadLetterArn, body, {
    RULE_ARN: text(ruleArn),
    TARGET_ARN: text(target.arn),
    ERROR_CODE: text('NO_RESOURCE'),
    ERROR_MESSAGE: text('The target does not exist.'),
  });
}
