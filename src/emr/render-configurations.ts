import { jsonText } from '../objects/json-text.ts';
import type { ExportedApplication } from './export.ts';
import type { Column } from './setting.ts';

/**
 * The settings as `Configurations` of a cluster of EMR on EC2: a JSON list. EMRFS reads `emrfs-site`, S3A `core-site`.
 * https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html
 */
export function renderConfigurations(
  { settings }: Pick<ExportedApplication, 'settings'>,
  column: Column,
): string {
  const groups = new Map<string, [name: string, value: string][]>();
  for (const [name, value] of settings) {
    const classification = classificationOf(name, column);
    const group = groups.get(classification);
    if (group === undefined) groups.set(classification, [[name, value]]);
    else group.push([name, value]);
  }
  const list = [...groups].map(([classification, properties]) => ({
    Classification: classification,
    Properties: Object.fromEntries(properties),
  }));
  return `${jsonText(list, 2)}\n`;
}

function classificationOf(name: string, column: Column): string {
  if (name.startsWith('spark.')) return 'spark-defaults';
  // Whether a client is cached is Hadoop's to decide, not EMRFS's.
  return column === 's3-emrfs' && !name.endsWith('.impl.disable.cache') ? 'emrfs-site' : 'core-site';
}
