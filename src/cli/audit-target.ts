import { resolve } from 'node:path';
import { type BucketName, bucketName } from '../objects/object.ts';
import { isDirectoryBucket } from '../objects/permission.ts';
import { rulesThatCanGovern } from '../policy/explain.ts';
import type { Policy } from '../policy/types.ts';
import type { RunHeader } from '../reaudit/state.ts';
import { waitingPath } from '../reaudit/state-store.ts';
import { checkSourceOptions } from './audit-sources.ts';
import type { AwsOptions } from './aws-options.ts';
import { BadInput, checkFiles, isNoFile } from './io.ts';
import { checkTopics } from './topics.ts';

/** `audit` as the command line asks for it. */
export interface Audit {
  readonly command: 'audit';
  /** `s3://BUCKET` or `s3://BUCKET/PREFIX`. */
  readonly target: string;
  readonly policy: string;
  readonly output?: string;
  readonly report?: string;
  readonly topicArn?: string;
  readonly mailTopicArn?: string;
  readonly concurrency?: number;
  readonly maxRate?: number;
  readonly versions: boolean;
  readonly resume?: string;
  /** Another source than listing: the manifest of an inventory, or a query result over a metadata table. */
  readonly inventory?: string;
  readonly metadata?: string;
  readonly asOf?: string;
  readonly aws: AwsOptions;
}

export interface Target {
  readonly bucket: BucketName;
  readonly prefix: string;
}

/** Reads what is to be audited and checks every option before anything is asked or written. Throws `BadInput`. */
export function targetOf(invocation: Audit): Target {
  const { target, resume, output } = invocation;
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(target) ?? [];
  if (bucket === undefined) throw new BadInput(`${target} is no place in S3: expected s3://BUCKET[/PREFIX]`);
  if (bucket.startsWith('arn:')) {
    throw new BadInput(
      `${target} names an ARN: name an access point by its alias, s3://ALIAS-s3alias/PREFIX`,
    );
  }
  checkAuditFiles(invocation);
  checkSourceOptions(invocation);
  checkTopics(invocation);
  if (resume !== undefined && output === undefined) {
    throw new BadInput(
      '--resume needs --output FILE beside it: what is on standard output could not be gone on with',
    );
  }
  if (isDirectoryBucket(bucket)) checkDirectoryBucket(bucket, invocation);
  return { bucket: bucketName(bucket), prefix };
}

function checkDirectoryBucket(
  bucket: string,
  { versions, resume }: Pick<Audit, 'versions' | 'resume'>,
): void {
  if (versions)
    throw new BadInput(`${bucket} is a directory bucket, which has no versions: leave out --versions`);
  if (resume === undefined) return;
  throw new BadInput(
    `${bucket} is a directory bucket, which S3 lists in no order, so that a run of it cannot be gone on with: leave out --resume`,
  );
}

function checkAuditFiles({ policy, metadata, resume, output, report }: Audit): void {
  const waiting = resume === undefined ? {} : { "--resume's list of what waits": waitingPath(resume) };
  const inputs = { '--policy': policy, '--metadata': metadata };
  checkFiles(inputs, { '--resume': resume, ...waiting, '--output': output, '--report': report });
  for (const [option, path] of Object.entries({ '--resume': resume, '--output': output })) {
    if (resume === undefined || path === undefined || !isNoFile(path)) continue;
    throw new BadInput(`${option} ${path} is no file: a run that goes on reads it again, and writes over it`);
  }
}

/** Says before listing that nothing there could be judged. Throws `BadInput`. */
export function checkGoverned(policy: Policy, { bucket, prefix }: Target): void {
  if (rulesThatCanGovern(policy.rules, bucket, prefix).length > 0) return;
  const matches = policy.rules.slice(0, 3).map(({ id, match }) => `${id} (${match.text})`);
  const more = policy.rules.length > 3 ? ` and ${policy.rules.length - 3} more` : '';
  throw new BadInput(
    `no rule of the policy can govern an object under s3://${bucket}/${prefix}, so nothing was listed. Its rules: ${matches.join(', ')}${more}`,
  );
}

/** Refuses to go on with a run of something else. Throws `BadInput`. */
export function checkSameRun(header: RunHeader, invocation: Audit, { bucket, prefix }: Target): void {
  const { versions, resume = '', output = '' } = invocation;
  const differing = [
    ...(header.bucket === bucket && header.prefix === prefix
      ? []
      : [`it audits s3://${header.bucket}/${header.prefix}`]),
    ...(header.versions === versions
      ? []
      : [header.versions ? 'it is with --versions' : 'it is without --versions']),
    ...(header.output === resolve(output) ? [] : [`its records are in ${header.output}`]),
  ];
  if (differing.length === 0) return;
  throw new BadInput(
    `${resume} is the state of another run: ${differing.join(', and ')}. Give the options that it was begun with, or another file by --resume`,
  );
}
