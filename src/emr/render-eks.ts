import { jsonText } from '../objects/json-text.ts';
import type { ExportedApplication } from './export.ts';
import { sparkName } from './render-text.ts';

/**
 * The settings as `start-job-run` of EMR on EKS takes them: a JSON document with `configurationOverrides` alone, to be
 * laid beside the job's own. https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/emr-eks-jobs-CLI.html
 */
export function renderStartJobRun({ settings }: Pick<ExportedApplication, 'settings'>): string {
  const properties = Object.fromEntries(settings.map(([name, value]) => [sparkName(name), value]));
  const applicationConfiguration = [{ classification: 'spark-defaults', properties }];
  return `${jsonText({ configurationOverrides: { applicationConfiguration } }, 2)}\n`;
}
