import { budgetsOf, comparison, timesTable } from './cold-compare.ts';
import { loading, sizes } from './cold-contents.ts';
import { coldStart } from './cold-process.ts';
import { variants } from './cold-variants.ts';
import { makeWorld } from './cold-world.ts';
import { interleaved } from './lib.ts';
import type { Finding, PartInput } from './results.ts';

/** Time and memory of a cold start, what it loads, and what the bundles consist of. */
export async function find({ quick }: PartInput): Promise<Finding> {
  const world = await makeWorld();
  const rounds = quick ? 5 : 25;
  const all = variants(world);
  for (const variant of all) await coldStart(variant);
  const taken = await interleaved(all, rounds, coldStart);
  const { table, budgets } = await loading(world);
  world.stop();
  return {
    title: 'Cold start',
    settings: `${rounds} rounds, each in fresh processes one after the other, as Lambda starts Node; the server in another process, without latency, reached by plain HTTP. The policy is read from S3 unless said.`,
    tables: [timesTable(taken), comparison(taken), table, ...sizes(world)],
    budgets: [...budgetsOf(taken), ...budgets],
    notes: [],
    facts: {},
  };
}
