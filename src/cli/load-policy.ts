import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { connect, loadPolicyText, readPolicyText } from '../compose.ts';
import type { AwsOptions } from './aws-options.ts';
import { BadInput, type CliIo, readText } from './io.ts';

/** Reads the policy that `--policy` names: a file, `-`, or `s3://bucket/key`. Throws `BadInput` or `PolicyUnusable`. */
export async function policyText(path: string, aws: AwsOptions, io: CliIo): Promise<string> {
  const [, bucket, key] = /^s3:\/\/([^/:]+)\/(.+)$/s.exec(path) ?? [];
  if (bucket !== undefined && key !== undefined) {
    return readPolicyText({ kind: 's3', bucket, key }, connect(aws));
  }
  if (path.startsWith('s3:')) throw new BadInput(`${path} is no place of a policy: expected s3://BUCKET/KEY`);
  return readText(path, io);
}

/** What a command that is handed on names after `--policy`: standard input has been read, and nothing else is there. */
export const policyWord = (path: string): string => (path === '-' ? 'POLICY' : path);

/** Reads and prepares a policy; throws `PolicyUnusable` with every problem. */
export async function preparedPolicy(path: string, aws: AwsOptions, io: CliIo): Promise<PreparedPolicy> {
  const text = await policyText(path, aws, io);
  return loadPolicyText(text, path === '-' ? 'standard input' : path);
}
