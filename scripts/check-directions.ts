// Checks the import directions, and that the check itself still sees: it plants a wrong import for every rule.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const rules = ['style/noRestrictedImports', 'suspicious/noImportCycles', 'plugin'];

interface Finding {
  readonly file: string;
  readonly rule: string;
}

/** Each wrong line must be found in the file it is planted in, by the rule named. */
const planted: readonly { readonly file: string; readonly code: string; readonly rule: string }[] = [
  ...[
    ['src/objects', '../keys/reference.ts'],
    ['src/keys', '../policy/types.ts'],
    ['src/encryption', '../policy/types.ts'],
    ['src/policy', '../verdict/verdict.ts'],
    ['src/policy', 'node:fs'],
    ['src/verdict', '../audit/ports.ts'],
    ['src/verdict', './../aws/failure.ts'],
    ['src/intake', '../audit/ports.ts'],
    ['src/audit', '../aws/failure.ts'],
    ['src/audit', '@aws-sdk/client-s3'],
    ['src/alerts', '@aws-sdk/client-sns'],
    ['src/queue', '../aws/failure.ts'],
    ['src/queue', '../compose.ts'],
    ['src/reaudit', '../queue/deps.ts'],
    ['src/emr', '../audit/ports.ts'],
    ['src/aws', '../cli/main.ts'],
    ['src/aws', '../compose.ts'],
    ['src/cli', '@aws-sdk/client-s3'],
    ['src/cli', '../aws/failure.ts'],
    ['src/cli', '../../local/aws.ts'],
    ['handlers', '@aws-sdk/client-s3'],
    ['handlers', '../src/aws/failure.ts'],
    ['src', '@aws-sdk/client-s3'],
    ['src', '../local/aws.ts'],
    ['src', '../test/policy/build.ts'],
  ].map(([folder = '', from = ''], index) => ({
    file: `${folder}/planted-${index}.ts`,
    code: `import type { Planted } from '${from}';\nexport type Again = Planted;\n`,
    rule: 'lint/style/noRestrictedImports',
  })),
  {
    file: 'src/policy/planted-circle-a.ts',
    code: "import { b } from './planted-circle-b.ts';\nexport const a = b;\n",
    rule: 'lint/suspicious/noImportCycles',
  },
  {
    file: 'src/policy/planted-circle-b.ts',
    code: "import { a } from './planted-circle-a.ts';\nexport const b = a;\n",
    rule: 'lint/suspicious/noImportCycles',
  },
  { file: 'src/policy/planted-clock.ts', code: 'export const now = Date.now();\n', rule: 'plugin' },
  { file: 'src/audit/planted-clock.ts', code: 'export const at = new Date();\n', rule: 'plugin' },
  { file: 'src/keys/planted-chance.ts', code: 'export const dice = Math.random();\n', rule: 'plugin' },
];

/** Folders that hold nothing yet; each line goes when its folder comes. */
const emptyFolders: ReadonlySet<string> = new Set();

function lint(folder: string): { readonly findings: readonly Finding[]; readonly checked: number } {
  const biome = join(root, 'node_modules/.bin/biome');
  const only = rules.filter((rule) => rule !== 'plugin').map((rule) => `--only=${rule}`);
  const run = (options: readonly string[]) =>
    spawnSync(biome, ['lint', '--reporter=json', '--max-diagnostics=none', ...options, 'src', 'handlers'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
  const output = run(only).stdout;
  const plugins = run([]).stdout;
  const report: unknown = JSON.parse(output);
  return {
    findings: [
      ...findingsOf(report),
      ...findingsOf(JSON.parse(plugins)).filter(({ rule }) => rule === 'plugin'),
    ],
    checked: checkedOf(report),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function findingsOf(report: unknown): readonly Finding[] {
  const diagnostics = member(report, 'diagnostics');
  if (!Array.isArray(diagnostics)) throw new Error('the linter printed no diagnostics list');
  return diagnostics.map((diagnostic: unknown) => {
    const path = member(member(diagnostic, 'location'), 'path');
    const file = typeof path === 'string' ? path : member(path, 'file');
    return { file: String(file), rule: String(member(diagnostic, 'category')) };
  });
}

function checkedOf(report: unknown): number {
  const summary = member(report, 'summary');
  return Number(member(summary, 'unchanged') ?? 0) + Number(member(summary, 'changed') ?? 0);
}

function checkPlanted(): readonly string[] {
  const copy = mkdtempSync(join(tmpdir(), 'directions-'));
  try {
    for (const part of ['src', 'handlers', 'scripts/lint', 'biome.json', '.gitignore', 'package.json']) {
      mkdirSync(dirname(join(copy, part)), { recursive: true });
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    spawnSync('git', ['init', '-q', copy]);
    for (const { file, code } of planted) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), code);
    }
    const { findings } = lint(copy);
    return planted
      .filter(({ file, rule }) => !findings.some((found) => found.file.endsWith(file) && found.rule === rule))
      .map(({ file, code }) => `not found: ${file}: ${code.split('\n')[0]}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Every folder that has a rule must hold files, or the rule guards nothing. */
function emptyRules(): readonly string[] {
  const config: unknown = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  const overrides = member(config, 'overrides');
  if (!Array.isArray(overrides)) return ['biome.json has no overrides'];
  const folders = overrides
    .filter((override: unknown) => JSON.stringify(override).includes('noRestrictedImports'))
    .flatMap((override: unknown) => member(override, 'includes') as readonly string[])
    .map((glob) => glob.replace(/\/\*.*$/, ''));
  const files = spawnSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', 'src', 'handlers'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  ).stdout.split('\n');
  return folders
    .filter((folder) => !emptyFolders.has(folder) && !files.some((file) => file.startsWith(`${folder}/`)))
    .map((folder) => `${folder} has a rule but holds no file`);
}

const real = lint(root);
const problems = [
  ...real.findings
    .filter(({ rule }) =>
      ['lint/style/noRestrictedImports', 'lint/suspicious/noImportCycles', 'plugin'].includes(rule),
    )
    .map(({ file, rule }) => `${file}: ${rule} (run "npm run check:lint" for the reason)`),
  ...(real.checked === 0 ? ['the checker looked at no file at all'] : []),
  ...checkPlanted(),
  ...emptyRules(),
];
for (const problem of problems) console.error(problem);
console.error(
  problems.length === 0
    ? `import directions hold: ${real.checked} files, and all ${planted.length} planted violations were found`
    : `${problems.length} problems with import directions`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
