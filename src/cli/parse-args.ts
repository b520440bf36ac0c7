import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** How to reach AWS: the AWS CLI's global options. */
export interface AwsOptions {
  readonly endpointUrl?: string;
  readonly region?: string;
  readonly profile?: string;
}

export type Invocation =
  | { readonly command: 'policy check'; readonly policy: string; readonly aws: AwsOptions }
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
  addPolicyCommands(program, choose);
  addEvaluate(program, choose);
  addHandle(program, choose);
  return program;
}

function endpointUrl(text: string): string {
  if (/^https?:\/\/[^/]/i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError(
    'Expected an address such as https://s3.example.com or http://localhost:9000.',
  );
}

function withAws(command: Command): Command {
  return command
    .addOption(
      new Option('--endpoint-url <url>', 'send requests there instead of to AWS').argParser(endpointUrl),
    )
    .addOption(new Option('--region <region>', 'the Region to ask in'))
    .addOption(new Option('--profile <name>', 'the profile of the AWS configuration to use'));
}

type Options = Readonly<Record<string, string | boolean | undefined>>;

const text = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** The members that are there, so that an option left out is an absent member. */
function given<Name extends string>(options: Options, ...names: readonly Name[]): { [N in Name]?: string } {
  const found: { [N in Name]?: string } = {};
  for (const name of names) {
    const value = text(options, name);
    // `-` is standard output for a writer as it is standard input for a reader.
    if (value !== undefined && !(name === 'output' && value === '-')) found[name] = value;
  }
  return found;
}

const aws = (options: Options): AwsOptions => given(options, 'endpointUrl', 'region', 'profile');

const POLICY = 'the policy: a file, - for standard input, or s3://bucket/key';

function addPolicyCommands(program: Command, choose: (invocation: Invocation) => void): void {
  const policy = program.command('policy').description('work on a policy file');
  withAws(
    policy
      .command('check')
      .description('every problem of a policy, with line and column')
      .argument('<policy>', POLICY),
  ).action((path: string, options: Options) =>
    choose({ command: 'policy check', policy: path, aws: aws(options) }),
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
      .argument('<event>', 'a JSON file with an S3, SNS, SQS or EventBridge event; - for standard input')
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
