// Prints the mutation scores of mutation/results.json as a Markdown table.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FolderScore, percentFound } from './score.ts';

const { folders } = JSON.parse(readFileSync(join(import.meta.dirname, 'results.json'), 'utf8')) as {
  readonly folders: readonly FolderScore[];
};
const sum = (name: 'killed' | 'timedOut' | 'survived' | 'notCovered' | 'notTried'): number =>
  folders.reduce((all, one) => all + one[name], 0);
const total: FolderScore = {
  folder: 'all',
  killed: sum('killed'),
  timedOut: sum('timedOut'),
  survived: sum('survived'),
  notCovered: sum('notCovered'),
  notTried: sum('notTried'),
};
const row = (one: FolderScore): string => {
  const { folder, killed, timedOut, survived, notCovered, notTried, at = '' } = one;
  const percent = percentFound(one)?.toFixed(1) ?? '-';
  return `| ${folder === 'all' ? '**all**' : `\`src/${folder}\``} | ${killed} | ${timedOut} | ${survived} | ${notCovered} | ${notTried} | ${percent} % | ${at} |`;
};
process.stdout.write(
  `${[
    '| folder | killed | ran out of time | survived | no test reaches it | not tried | found | run on |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...[...folders, total].map(row),
  ].join('\n')}\n`,
);
