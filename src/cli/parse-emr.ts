import { type Command, InvalidArgumentError, Option } from 'commander';
import { CONNECTORS, type Connector } from '../emr/setting.ts';
import type { EmrExport } from './emr-export.ts';
import type { EmrImport } from './emr-import.ts';
import type { EmrPreflight } from './emr-preflight.ts';
import type { EmrInputs } from './emr-sources.ts';
import { aws, given, type Options, POLICY, text, withAws } from './parse-options.ts';

const SCHEMES = ['s3', 's3a'] as const;
export const EXPORT_FORMS = ['spark-submit', 'configurations', 'eks', 'all'] as const;
export const PREFLIGHT_FORMATS = ['text', 'json', 'junit'] as const;

const IMPORT_STATUS = `
Exit status:
  0  a policy was printed, or nothing there is about S3 encryption
  2  bad usage, or nothing of the input readable
  3  something could not be read, decided or expressed; what could be is printed (each with its place on standard error)
`;

const EXPORT_STATUS = `
Exit status:
  0  a configuration for everything that was asked for
  2  bad usage, or bad policy
  3  for something there is no configuration, or no rule that governs it: it is named on standard error
`;

const PREFLIGHT_STATUS = `
A write is a folder: its objects are judged as if they stood right below it. The writes of one user share one client
for each scheme and bucket, in the order given, where the configuration does not disable the cache.

The file of --writes is YAML or JSON, a list of addresses or of maps:
  - s3://acme-lake/finance/
  - { write: s3a://acme-lake/payroll/, user: etl, conf: { spark.hadoop.fs.s3a.encryption.key: KEY_ARN } }

Exit status:
  0  every write satisfies the policy, or is exempt from it
  1  a write would break it, or is uncovered where the policy says "uncovered: alert"
  2  bad usage, bad policy, or nothing of the input readable
  3  something could not be told: a key that does not resolve, a default that is not known, a file that is named
     and not given, a setting that is not understood (wins over 1)
`;

/** Commander gives a repeated option as a list. */
type EmrOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

function nameAndValue(written: string, before: readonly string[] | undefined): readonly string[] {
  if (!/^[^=]+=/s.test(written)) throw new InvalidArgumentError('Expected NAME=VALUE.');
  return collect(written, before);
}

const many = (options: EmrOptions, name: string): readonly string[] => {
  const value = options[name];
  return Array.isArray(value) ? value : [];
};

const single = (options: EmrOptions): Options =>
  Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'boolean' ? [[name, value]] : [],
    ),
  );

/** The options that say what to read. */
function withInputs(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'a security configuration, Configurations list, core-site.xml, spark-submit line, or EMR on EKS job; - for standard input; may be repeated',
      collect,
    )
    .option('--conf <name=value>', 'a property, as spark-submit takes it; may be repeated', nameAndValue)
    .option(
      '--emrfs <shorthand>',
      'the old shorthand: Encryption=ClientSide,ProviderType=KMS,KMSKeyId=...; may be repeated',
      collect,
    );
}

/** Which client serves which scheme. */
function withColumn(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--release <label>',
        'the release, such as emr-6.15.0: EMRFS serves s3:// below emr-7.10.0, S3A from there on',
      ),
    )
    .addOption(
      new Option('--connector <name>', 'what serves s3://, where no release tells')
        .choices(CONNECTORS)
        .conflicts('release'),
    );
}

const schemeOption = (what: string): Option =>
  new Option('--scheme <scheme>', what).choices(SCHEMES).default('s3');

function inputs(options: EmrOptions): EmrInputs {
  const connector = connectorOf(options);
  return {
    configs: many(options, 'config'),
    confs: many(options, 'conf'),
    emrfs: many(options, 'emrfs'),
    ...given(single(options), 'release'),
    ...(connector === undefined ? {} : { connector }),
  };
}

const connectorOf = (options: EmrOptions): Connector | undefined =>
  CONNECTORS.find((connector) => connector === options.connector);

const schemeOf = (options: EmrOptions): 's3' | 's3a' =>
  SCHEMES.find((scheme) => scheme === options.scheme) ?? 's3';

