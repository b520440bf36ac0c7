import { isCommandLine, readCommandLine } from './read-command-line.ts';
import { readShorthand } from './read-emrfs-shorthand.ts';
import { readHadoopXml } from './read-hadoop-xml.ts';
import { readJsonDocument } from './read-json-document.ts';
import { ReadingLog } from './read-log.ts';
import { type Placing, placing } from './read-place.ts';
import { isSparkDefaults, readSparkDefaults } from './read-spark-defaults.ts';
import type { EmrReading } from './reading.ts';

const UNDERSTOOD =
  'an EMR security configuration, a list of Configurations, a request that creates a cluster or starts a job (JSON), ' +
  'core-site.xml or emrfs-site.xml, spark-submit or aws emr command lines, spark-defaults.conf, or the value of --emrfs';
const SHORTHAND =
  /^\s*(?:Encryption|SSE|Consistent|ProviderType|KMSKeyId|CustomProvider(?:Location|Class)|Args)=\S/u;
const JSON_START = /^\s*(?:[[{]|\/[/*])/u;

/** Reads the text as what its content says that it is; false where it is nothing that is known here. */
function readAs(text: string, place: Placing, log: ReadingLog): boolean {
  if (JSON_START.test(text)) return readJsonDocument(text, place, log);
  if (text.trimStart().startsWith('<')) {
    const layer = /emrfs-site(?:\.xml)?$/u.test(log.source) ? 'emrfs-site' : 'core-site';
    return readHadoopXml(text, { layer, place }, log);
  }
  if (SHORTHAND.test(text)) readShorthand(text.trim(), place(text.search(/\S/u)), log);
  else if (isSparkDefaults(text, log.source)) readSparkDefaults(text, place, log);
  else if (isCommandLine(text)) readCommandLine(text, place, log);
  else return false;
  return true;
}

/**
 * Takes the text of one configuration file and how people name it, recognises by its content what it is, and gives its
 * settings in order and every problem with its place. Never throws. Credentials and keys of SSE-C are not in the reading.
 */
export function readConfiguration(text: string, source: string): EmrReading {
  const log = new ReadingLog(source);
  if (!log.fits(text)) return log.finish();
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (!readAs(body, placing(source, body), log)) {
    const found = body.trim() === '' ? 'nothing stands in it' : 'this is none of what is understood';
    log.problem('emr/unknown-shape', { source }, `${found}: expected ${UNDERSTOOD}`);
  }
  return log.finish();
}
