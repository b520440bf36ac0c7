import { printable } from '../objects/printable.ts';

/** One test as continuous integration shows it. `type` is a code, `message` one line, `text` what follows. */
export interface JunitCase {
  readonly group: string;
  readonly name: string;
  readonly result:
    | { readonly kind: 'passed' }
    | { readonly kind: 'skipped'; readonly message: string }
    | {
        readonly kind: 'failure' | 'error';
        readonly type: string;
        readonly message: string;
        readonly text: string;
      };
}

/** Takes tests and gives a JUnit document, by which a pipeline shows what failed. Whatever the texts hold, it is well-formed XML 1.0. */
export function renderJunit(suite: string, cases: readonly JunitCase[]): string {
  const count = (kind: JunitCase['result']['kind']): number =>
    cases.filter(({ result }) => result.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escaped(suite)}" ${counts}>`,
    ...cases.flatMap(renderCase),
    '  </testsuite>',
    '</testsuites>',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function renderCase({ group, name, result }: JunitCase): readonly string[] {
  const head = `    <testcase classname="${escaped(group)}" name="${escaped(name)}"`;
  switch (result.kind) {
    case 'passed':
      return [`${head}/>`];
    case 'skipped':
      return [`${head}>`, `      <skipped message="${escaped(result.message)}"/>`, '    </testcase>'];
    case 'failure':
    case 'error': {
      const { kind, type, message, text } = result;
      const body = text.split('\n').map(escaped).join('\n');
      return [
        `${head}>`,
        `      <${kind} type="${escaped(type)}" message="${escaped(message)}">${body}</${kind}>`,
        '    </testcase>',
      ];
    }
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 knows no control characters, not even as references: they are written out as a terminal would be shown them. */
const escaped = (text: string): string =>
  printable(text)
    .replace(/[\uFFFE\uFFFF]/g, (found) => `\\u{${found.charCodeAt(0).toString(16).toUpperCase()}}`)
    .replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found);
