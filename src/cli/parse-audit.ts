import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Audit } from './audit-target.ts';
import type { AwsOptions } from './aws-options.ts';
import { BadInput } from './io.ts';
import { aws, given, type Options, POLICY, text, withAws } from './parse-options.ts';
import { REPORT_FORMATS, type ReportInvocation } from './report.ts';

/** `audit --dry-run`: what it would take, without auditing anything. */
export interface AuditDryRun {
  readonly command: 'audit --dry-run';
  readonly target: string;
  readonly policy: string;
  readonly versions: boolean;
  readonly objects?: string;
  readonly prices?: string;
  readonly json: boolean;
  readonly aws: AwsOptions;
}

function whole(written: string): number {
  const number = /^[1-9]\d{0,6}$/.test(written) ? Number(written) : Number.NaN;
  if (Number.isNaN(number)) throw new InvalidArgumentError('Expected a whole number from 1 to 9999999.');
  return number;
}

type AuditOptions = Readonly<Record<string, string | boolean | number | undefined>>;

const numbers = (options: AuditOptions): Pick<Audit, 'concurrency' | 'maxRate'> => ({
  ...(typeof options.concurrency === 'number' ? { concurrency: options.concurrency } : {}),
  ...(typeof options.maxRate === 'number' ? { maxRate: options.maxRate } : {}),
});

const texts = (options: AuditOptions): Options =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => (typeof value === 'number' ? [] : [[name, value]])),
  );

/** Adds `audit`. */
export function addAudit(program: Command, choose: (invocation: Audit | AuditDryRun) => void): void {
  withAws(
    program
      .command('audit')
      .description('re-audit what is under a prefix now: every object, once')
      .argument('<target>', 's3://BUCKET or s3://BUCKET/PREFIX')
      .requiredOption('--policy <policy>', POLICY)
      .option('--output <file>', 'write the records there instead of to standard output')
      .option('--report <file>', 'write a report there, as one HTML file')
      .option('--versions', 'audit every version, not the current ones alone')
      .option('--resume <file>', 'keep the state of the run there, and go on where an earlier one stopped')
      .addOption(new Option('--concurrency <n>', 'how many HEADs at once at the most').argParser(whole))
      .addOption(new Option('--max-rate <n>', 'how many HEADs a second at the most').argParser(whole))
      .option('--topic-arn <arn>', 'publish one digest for each cause there, as JSON')
      .option('--mail-topic-arn <arn>', 'publish them there too, as text for people')
      .option('--inventory <manifest>', 'go by an S3 Inventory: s3://BUCKET/.../manifest.json')
      .option('--metadata <file>', 'go by a query result over S3 Metadata tables, CSV or NDJSON')
      .option('--as-of <time>', 'with --metadata: of when it is, in UTC')
      .option('--dry-run', 'only estimate objects, requests, dollars and time, by each source')
      .option('--objects <n>', 'with --dry-run: how many objects there are, where you know')
      .option('--prices <file>', 'with --dry-run: another price table')
      .addOption(
        new Option('--format <format>', 'with --dry-run: as text or as JSON').choices(['text', 'json']),
      ),
  ).action((target: string, options: AuditOptions) => choose(chosenAudit(target, options)));
}

function chosenAudit(target: string, options: AuditOptions): Audit | AuditDryRun {
  const written = texts(options);
  const common = {
    target,
    policy: text(written, 'policy') ?? '',
    versions: options.versions === true,
    aws: aws(written),
  };
  if (options.dryRun === true) {
    const json = options.format === 'json';
    return { command: 'audit --dry-run', ...common, json, ...given(written, 'objects', 'prices') };
  }
  for (const name of ['objects', 'prices', 'format'] as const) {
    if (options[name] === undefined) continue;
    throw new BadInput(
      `--${name} goes with --dry-run alone, which estimates: an audit takes no notice of it`,
    );
  }
  const files = given(
    written,
    'output',
    'report',
    'topicArn',
    'mailTopicArn',
    'resume',
    'inventory',
    'metadata',
    'asOf',
  );
  return { command: 'audit', ...common, ...numbers(options), ...files };
}

/** Adds `report`. */
export function addReport(program: Command, choose: (invocation: ReportInvocation) => void): void {
  program
    .command('report')
    .description('a report from records, as one HTML file, or a summary as CSV or JSON')
    .argument('<records>', 'NDJSON, as audit writes it; - for standard input')
    .option('-o, --output <file>', 'write it there instead of to standard output')
    .addOption(new Option('--format <format>', 'what to write').choices(REPORT_FORMATS).default('html'))
    .option('--scope <text>', 'what was audited, as the page says it')
    .option('--policy <policy>', 'what the commands on the page name after --policy; it is not read')
    .action((records: string, options: Options) =>
      choose({
        command: 'report',
        records,
        format: REPORT_FORMATS.find((format) => format === options.format) ?? 'html',
        ...given(options, 'output', 'scope', 'policy'),
      }),
    );
}
