import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AwsOptions } from './aws-options.ts';

function endpointUrl(text: string): string {
  if (/^https?:\/\/[^/]/i.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError(
    'Expected an address such as https://s3.example.com or http://localhost:9000.',
  );
}

/** Adds the options by which AWS is reached. */
export function withAws(command: Command): Command {
  return command
    .addOption(
      new Option('--endpoint-url <url>', 'send requests there instead of to AWS').argParser(endpointUrl),
    )
    .addOption(new Option('--region <region>', 'the Region to ask in'))
    .addOption(new Option('--profile <name>', 'the profile of the AWS configuration to use'));
}

export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** The option's text; `undefined` where it was not given. */
export const text = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** The members that are there, so that an option left out is an absent member. */
export function given<Name extends string>(
  options: Options,
  ...names: readonly Name[]
): { [N in Name]?: string } {
  const found: { [N in Name]?: string } = {};
  for (const name of names) {
    const value = text(options, name);
    // `-` is standard output for a writer as it is standard input for a reader.
    if (value !== undefined && !(name === 'output' && value === '-')) found[name] = value;
  }
  return found;
}

/** The options by which AWS is reached, as given. */
export const aws = (options: Options): AwsOptions => given(options, 'endpointUrl', 'region', 'profile');

export const POLICY = 'the policy: a file, - for standard input, or s3://bucket/key';
