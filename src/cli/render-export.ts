import type { Exported, ExportedApplication, ExportedBucketDefault, ExportedSession } from '../emr/export.ts';
import type { EmrProblem } from '../emr/problem.ts';
import { renderBucketDefault, renderPutBucketEncryption } from '../emr/render-bucket-default.ts';
import { renderConfigurations } from '../emr/render-configurations.ts';
import { renderStartJobRun } from '../emr/render-eks.ts';
import { renderSession } from '../emr/render-session.ts';
import { renderSparkSubmit } from '../emr/render-spark-submit.ts';
import type { Column } from '../emr/setting.ts';
import { printable } from '../objects/printable.ts';
import type { EmrExport } from './emr-export.ts';

export interface ExportOptions {
  readonly column: Column;
  readonly form: EmrExport['form'];
}

/** The configuration as text for people: a section for each bucket default and each application; empty where there is none. */
export function renderExport(exported: Exported, options: ExportOptions): string {
  const { bucketDefaults, applications, singleSession } = exported;
  return [
    ...bucketDefaults.map(bucketSection),
    ...applications.map((application) => applicationSection(application, options)),
    ...(singleSession === undefined ? [] : [sessionSection(singleSession, options)]),
  ].join('\n');
}

function bucketSection(byDefault: ExportedBucketDefault): string {
  const { bucket, serves, prefixes, rules, notes } = byDefault;
  const what =
    serves === 'whole-bucket'
      ? 'its writers need ask for nothing'
      : 'the outer layer of what is encrypted before it is sent';
  return section(`Default encryption of s3://${bucket}: ${what}`, [
    ...aboutLines({ prefixes, rules, notes }),
    '',
    renderBucketDefault(byDefault).trimEnd(),
    '',
    renderPutBucketEncryption(byDefault).trimEnd(),
  ]);
}

function applicationSection(application: ExportedApplication, options: ExportOptions): string {
  const about = aboutLines(application);
  const title = `Application ${application.name}`;
  if (application.settings.length === 0) return section(title, about);
  return section(title, [...about, ...formLines(application, options)]);
}

function sessionSection(session: ExportedSession, options: ExportOptions): string {
  const application = { name: 'single-session', prefixes: [], settings: session.base };
  return section('One application for all keys, the cache of clients disabled', [
    ...session.notes.map((note) => `  ${printable(note)}`),
    ...formLines(application, options),
    '',
    'Before each write, in Scala:',
    '',
    renderSession(session).trimEnd(),
  ]);
}

type Configured = Pick<ExportedApplication, 'name' | 'prefixes' | 'settings'>;

function formLines(application: Configured, { column, form }: ExportOptions): readonly string[] {
  const forms = [
    ['spark-submit', 'spark-submit:', () => renderSparkSubmit(application)],
    ['configurations', 'Configurations of EMR on EC2:', () => renderConfigurations(application, column)],
    ['eks', 'start-job-run of EMR on EKS:', () => renderStartJobRun(application)],
  ] as const;
  return forms.flatMap(([name, title, render]) =>
    form === 'all' || form === name ? ['', title, '', render().trimEnd()] : [],
  );
}

const aboutLines = ({
  prefixes,
  rules,
  notes,
}: Pick<ExportedApplication, 'prefixes' | 'rules' | 'notes'>): readonly string[] => [
  ...prefixes.map((prefix) => `  writes ${printable(prefix)}`),
  `  rule${rules.length === 1 ? '' : 's'} ${rules.join(', ')}`,
  ...notes.map((note) => `  ${printable(note)}`),
];

const section = (title: string, lines: readonly string[]): string =>
  [`== ${printable(title)} ==`, ...lines].map((line) => `${line}\n`).join('');

/** The same for programs. */
export function exportJson(exported: Exported, column: Column, problems: readonly EmrProblem[]): unknown {
  const { bucketDefaults, applications, singleSession, notExported } = exported;
  return {
    column,
    bucketDefaults,
    applications: applications.map(({ settings, ...rest }) => ({
      ...rest,
      settings: Object.fromEntries(settings),
    })),
    ...(singleSession === undefined ? {} : { singleSession: sessionJson(singleSession) }),
    notExported,
    problems,
  };
}

const sessionJson = ({ base, steps, notes }: ExportedSession): unknown => ({
  base: Object.fromEntries(base),
  steps: steps.map((step) => ({ ...step, set: Object.fromEntries(step.set) })),
  notes,
});
