import { type Command, Option } from 'commander';
import type { BucketCheck } from './bucket-check.ts';
import { aws, given, type Options, POLICY, text, withAws } from './parse-options.ts';

const EXIT_STATUS = `
Exit status:
  0  nothing to report: only notes
  1  the default would break a rule, its key is resolved in the account of the writer, SSE-C is not blocked, or not
     every write under a rule is told to anybody
  2  bad usage, bad policy, or no rule that can govern the bucket
  3  something could not be told: access denied, a key that does not resolve, a key that hangs on a capture or on who
     writes (wins over 1)

Needs s3:GetEncryptionConfiguration and s3:GetBucketNotification on the bucket; kms:DescribeKey where the policy or the
default names an alias.
`;

/** Adds `bucket check`. */
export function addBucket(program: Command, choose: (invocation: BucketCheck) => void): void {
  const bucket = program.command('bucket').description("work on a bucket's own configuration");
  withAws(
    bucket
      .command('check')
      .description(
        'default encryption, blocked types and notifications against the rules that govern a bucket',
      )
      .argument('<bucket>', 's3://BUCKET')
      .requiredOption('--policy <policy>', POLICY)
      .option(
        '--keys <file>',
        'JSON: alias name or alias ARN to key ARN, null for not found; KMS is not asked',
      )
      .addOption(
        new Option('--format <format>', 'as text or as JSON').choices(['text', 'json']).default('text'),
      ),
  )
    .addHelpText('after', EXIT_STATUS)
    .action((target: string, options: Options) =>
      choose({
        command: 'bucket check',
        target,
        policy: text(options, 'policy') ?? '',
        json: options.format === 'json',
        ...given(options, 'keys'),
        aws: aws(options),
      }),
    );
}
