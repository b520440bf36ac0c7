import { importPolicy } from '../emr/import.ts';
import type { ImportTarget } from '../emr/import-targets.ts';
import { leavesUnread } from '../emr/problem.ts';
import { writeTarget } from '../emr/write-target.ts';
import { printable } from '../objects/printable.ts';
import {
  checkSources,
  columnOf,
  concerning,
  connectorOf,
  dependsOnServer,
  type EmrInputs,
  isUnreadable,
  noConnector,
  readSources,
} from './emr-sources.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { BadInput, type CliIo, tell } from './io.ts';
import { tellEmrProblems } from './render-emr-problems.ts';
import { openSink } from './sink.ts';

/** `emr import` as the command line asks for it. */
export interface EmrImport {
  readonly command: 'emr import';
  readonly inputs: EmrInputs;
  readonly scheme: 's3' | 's3a';
  readonly prefixes: readonly string[];
  readonly output?: string;
}

/** Prints the policy that a configuration amounts to; what could not be read, decided or expressed is told with its place. */
export async function emrImport(invocation: EmrImport, io: CliIo): Promise<ExitStatus> {
  const { inputs, scheme, prefixes, output } = invocation;
  const { configs, confs, emrfs } = inputs;
  if (configs.length + confs.length + emrfs.length === 0) {
    throw new BadInput('nothing to read: give --config FILE, --conf NAME=VALUE or --emrfs SHORTHAND');
  }
  checkSources(inputs, {}, output);
  const targets = prefixes.map(targetOf);
  const sources = await readSources(inputs, io);
  if (isUnreadable(sources)) {
    tellEmrProblems(sources.problems, io);
    return EXIT.badUsage;
  }
  const server = connectorOf(inputs, sources);
  const { connector } = server;
  if (connector === undefined && dependsOnServer(sources.settings)) throw noConnector(server);
  const column = columnOf(scheme, server);
  const released = inputs.release === undefined ? {} : { released: inputs.release };
  const { text, rules, problems } = importPolicy({
    readings: sources.readings,
    column,
    targets,
    ...released,
    ...(connector === undefined ? {} : { s3Connector: connector }),
  });
  const all = [...concerning(sources.problems, [column]), ...problems];
  tellEmrProblems(all, io);
  const sink = await openSink(output, io);
  await sink.write(text.trimEnd());
  await sink.close();
  if (output !== undefined) tell(io, printable(`${output}: ${rules} rule${rules === 1 ? '' : 's'}`));
  return all.some((problem) => leavesUnread(problem) || problem.id === 'emr/not-expressible')
    ? EXIT.incomplete
    : EXIT.nothing;
}

function targetOf(uri: string): ImportTarget {
  const target = writeTarget(uri);
  if (target === undefined) {
    throw new BadInput(`--prefix ${uri} is no place in S3: expected s3://BUCKET/PREFIX/`);
  }
  return { bucket: target.bucket, prefix: target.prefix };
}
