import type { NonEmpty } from '../objects/non-empty.ts';
import { checkExemptions } from './check-exemptions.ts';
import { checkRules } from './check-rules.ts';
import { readExemption } from './parse-exemption.ts';
import type { TrustedAccounts } from './parse-key-reference.ts';
import { readKeys } from './parse-keys.ts';
import { readRule } from './parse-rule.ts';
import type { Problem } from './problem.ts';
import { ProblemLog } from './problem-log.ts';
import { quoted } from './problem-text.ts';
import { isDate } from './read-date.ts';
import {
  entryOf,
  type Field,
  type Fields,
  fieldOf,
  readFields,
  readList,
  readMembers,
  readText,
  readWord,
  requiredEntry,
  wrongType,
} from './read-fields.ts';
import type { Node } from './read-node.ts';
import { type Policy, SEVERITIES, UNCOVERED_ACTIONS } from './types.ts';

const POLICY_KEYS = ['version', 'defaults', 'trustedAccounts', 'keys', 'rules', 'exempt'];
const DEFAULTS_KEYS = ['severity', 'uncovered'];
const DEFAULTS: Policy['defaults'] = { severity: 'high', uncovered: 'alert' };
const ACCOUNT = /^\d{12}$/;
const BYTE_ORDER_MARK = '\uFEFF';

function checkVersion(fields: Fields): void {
  const entry = requiredEntry(fields, 'version');
  if (entry === undefined) return;
  const field = fieldOf(fields, 'version');
  if (entry.value.kind !== 'number') {
    wrongType(
      entry.value,
      field,
      'the number 1',
      entry.value.kind === 'text' ? ': write it without quotes' : '',
    );
  } else if (entry.value.value !== 1) {
    const message = `${field.name} may not be ${quoted(entry.value.source)}. expected 1, the one version there is`;
    fields.log.add('policy/not-allowed', entry.value, message);
  }
}

function readDefaults(fields: Fields): Policy['defaults'] {
  const entry = entryOf(fields, 'defaults');
  if (entry === undefined) return DEFAULTS;
  const map = { ...fieldOf(fields, 'defaults'), where: '"defaults"' };
  const defaults = readFields(entry.value, map, DEFAULTS_KEYS);
  if (defaults === undefined) return DEFAULTS;
  const severity = entryOf(defaults, 'severity');
  const uncovered = entryOf(defaults, 'uncovered');
  return {
    severity:
      (severity && readWord(severity.value, fieldOf(defaults, 'severity'), SEVERITIES)) ?? DEFAULTS.severity,
    uncovered:
      (uncovered && readWord(uncovered.value, fieldOf(defaults, 'uncovered'), UNCOVERED_ACTIONS)) ??
      DEFAULTS.uncovered,
  };
}

function readAccount(node: Node, field: Field): string | undefined {
  const text = readText(node, field);
  if (text === undefined || ACCOUNT.test(text.value)) return text?.value;
  field.log.add(
    'policy/not-allowed',
    text,
    `${field.name} may not be ${quoted(text.value)}. expected the 12 digits of an AWS account`,
  );
  return undefined;
}

interface Accounts {
  readonly list?: NonEmpty<string>;
  /** For checking ARNs, also where a member is bad: what it means is plain, and its own mistake is told once. */
  readonly trusted: TrustedAccounts;
}

function readAccounts(fields: Fields): Accounts {
  const entry = entryOf(fields, 'trustedAccounts');
  if (entry === undefined) return { trusted: undefined };
  const list = readMembers(entry.value, fieldOf(fields, 'trustedAccounts'), readAccount);
  if (list !== undefined) return { list, trusted: new Set(list) };
  const meant = entry.value.kind === 'list' ? entry.value.items.flatMap(accountMeant) : [];
  return { trusted: meant.length === 0 ? undefined : new Set(meant) };
}

const accountMeant = (node: Node): readonly string[] =>
  node.kind === 'number' ? [node.source] : node.kind === 'text' ? [node.value] : [];

function readItems(fields: Fields, key: string): readonly Node[] {
  const entry = entryOf(fields, key);
  return (entry && readList(entry.value, fieldOf(fields, key))?.items) ?? [];
}

function readPolicy(fields: Fields, today: string): Policy {
  const { log } = fields;
  checkVersion(fields);
  const defaults = readDefaults(fields);
  const accounts = readAccounts(fields);
  const book = readKeys(entryOf(fields, 'keys')?.value, log, accounts.trusted);
  requiredEntry(fields, 'rules');
  const readRules = readItems(fields, 'rules').map((node, index) => readRule(node, index, book, log));
  const readExemptions = readItems(fields, 'exempt')
    .map((node, index) => readExemption(node, index, log))
    .filter((exemption) => exemption !== undefined);
  const rules = readRules.map(({ rule }) => rule).filter((rule) => rule !== undefined);
  checkRules(readRules, log);
  checkExemptions(readExemptions, rules, today, log);
  return {
    defaults,
    ...(accounts.list ? { trustedAccounts: accounts.list } : {}),
    listedAliases: book.listedAliases,
    rules,
    exemptions: readExemptions.map(({ exemption }) => exemption),
  };
}

export interface ParseOptions {
  /** Today's date in UTC, YYYY-MM-DD. */
  readonly today: string;
}

/** Every problem in source order, and the policy exactly when none of them is an error. */
export interface ParsedPolicy {
  readonly policy?: Policy;
  readonly problems: readonly Problem[];
}

/** Gives the value of the text with places; `undefined` where nothing of it can be judged, which `log` then says. */
export type PolicyReader = (text: string, log: ProblemLog) => Node | undefined;

/** Parses a policy by the reader given. Places are those of the text without byte order mark. Throws a RangeError where `today` is no date. */
export function parseWith(read: PolicyReader, text: string, { today }: ParseOptions): ParsedPolicy {
  if (!isDate(today)) throw new RangeError(`today is no date: ${quoted(today)}`);
  const policyText = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  const log = new ProblemLog(policyText);
  const root = read(policyText, log);
  if (root?.kind === 'null') {
    const what = policyText.trim() === '' ? 'is empty' : 'holds no value besides comments';
    log.add(
      'policy/empty',
      { start: 0, end: 0 },
      `the policy ${what}: expected a map with "version" and "rules"`,
    );
    return { problems: log.inSourceOrder() };
  }
  const fields = root && readFields(root, { name: 'the policy', where: 'the policy', log }, POLICY_KEYS);
  const policy = fields && readPolicy(fields, today);
  const problems = log.inSourceOrder();
  const usable = policy !== undefined && problems.every(({ level }) => level === 'warning');
  return usable ? { policy, problems } : { problems };
}
