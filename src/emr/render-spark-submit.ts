import type { ExportedApplication } from './export.ts';
import { commentText, shellQuoted, sparkName } from './render-text.ts';

type Application = Pick<ExportedApplication, 'name' | 'prefixes' | 'settings'>;

/**
 * The command that submits an application under its settings, up to the application itself: lines for a shell, the last
 * with a newline. https://spark.apache.org/docs/latest/submitting-applications.html
 */
export function renderSparkSubmit({ name, prefixes, settings }: Application): string {
  return [
    `# ${commentText(name)}`,
    ...prefixes.map((prefix) => `# writes ${commentText(prefix)}`),
    '# the application and its arguments follow at the end of the command',
    `${['spark-submit', ...confs(settings)].join(' \\\n  ')}\n`,
  ].join('\n');
}

/** The settings as `sparkSubmitParameters` of EMR on EKS takes them: on one line. */
export const renderSparkSubmitParameters = ({ settings }: Pick<Application, 'settings'>): string =>
  settings.map(([name, value]) => `--conf ${sparkName(name)}=${value}`).join(' ');

const confs = (settings: Application['settings']): readonly string[] =>
  settings.map(([name, value]) => `--conf ${shellQuoted(`${sparkName(name)}=${value}`)}`);