/** Adds `emr import`, `emr export` and `emr preflight`. */
export function addEmr(
  program: Command,
  choose: (invocation: EmrImport | EmrExport | EmrPreflight) => void,
): void {
  const emr = program
    .command('emr')
    .description('EMR, Spark and Hadoop configuration, to the policy and back');
  addImport(emr, choose);
  addExport(emr, choose);
  addPreflight(emr, choose);
}

function addImport(emr: Command, choose: (invocation: EmrImport) => void): void {
  const command = emr
    .command('import')
    .description('a policy from a configuration, each rule with its origin as a comment');
  withColumn(withInputs(command))
    .addOption(schemeOption('the scheme of the paths that are written'))
    .option('--prefix <uri>', 's3://BUCKET/PREFIX/ that is written so; may be repeated', collect)
    .option('--output <file>', 'write the policy there instead of to standard output')
    .addHelpText('after', IMPORT_STATUS)
    .action((options: EmrOptions) =>
      choose({
        command: 'emr import',
        inputs: inputs(options),
        scheme: schemeOf(options),
        prefixes: many(options, 'prefix'),
        ...given(single(options), 'output'),
      }),
    );
}

function addExport(emr: Command, choose: (invocation: EmrExport) => void): void {
  const command = emr
    .command('export')
    .description(
      'the configuration that satisfies a policy: a bucket default, or one application for each key',
    )
    .requiredOption('--policy <policy>', POLICY)
    .option(
      '--write <uri>',
      's3://BUCKET/PREFIX/ that is written; may be repeated. Default: every rule',
      collect,
    );
  withAws(
    withColumn(command)
      .addOption(schemeOption('the scheme of the paths that are written'))
      .addOption(new Option('--form <form>', 'in which form').choices(EXPORT_FORMS).default('all'))
      .option('--single-session', 'one application for all keys, with the cache of clients disabled')
      .option('--keys <file>', 'JSON: alias name or alias ARN to key ARN')
      .option('--json', 'one JSON document for programs')
      .option('--output <file>', 'write it there instead of to standard output'),
  )
    .addHelpText('after', EXPORT_STATUS)
    .action((options: EmrOptions) => {
      const written = single(options);
      const connector = connectorOf(options);
      choose({
        command: 'emr export',
        policy: text(written, 'policy') ?? '',
        writes: many(options, 'write'),
        scheme: schemeOf(options),
        form: EXPORT_FORMS.find((form) => form === options.form) ?? 'all',
        singleSession: options.singleSession === true,
        json: options.json === true,
        ...given(written, 'release', 'keys', 'output'),
        ...(connector === undefined ? {} : { connector }),
        aws: aws(written),
      });
    });
}

function addPreflight(emr: Command, choose: (invocation: EmrPreflight) => void): void {
  const command = emr
    .command('preflight')
    .description('before a job runs: which of its writes would break the policy')
    .requiredOption('--policy <policy>', POLICY);
  withAws(
    withColumn(withInputs(command))
      .option('--write <uri>', 's3://BUCKET/PREFIX/ or s3a://...; may be repeated', collect)
      .option('--writes <file>', 'the writes as a file, each with its own properties and user')
      .option('--keys <file>', "JSON: alias name or alias ARN to key ARN, as in the writer's account")
      .option('--live', "ask S3 for the buckets' default encryption, and KMS for keys unless --keys is given")
      .addOption(
        new Option('--format <format>', 'as text, JSON, or JUnit XML')
          .choices(PREFLIGHT_FORMATS)
          .default('text'),
      )
      .option('--output <file>', 'write it there instead of to standard output'),
  )
    .addHelpText('after', PREFLIGHT_STATUS)
    .action((options: EmrOptions) => {
      const written = single(options);
      choose({
        command: 'emr preflight',
        policy: text(written, 'policy') ?? '',
        inputs: inputs(options),
        writes: many(options, 'write'),
        ...(text(written, 'writes') === undefined ? {} : { writesFile: text(written, 'writes') ?? '' }),
        live: options.live === true,
        format: PREFLIGHT_FORMATS.find((format) => format === options.format) ?? 'text',
        ...given(written, 'keys', 'output'),
        aws: aws(written),
      });
    });
}
