import { METRIC_NAMESPACE } from './metrics.ts';

/** How a Lambda function of the product is configured: contract section 7. */
export interface LambdaConfig {
  readonly policy: PolicyLocation;
  readonly topicArn: string;
  readonly mailTopicArn?: string;
  readonly concurrency: number;
  readonly policyTtlMs: number;
  readonly alertFormat: 'two-topics' | 'per-protocol';
  /** The redrive policy's `maxReceiveCount`; absent where nobody said. */
  readonly maxReceives?: number;
  readonly reportBucket?: string;
  /** CloudWatch's namespace for the counters. */
  readonly metricNamespace: string;
  /** Whether instruction files may be read from S3. */
  readonly instructionFiles: boolean;
}

export type PolicyLocation =
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'ssm'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

/** How a policy's place is written, in messages and on the command line. */
export function locationText(location: PolicyLocation): string {
  switch (location.kind) {
    case 's3':
      return `s3://${location.bucket}/${location.key}`;
    case 'ssm':
      return `ssm:${location.name}`;
    case 'file':
      return location.path;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** One or more environment variables are missing or bad; `problems` holds a sentence for each. */
export class BadConfiguration extends Error {
  override readonly name = 'BadConfiguration';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the environment is not right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const DEFAULT_CONCURRENCY = 32;
const DEFAULT_POLICY_TTL_SECONDS = 300;
const NAMESPACE = /^(?!AWS\/|:)[\w.\-/#:]{1,255}$/;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;

/** Reads the configuration; throws `BadConfiguration` that names every missing or bad variable at once. */
export function readLambdaConfig(env: Environment): LambdaConfig {
  const problems: string[] = [];
  const reader = new VariableReader(env, problems);
  const policy = reader.policy('POLICY');
  const topicArn = reader.topic('TOPIC_ARN', true);
  const mailTopicArn = reader.topic('MAIL_TOPIC_ARN', false);
  const concurrency = reader.whole('CONCURRENCY', 1, 1000) ?? DEFAULT_CONCURRENCY;
  const ttl = reader.whole('POLICY_TTL_SECONDS', 0, 86_400) ?? DEFAULT_POLICY_TTL_SECONDS;
  const alertFormat = reader.oneOf('ALERT_FORMAT', ['two-topics', 'per-protocol']) ?? 'two-topics';
  const maxReceives = reader.whole('MAX_RECEIVES', 1, 1000);
  const instructionFiles = reader.oneOf('INSTRUCTION_FILES', ['on', 'off']) === 'on';
  const metricNamespace = reader.namespace('METRIC_NAMESPACE') ?? METRIC_NAMESPACE;
  const reportBucket = reader.bucket('REPORT_BUCKET');
  if (problems.length > 0 || policy === undefined || topicArn === undefined)
    throw new BadConfiguration(problems);
  return {
    policy,
    topicArn,
    concurrency,
    policyTtlMs: ttl * 1000,
    alertFormat: alertFormat === 'per-protocol' ? 'per-protocol' : 'two-topics',
    metricNamespace,
    instructionFiles,
    ...(mailTopicArn === undefined ? {} : { mailTopicArn }),
    ...(maxReceives === undefined ? {} : { maxReceives }),
    ...(reportBucket === undefined ? {} : { reportBucket }),
  };
}

class VariableReader {
  readonly #env: Environment;
  readonly #problems: string[];

  constructor(env: Environment, problems: string[]) {
    this.#env = env;
    this.#problems = problems;
  }

  policy(name: string): PolicyLocation | undefined {
    const text = this.#env[name];
    const expected = 's3://BUCKET/KEY, ssm:NAME or the path of a bundled file';
    if (!text) return this.#missing(name, expected);
    const [, bucket, key] = /^s3:\/\/([^/:]+)\/(.+)$/s.exec(text) ?? [];
    if (bucket !== undefined && key !== undefined) return { kind: 's3', bucket, key };
    if (text.startsWith('s3:') || text === 'ssm:') return this.#bad(name, text, expected);
    return text.startsWith('ssm:') ? { kind: 'ssm', name: text.slice(4) } : { kind: 'file', path: text };
  }

  topic(name: string, required: boolean): string | undefined {
    const text = this.#env[name];
    const expected = 'the ARN of an SNS topic, arn:aws:sns:REGION:ACCOUNT:NAME';
    if (!text) return required ? this.#missing(name, expected) : undefined;
    return TOPIC_ARN.test(text) ? text : this.#bad(name, text, expected);
  }

  whole(name: string, least: number, most: number): number | undefined {
    const text = this.#env[name];
    if (!text) return undefined;
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    const fits = number >= least && number <= most;
    return fits ? number : this.#bad(name, text, `a whole number from ${least} to ${most}`);
  }

  oneOf(name: string, allowed: readonly string[]): string | undefined {
    const text = this.#env[name];
    if (!text) return undefined;
    return allowed.includes(text) ? text : this.#bad(name, text, `one of ${allowed.join(', ')}`);
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html: AWS keeps its own prefix. */
  namespace(name: string): string | undefined {
    const text = this.#env[name];
    const expected = 'up to 255 of A-Z a-z 0-9 . - _ / # :, not beginning with AWS/ or :';
    if (!text) return undefined;
    return NAMESPACE.test(text) ? text : this.#bad(name, text, expected);
  }

  bucket(name: string): string | undefined {
    const text = this.#env[name];
    if (!text) return undefined;
    const isName = BUCKET.test(text) && !text.includes('..');
    return isName ? text : this.#bad(name, text, 'the name of a bucket alone, such as acme-reports');
  }

  #missing(name: string, expected: string): undefined {
    this.#problems.push(`${name} is missing: expected ${expected}`);
  }

  #bad(name: string, found: string, expected: string): undefined {
    this.#problems.push(`${name} is ${JSON.stringify(found.slice(0, 200))}: expected ${expected}`);
  }
}
