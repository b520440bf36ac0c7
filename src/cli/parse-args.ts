import { Command, CommanderError, Option } from 'commander';
import type { Audit } from './audit-target.ts';
import type { AwsOptions } from './aws-options.ts';
import type { BucketCheck } from './bucket-check.ts';
import type { EmrExport } from './emr-export.ts';
import type { EmrImport } from './emr-import.ts';
import type { EmrPreflight } from './emr-preflight.ts';
import { type AuditDryRun, addAudit, addReport } from './parse-audit.ts';
import { addBucket } from './parse-bucket.ts';
import { addEmr } from './parse-emr.ts';
import { aws, given, type Options, POLICY, text, withAws } from './parse-options.ts';
import type { PolicyCheck } from './policy-check.ts';
import type { ReportInvocation } from './report.ts';

export type Invocation =
  | Audit
  | AuditDryRun
  | ReportInvocation
  | BucketCheck
  | EmrImport
  | EmrExport
  | EmrPreflight
  | PolicyCheck
  | {
      readonly command: 'policy explain';
      readonly policy: string;
      readonly object: string;
      readonly json: boolean;
      readonly aws: AwsOptions;
    }
  | {
      readonly command: 'evaluate';
      readonly policy: string;
      readonly heads: string;
      readonly keys?: string;
      readonly output?: string;
      readonly aws: AwsOptions;
    }
  | {
      readonly command: 'handle';
      readonly event: string;
      readonly policy: string;
      readonly topicArn?: string;
      readonly mailTopicArn?: string;
      readonly output?: string;
      readonly aws: AwsOptions;
    }
  /** Something to print and nothing to do: help, or the version. */
  | { readonly command: 'show'; readonly text: string }
  | { readonly command: 'bad usage'; readonly text: string };

const EXIT_STATUS = `
Exit status:
  0  nothing to report
  1  violations, or uncovered objects where the policy says "uncovered: alert"
  2  bad usage, bad policy, or nothing of the input readable
  3  not everything could be audited (wins over 1)
`;

/** Reads the command line into what to do; reads and writes nothing itself. `argv` is without node and the script. */
export function parseArgs(argv: readonly string[], version: string): Invocation {
  let chosen: Invocation | undefined;
  let printed = '';
  const choose = (invocation: Invocation): void => {
    chosen = invocation;
  };
  const program = buildProgram(choose, version);
  for (const command of [program, ...descendants(program)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        printed += text;
      },
      writeErr: (text) => {
        printed += text;
      },
    });
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { command: error.exitCode === 0 ? 'show' : 'bad usage', text: printed };
  }
  return chosen ?? { command: 'bad usage', text: program.helpInformation() };
}

const descendants = (command: Command): readonly Command[] =>
  command.commands.flatMap((child) => [child, ...descendants(child)]);

function buildProgram(choose: (invocation: Invocation) => void, version: string): Command {
  const program = new Command('s3-encryption-auditor')
    .description('Checks that S3 objects are encrypted with the key that a policy names for their prefix.')
    .version(version)
    .showHelpAfterError('(add --help for what is accepted)')
    .addHelpText('after', EXIT_STATUS);
  addAudit(program, choose);
  addHandle(program, choose);
  addEvaluate(program, choose);
  addReport(program, choose);
  addPolicyCommands(program, choose);
  addBucket(program, choose);
  addEmr(program, choose);
  return program;
}

function addPolicyCommands(program: Command, choose: (invocation: Invocation) => void): void {
  const policy = program.command('policy').description('work on a policy file');
  withAws(
    policy
      .command('check')
      .description('every problem of a policy, with line and column')
      .argument('<policy>', POLICY)
      .addOption(
        new Option('--suggest <what>', 'print exemptions for the scratch objects of EMR committers').choices([
          'emr',
        ]),
      ),
  ).action((path: string, options: Options) =>
    choose({
      command: 'policy check',
      policy: path,
      ...(options.suggest === 'emr' ? { suggest: 'emr' } : {}),
      aws: aws(options),
    }),
  );
  withAws(
    policy
      .command('explain')
      .description('which rule decides for an object, why the others do not, and what is then required')
      .argument('<policy>', POLICY)
      .argument('<object>', 's3://BUCKET/KEY, the key as S3 stores it, not encoded')
      .option('--json', 'print the steps as JSON'),
  ).action((path: string, object: string, options: Options) =>
    choose({
      command: 'policy explain',
      policy: path,
      object,
      json: options.json === true,
      aws: aws(options),
    }),
  );
}

function addEvaluate(program: Command, choose: (invocation: Invocation) => void): void {
  withAws(
    program
      .command('evaluate')
      .description('verdicts offline, from HeadObject answers; no network')
      .requiredOption('--policy <policy>', POLICY)
      .requiredOption('--heads <file>', 'NDJSON, one {"bucket","key","head"} a line; - for standard input')
      .option('--keys <file>', 'JSON: alias name or alias ARN to key ARN, null for not found')
      .option('--output <file>', 'write the records there instead of to standard output'),
  ).action((options: Options) =>
    choose({
      command: 'evaluate',
      policy: text(options, 'policy') ?? '',
      heads: text(options, 'heads') ?? '',
      ...given(options, 'keys', 'output'),
      aws: aws(options),
    }),
  );
}

function addHandle(program: Command, choose: (invocation: Invocation) => void): void {
  withAws(
    program
      .command('handle')
      .description('run one event document through the path that the Lambda function takes')
      .argument(
        '<event>',
        'a JSON file with an S3, SNS, SQS, EventBridge or S3 Batch Operations event, or with a batch of a Distributed Map; - for standard input',
      )
      .requiredOption('--policy <policy>', POLICY)
      .option('--topic-arn <arn>', 'publish digests there as JSON; without it they are only shown')
      .option('--mail-topic-arn <arn>', 'publish digests there as text for people')
      .option('--output <file>', 'write the records there instead of to standard output'),
  ).action((event: string, options: Options) =>
    choose({
      command: 'handle',
      event,
      policy: text(options, 'policy') ?? '',
      ...given(options, 'topicArn', 'mailTopicArn', 'output'),
      aws: aws(options),
    }),
  );
}
