import { jsonText } from '../objects/json-text.ts';
import type { BucketName } from '../objects/object.ts';
import type { Policy } from '../policy/types.ts';
import { estimate } from '../reaudit/estimate.ts';
import { countObjects, givenCount, type ObjectCount } from '../reaudit/estimate-count.ts';
import { rulesBelow } from '../reaudit/estimate-rules.ts';
import { estimateJson, estimateText } from '../reaudit/estimate-text.ts';
import type { ObjectLister } from '../reaudit/ports.ts';
import { type PriceTable, parsePrices, shippedPrices } from '../reaudit/prices.ts';
import { listingRefused } from '../reaudit/run-errors.ts';
import { SourceUnusable } from '../reaudit/source-failures.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { BadInput, type CliIo, readText } from './io.ts';
import { writeOut } from './sink.ts';

export interface DryRunOptions {
  readonly bucket: BucketName;
  readonly prefix: string;
  readonly versions: boolean;
  /** `--objects`: how many there are, said by a person. */
  readonly objects?: string;
  /** `--prices` */
  readonly prices?: string;
  /** `--format json` */
  readonly json: boolean;
}

export interface DryRunDeps {
  readonly policy: Policy;
  readonly lister: ObjectLister;
  /** At least 0, below 1. */
  readonly random: () => number;
}

/** What an audit would take, by each source; HEADs nothing, and lists no more than it needs for the estimate. */
export async function dryRun(options: DryRunOptions, deps: DryRunDeps, io: CliIo): Promise<ExitStatus> {
  const prices = await pricesOf(options.prices, io);
  const count = await countOf(options, deps);
  const rules = rulesBelow(deps.policy, options.bucket, options.prefix);
  const estimated = estimate({ count, rules, prices });
  await writeOut(
    options.json ? `${jsonText(estimateJson(estimated), 2)}\n` : `${estimateText(estimated)}\n`,
    io,
  );
  return EXIT.nothing;
}

async function pricesOf(path: string | undefined, io: CliIo): Promise<PriceTable> {
  if (path === undefined) return shippedPrices();
  try {
    return parsePrices(await readText(path, io), path);
  } catch (error) {
    throw error instanceof SourceUnusable ? new BadInput(error.message, { cause: error }) : error;
  }
}

async function countOf(options: DryRunOptions, deps: DryRunDeps): Promise<ObjectCount> {
  const { objects, bucket, prefix, versions } = options;
  if (objects !== undefined) {
    const number = /^\d{1,15}$/.test(objects) ? Number(objects) : Number.NaN;
    if (Number.isNaN(number)) {
      throw new BadInput(`--objects is ${JSON.stringify(objects)}: expected a whole number`);
    }
    return givenCount(number);
  }
  const { random, lister } = deps;
  const pick = (choices: number): number => Math.floor(random() * choices);
  const answer = await countObjects({ bucket, prefix, versions, pick }, lister);
  if (answer.kind === 'refused') throw listingRefused(bucket, answer.answer);
  return answer.count;
}
