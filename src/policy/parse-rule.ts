import { CSE_KEYS, readCse } from './parse-cse.ts';
import type { KeyBook } from './parse-keys.ts';
import { captureNames, readMatch } from './parse-match.ts';
import type { RuleContext } from './parse-sse.ts';
import { readSse, SSE_KEYS } from './parse-sse.ts';
import type { ProblemLog } from './problem-log.ts';
import { quoted } from './problem-text.ts';
import {
  entryOf,
  type Field,
  type Fields,
  fieldOf,
  headOf,
  readFields,
  readText,
  readWord,
  requiredEntry,
} from './read-fields.ts';
import type { MapNode, Node, TextNode } from './read-node.ts';
import { readTemplateText } from './read-template.ts';
import { type Rule, SEVERITIES, type SseRequirement } from './types.ts';

const RULE_KEYS = ['id', 'match', 'severity', 'owner', 'sse', 'cse'];
const RULE_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Keys that are often written one level too high. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ...CSE_KEYS.map((key) => [key, 'it belongs under "cse"'] as const),
  ...SSE_KEYS.map((key) => [key, 'it belongs under "sse"'] as const),
  ['key', 'it belongs under "sse" or "cse"'],
]);

/** A rule as far as it could be read, with what is needed to compare it with others. */
export interface ReadRule {
  /** `rule "finance"`, or `rule 3` where its id is bad. */
  readonly label: string;
  readonly id?: TextNode;
  /** There where the `match` is good; complete only where nothing of the rule was reported. */
  readonly rule?: Rule;
  readonly match?: TextNode;
}

function readId(fields: Fields): TextNode | undefined {
  const entry = requiredEntry(fields, 'id');
  const field = fieldOf(fields, 'id');
  const text = entry && readText(entry.value, field);
  if (text === undefined) return undefined;
  if (RULE_ID.test(text.value)) return text;
  const message = `${field.name} may not be ${quoted(text.value)}. expected 1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-"`;
  fields.log.add('policy/not-allowed', text, message);
  return undefined;
}

/** What messages call a rule, before any of it has been read. */
function labelOf(node: MapNode, index: number): string {
  const id = node.entries.get('id')?.value;
  return id?.kind === 'text' && RULE_ID.test(id.value) ? `rule ${quoted(id.value)}` : `rule ${index + 1}`;
}

function readSseEntry(node: Node, fields: Fields, context: RuleContext): SseRequirement | undefined {
  const field: Field = fieldOf(fields, 'sse');
  if (node.kind === 'map' && node.entries.size === 0 && node.complete) {
    field.log.add(
      'policy/empty',
      node,
      `${field.name} is an empty map: name "algorithm", "key" or "bucketKey"`,
    );
    return undefined;
  }
  const sse = readFields(node, { ...field, where: fields.where }, SSE_KEYS);
  return sse && readSse(sse, context);
}

function readRequirements(fields: Fields, context: RuleContext): Pick<Rule, 'sse' | 'cse'> {
  const sseEntry = entryOf(fields, 'sse');
  const cseEntry = entryOf(fields, 'cse');
  const misspelt = fields.misspelt.has('sse') || fields.misspelt.has('cse') || !fields.node.complete;
  if (sseEntry === undefined && cseEntry === undefined && !misspelt) {
    const message = `${fields.where} has neither "sse" nor "cse", so it requires nothing`;
    fields.log.add('policy/missing-key', headOf(fields.node), message);
  }
  const sse = sseEntry && readSseEntry(sseEntry.value, fields, context);
  const cse =
    cseEntry && readCse(cseEntry.value, { ...fieldOf(fields, 'cse'), where: fields.where }, context);
  return { ...(sse ? { sse } : {}), ...(cse ? { cse } : {}) };
}

/** Takes one entry of `rules` and reads all of it, whatever of it is wrong. */
export function readRule(node: Node, index: number, book: KeyBook, log: ProblemLog): ReadRule {
  const label = node.kind === 'map' ? labelOf(node, index) : `rule ${index + 1}`;
  const fields = readFields(node, { name: label, where: label, log }, RULE_KEYS, ELSEWHERE);
  if (fields === undefined) return { label };
  const id = readId(fields);
  const matchEntry = requiredEntry(fields, 'match');
  const matchText = matchEntry && readText(matchEntry.value, fieldOf(fields, 'match'));
  const match = matchText && readMatch(matchText, fieldOf(fields, 'match'));
  const captures = match && captureNames(match);
  const severityEntry = entryOf(fields, 'severity');
  const severity = severityEntry && readWord(severityEntry.value, fieldOf(fields, 'severity'), SEVERITIES);
  const ownerEntry = entryOf(fields, 'owner');
  const owner = ownerEntry && readTemplateText(ownerEntry.value, fieldOf(fields, 'owner'), captures);
  const requirements = readRequirements(fields, { book, captures });
  const identity = { label, ...(id ? { id } : {}) };
  if (match === undefined || matchText === undefined) return identity;
  const rule: Rule = {
    id: id?.value ?? '',
    index,
    line: log.line(matchText),
    match,
    ...(severity ? { severity } : {}),
    ...(owner ? { owner } : {}),
    ...requirements,
  };
  return { ...identity, match: matchText, rule };
}
