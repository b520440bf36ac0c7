// Documentation runs: each marked block of README.md and docs/ is made again and compared; `--write` renews it.
//   <!-- file: examples/policy.yaml -->     the block below is that file
//   <!-- run: npm run -s cli -- --help -->  the block below is what the command prints
//   <!-- made: node bench/table.ts -->      the Markdown from here to <!-- end --> is what the command prints
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

const MARKED = /<!-- (file|run): (.+?) -->\n```(\w*)\n([\s\S]*?)```/g;

const MADE = /<!-- made: (.+?) -->\n([\s\S]*?)<!-- end -->/g;

function made(kind: string, what: string): string {
  if (kind === 'file') return readFileSync(join(root, what), 'utf8');
  const result = spawnSync('sh', ['-c', what], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', NODE_NO_WARNINGS: '1' },
  });
  // A check that finds problems is an example too; only a command that could not run is an error.
  if (result.error !== undefined || result.status === 127 || result.stdout === '') {
    throw new Error(`"${what}" printed nothing:\n${result.stderr}`);
  }
  return result.stdout;
}

const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort();

let blocks = 0;
const stale: string[] = [];
for (const document of documents) {
  const path = join(root, document);
  const before = readFileSync(path, 'utf8');
  const after = before
    .replace(MARKED, (_all, kind: string, what: string, language: string) => {
      blocks += 1;
      return `<!-- ${kind}: ${what} -->\n\`\`\`${language}\n${made(kind, what).trimEnd()}\n\`\`\``;
    })
    .replace(MADE, (_all, what: string) => {
      blocks += 1;
      return `<!-- made: ${what} -->\n${made('run', what).trimEnd()}\n<!-- end -->`;
    });
  if (after === before) continue;
  stale.push(document);
  if (values.write) writeFileSync(path, after);
}

const looked = `${blocks} blocks in ${documents.length} documents`;
if (blocks === 0) {
  console.error('the check looked at no block at all');
  process.exitCode = 1;
} else if (stale.length === 0) {
  console.error(`documentation is what its commands print: ${looked}`);
} else if (values.write) {
  console.error(`renewed ${stale.join(', ')} (${looked})`);
} else {
  console.error(`out of date: ${stale.join(', ')}; run "npm run docs"`);
  process.exitCode = 1;
}
