import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { handlers } from '../scripts/bundle.ts';
import { type Bundle, bytesByPackage, packageOf } from './bundles.ts';
import { KEYS, queueEvent } from './cold-events.ts';
import { coldStart } from './cold-process.ts';
import { type ColdWorld, IN_S3 } from './cold-world.ts';
import type { Budget, Cell, Table } from './results.ts';

const WATCHED = ['@aws-sdk/client-s3', '@aws-sdk/client-kms', '@aws-sdk/client-sns', 'yaml'];

interface Situation {
  readonly name: string;
  readonly key: string;
  readonly policy: 'bundle' | 's3';
  readonly expected: readonly string[];
}

const SITUATIONS: readonly Situation[] = [
  { name: 'object under SSE-S3, as its rule wants', key: KEYS.plain, policy: 'bundle', expected: ['yaml'] },
  {
    name: 'object under the right KMS key',
    key: KEYS.right,
    policy: 'bundle',
    expected: ['@aws-sdk/client-kms', 'yaml'],
  },
  {
    name: 'object under a wrong KMS key',
    key: KEYS.wrong,
    policy: 'bundle',
    expected: ['@aws-sdk/client-kms', '@aws-sdk/client-sns', 'yaml'],
  },
  {
    name: 'object under the right KMS key, policy in S3',
    key: KEYS.right,
    policy: 's3',
    expected: ['@aws-sdk/client-kms', 'yaml'],
  },
];

/** What is loaded when: the parts of the bundle that Node reads, by the packages that they hold. */
export async function loading({
  bundles,
  env,
  policyFile,
}: ColdWorld): Promise<{ table: Table; budgets: readonly Budget[] }> {
  const bundle = bundles.get('audit-queue');
  if (bundle === undefined) throw new Error('audit-queue is not among the bundles');
  const rows: Cell[][] = [];
  const wrong: string[] = [];
  for (const [at, { name, key, policy, expected }] of SITUATIONS.entries()) {
    const cold = await coldStart({
      file: bundle.file,
      event: queueEvent(key),
      env: env(policy === 's3' ? IN_S3 : policyFile),
      list: true,
    });
    const found = watched(bundle, cold.loaded);
    const early = watched(bundle, cold.loadedByImport);
    if (at === 0) rows.push(['import alone', listText(early)]);
    rows.push([`first event: ${name}`, listText(found)]);
    if (early.length > 0) wrong.push(`${early.join(', ')} by import`);
    if (found.join() !== [...expected].sort().join()) wrong.push(`${name}: ${listText(found)}`);
  }
  const budget: Budget = {
    name: 'the clients of S3, KMS and SNS and the YAML parser are loaded only when first needed',
    wanted: 'as the table says',
    measured: wrong.length === 0 ? 'as wanted' : wrong.join('; '),
    met: wrong.length === 0,
  };
  const columns = [{ name: 'audit-queue' }, { name: `loaded of ${WATCHED.join(', ')}` }];
  return { table: { title: 'What is loaded, policy in the bundle', columns, rows }, budgets: [budget] };
}

const listText = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

function watched({ metafile }: Bundle, urls: readonly string[]): readonly string[] {
  const loaded = new Set(urls.map((url) => fileURLToPath(url)));
  const packages = Object.entries(metafile.outputs)
    .filter(([output]) => loaded.has(join(import.meta.dirname, '..', output)))
    .flatMap(([, { inputs }]) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([input]) => packageOf(input));
  return [...new Set(packages)].filter((name) => WATCHED.includes(name)).sort();
}

export function sizes({ bundles }: ColdWorld): readonly Table[] {
  const own = handlers().flatMap((name) => bundles.get(name) ?? []);
  const sizesOf = own.map(bytesByPackage);
  const largest = (name: string): number => Math.max(...sizesOf.map((all) => all.get(name) ?? 0));
  const packages = [...new Set(sizesOf.flatMap((all) => [...all.keys()]))].sort(
    (a, b) => largest(b) - largest(a),
  );
  const most = packages.slice(0, 12);
  const rest = packages.slice(most.length);
  const kib = (bytes: number): number => bytes / 1_024;
  const cells = (names: readonly string[]): readonly Cell[] =>
    sizesOf.map((all) => kib(names.reduce((sum, name) => sum + (all.get(name) ?? 0), 0)));
  return [
    {
      title: 'Size of each bundle',
      columns: [{ name: 'handler' }, { name: 'KiB', digits: 0 }],
      rows: own.map(({ name, bytes }) => [name, kib(bytes)]),
    },
    {
      title: 'Size of each bundle by package, KiB',
      columns: [{ name: 'package' }, ...own.map(({ name }) => ({ name }))],
      rows: [...most.map((name) => [name, ...cells([name])]), [`${rest.length} others`, ...cells(rest)]],
    },
  ];
}
