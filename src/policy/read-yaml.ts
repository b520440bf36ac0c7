import { Composer, type Document, Lexer, Parser } from 'yaml';
import type { ProblemLog } from './problem-log.ts';
import { shown } from './problem-text.ts';
import { readJson } from './read-json.ts';
import { DEEPEST_NESTING, LONGEST_POLICY, type Node } from './read-node.ts';
import { NodeReader } from './read-yaml-node.ts';

/** The parser's stack also holds the document and the scalar being read. */
const STACK_MARGIN = 4;

type Token = Parameters<Composer['next']>[0];

/** The tokens of the file, or `undefined` where it nests too deep: the composer would recurse as deep as the file says. */
function readTokens(text: string, log: ProblemLog): readonly Token[] | undefined {
  const parser = new Parser();
  const tokens: Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > DEEPEST_NESTING + STACK_MARGIN) {
      tooDeep(log, parser.offset);
      return undefined;
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function tooDeep(log: ProblemLog, at: number): void {
  const message = `maps and lists are nested deeper than ${DEEPEST_NESTING}, which is as deep as a policy may go`;
  log.add('policy/too-large', { start: at, end: at + 1 }, message);
}

/** The two ways in which a template or an address that should have been quoted breaks the syntax. */
function quotingHint(code: string, text: string, at: number): string {
  if (code === 'BAD_SCALAR_START') return '. quote it';
  return code === 'UNEXPECTED_TOKEN' && text[at - 1] === '}' ? '. quote text that begins with "{"' : '';
}

function reportSyntax(documents: readonly Document[], text: string, log: ProblemLog): boolean {
  let broken = false;
  for (const { errors } of documents) {
    for (const { pos, code, message } of errors) {
      broken = true;
      const sentence = message.charAt(0).toLowerCase() + message.slice(1);
      log.add(
        'policy/syntax',
        { start: pos[0], end: pos[1] },
        `not readable as YAML: ${shown(sentence)}${quotingHint(code, text, pos[0])}`,
      );
    }
  }
  return broken;
}

function reportUnsupported(documents: readonly Document.Parsed[], log: ProblemLog): void {
  for (const document of documents.slice(1)) {
    const [start] = document.range;
    const message = 'a second document begins here: a policy is one YAML document';
    log.add('policy/unsupported-yaml', { start, end: start + 1 }, message);
  }
  const version = documents[0]?.directives.yaml.version;
  // Under YAML 1.1 `no` is a boolean and a date is no text: the same file would mean something else.
  if (version !== undefined && version !== '1.2') {
    const message = `YAML ${shown(version)} is asked for: a policy is read as YAML 1.2, so leave the line out`;
    log.add('policy/unsupported-yaml', { start: 0, end: 1 }, message);
  }
}

/**
 * Takes a policy file's text (YAML or JSON, without byte order mark) and gives its value with places, or `undefined`
 * where nothing of it can be judged. What cannot be read goes to `log`; of several syntax errors, all do.
 */
export function readYaml(text: string, log: ProblemLog): Node | undefined {
  if (text.length > LONGEST_POLICY) {
    const most = LONGEST_POLICY / 1024 / 1024;
    log.add('policy/too-large', { start: 0, end: 1 }, `the policy is longer than ${most} Mi characters`);
    return undefined;
  }
  const json = readJson(text, log);
  if (json !== undefined) return json;
  const tokens = readTokens(text, log);
  if (tokens === undefined) return undefined;
  // Repeated keys are found by NodeReader: the composer compares each key with all before it.
  const composer = new Composer({ schema: 'core', merge: false, uniqueKeys: false, resolveKnownTags: false });
  const documents = [...composer.compose(tokens, true, text.length)];
  if (reportSyntax(documents, text, log)) return undefined;
  reportUnsupported(documents, log);
  return new NodeReader(text, log).read(documents[0]?.contents ?? null);
}
