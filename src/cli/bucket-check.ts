import type { AuditDeps } from '../audit/audit-object.ts';
import { judgeHead } from '../audit/judge-head.ts';
import type { KeyDirectory } from '../audit/ports.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { connect, kmsKeys, s3BucketSettings, sha256 } from '../compose.ts';
import { keysNamedBy } from '../emr/aws-managed-key.ts';
import { type BucketCheckFacts, bucketFindings, FINDING_LEVELS } from '../emr/bucket-check.ts';
import {
  type DefaultJudgement,
  defaultHead,
  defaultJudgement,
  defaultKey,
  governedByDefault,
} from '../emr/bucket-check-default.ts';
import type { BucketSettings, SettingAnswer } from '../emr/bucket-settings.ts';
import type { BucketDefault } from '../encryption/bucket-default.ts';
import type { KeyAnswer } from '../keys/enquiry.ts';
import { type KeyArn, parseKeyReference } from '../keys/reference.ts';
import { jsonText } from '../objects/json-text.ts';
import { type BucketName, bucketName, objectKey, type WrittenObject } from '../objects/object.ts';
import { isDirectoryBucket } from '../objects/permission.ts';
import { rulesThatCanGovern } from '../policy/explain.ts';
import type { Rule } from '../policy/types.ts';
import { utcDay } from '../verdict/judge-key.ts';
import type { AwsOptions } from './aws-options.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { BadInput, type CliIo, checkFiles } from './io.ts';
import { preparedPolicy } from './load-policy.ts';
import { readKeysFile } from './offline-keys.ts';
import { bucketCheckJson, renderBucketCheck } from './render-bucket-check.ts';
import { writeOut } from './sink.ts';

/** `bucket check` as the command line asks for it. */
export interface BucketCheck {
  readonly command: 'bucket check';
  /** `s3://BUCKET` */
  readonly target: string;
  readonly policy: string;
  readonly keys?: string;
  readonly json: boolean;
  readonly aws: AwsOptions;
}

/** Holds a bucket's own configuration against the rules that govern the bucket. Throws `BadInput` and `PolicyUnusable`. */
export async function bucketCheck(
  invocation: BucketCheck,
  io: CliIo,
  given: { readonly settings?: BucketSettings } = {},
): Promise<ExitStatus> {
  const bucket = targetOf(invocation.target);
  checkFiles({ '--policy': invocation.policy, '--keys': invocation.keys }, {});
  const policy = await preparedPolicy(invocation.policy, invocation.aws, io);
  const rules = rulesThatCanGovern(policy.policy.rules, bucket, '');
  if (rules.length === 0) {
    throw new BadInput(`no rule of the policy can govern an object in s3://${bucket}, so nothing was asked`);
  }
  const clients = connect(invocation.aws);
  const keys =
    invocation.keys === undefined ? kmsKeys(clients, 'minutes') : await readKeysFile(invocation.keys, io);
  const settings = given.settings ?? s3BucketSettings(clients);
  const [byDefault, notifications] = await Promise.all([
    settings.defaultEncryption(bucket),
    isDirectoryBucket(bucket) ? ({ kind: 'not-offered' } as const) : settings.notifications(bucket),
  ]);
  const { region } = invocation.aws;
  const scope = { policy, keys, nowMs: io.now(), ...(region === undefined ? {} : { region }) };
  const judgements = await judgeRules(rules, byDefault, scope);
  const facts: BucketCheckFacts = { bucket, byDefault, notifications, judgements, rules };
  const text = invocation.json
    ? `${jsonText(bucketCheckJson(facts), 2)}\n`
    : renderBucketCheck(facts, { color: io.color });
  await writeOut(text, io);
  return statusOf(facts);
}

function targetOf(target: string): BucketName {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(target) ?? [];
  if (bucket === undefined || bucket.startsWith('arn:') || prefix !== '') {
    throw new BadInput(`${target} is no bucket: expected s3://BUCKET, of which the whole is checked`);
  }
  return bucketName(bucket);
}

function statusOf(facts: BucketCheckFacts): ExitStatus {
  const levels = new Set<string>(bucketFindings(facts).map(({ code }) => FINDING_LEVELS[code]));
  if (levels.has('unknown')) return EXIT.incomplete;
  return levels.has('problem') ? EXIT.violations : EXIT.nothing;
}

interface Scope {
  readonly policy: PreparedPolicy;
  readonly keys: KeyDirectory;
  readonly nowMs: number;
  readonly region?: string;
}

async function judgeRules(
  rules: readonly Rule[],
  answer: SettingAnswer<BucketDefault>,
  scope: Scope,
): Promise<readonly DefaultJudgement[]> {
  if (answer.kind !== 'found' && answer.kind !== 'none') return [];
  const byDefault = answer.kind === 'found' ? answer.value : undefined;
  const key = byDefault === undefined ? ({ kind: 'none' } as const) : defaultKey(byDefault);
  const resolved = key.kind === 'alias' ? await resolve(key.text, scope) : undefined;
  const head = defaultHead(byDefault, scope.nowMs, resolved?.arn);
  const described = key.kind === 'aws-managed' ? await describeKeys(rules, scope) : new Map();
  const { policy } = scope.policy;
  const common = { key, described, policy, today: utcDay(scope.nowMs) };
  const account = resolved === undefined ? {} : { resolvedIn: resolved.account };
  return Promise.all(
    rules.map(async (rule) => {
      if (rule.sse === undefined) return defaultJudgement({ ...common, rule });
      const { verdict } = await judgeHead(head, anyObject(scope), governedByDefault(rule), depsOf(scope));
      return defaultJudgement({ ...common, ...account, rule, verdict });
    }),
  );
}

/** What an alias stands for in the account of the caller; a writer of another account has another. */
async function resolve(text: string, { keys, region }: Scope) {
  const alias = parseKeyReference(text);
  if (alias?.kind !== 'alias-name') return undefined;
  const answer = await keys.alias(alias, region, 'kept');
  const key = answer.kind === 'key' ? parseKeyReference(answer.arn) : undefined;
  return key?.kind === 'key-arn' ? key : undefined;
}

async function describeKeys(
  rules: readonly Rule[],
  { keys }: Scope,
): Promise<ReadonlyMap<KeyArn, KeyAnswer>> {
  const arns = keysNamedBy(rules);
  return new Map(await Promise.all(arns.map(async (arn) => [arn, await keys.key(arn)] as const)));
}

/** The default is the same for every key, so that no key is meant: none is an instruction file. */
const anyObject = ({ region }: Scope): WrittenObject => ({
  change: 'write',
  bucket: bucketName(''),
  key: objectKey(''),
  ...(region === undefined ? {} : { region }),
});

/** Nothing of S3 is asked: the head is what the default would make. */
const depsOf = ({ policy, keys, nowMs }: Scope): AuditDeps => ({
  policy,
  keys,
  now: () => nowMs,
  hash: sha256,
  instructionFiles: { read: async () => ({ kind: 'not-found' }) },
  heads: {
    head: async () => ({ kind: 'not-found' }),
    errorDocument: async () => ({ kind: 'none' }),
    bucket: async () => 'answers',
  },
});
