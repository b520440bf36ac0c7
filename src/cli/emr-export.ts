import { type Exported, exportPolicy } from '../emr/export.ts';
import type { EmrProblem } from '../emr/problem.ts';
import type { Column, Connector } from '../emr/setting.ts';
import { jsonText } from '../objects/json-text.ts';
import { utcDay } from '../verdict/judge-key.ts';
import type { AwsOptions } from './aws-options.ts';
import { columnOf, connectorOf } from './emr-sources.ts';
import { writesOfFlags } from './emr-writes.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { BadInput, type CliIo, checkFiles, placeName } from './io.ts';
import { preparedPolicy } from './load-policy.ts';
import { OfflineKeys, readKeysFile } from './offline-keys.ts';
import { tellEmrProblems } from './render-emr-problems.ts';
import { exportJson, renderExport } from './render-export.ts';
import { openSink } from './sink.ts';

/** `emr export` as the command line asks for it. */
export interface EmrExport {
  readonly command: 'emr export';
  readonly policy: string;
  readonly writes: readonly string[];
  readonly release?: string;
  readonly connector?: Connector;
  readonly scheme: 's3' | 's3a';
  readonly form: 'spark-submit' | 'configurations' | 'eks' | 'all';
  readonly singleSession: boolean;
  readonly keys?: string;
  readonly json: boolean;
  readonly output?: string;
  readonly aws: AwsOptions;
}

/** Prints the configuration under which what is written satisfies the policy; what there is none for is told. Throws `BadInput` and `PolicyUnusable`. */
export async function emrExport(invocation: EmrExport, io: CliIo): Promise<ExitStatus> {
  const { policy: policyPath, writes, keys: keysPath, output, form } = invocation;
  checkFiles({ '--policy': policyPath, '--keys': keysPath }, { '--output': output });
  if (invocation.json && (form === 'spark-submit' || form === 'configurations')) {
    throw new BadInput(
      `--json holds properties in no form, so --form ${form} says nothing: leave one of them out`,
    );
  }
  // Checked before anything is read; the prefixes themselves are read again with the policy.
  writesOfFlags(writes);
  const { column, problems: columnProblems } = chooseColumn(invocation);
  const { policy } = await preparedPolicy(policyPath, invocation.aws, io);
  const keys = keysPath === undefined ? new OfflineKeys(new Map()) : await readKeysFile(keysPath, io);
  const exported = exportPolicy({
    ...{ policy, writes, column },
    flavour: form === 'eks' ? 'eks' : 'ec2',
    singleSession: invocation.singleSession,
    resolve: (alias) => keys.arnOf(alias),
    today: utcDay(io.now()),
    policySource: placeName(policyPath),
  });
  const problems = [...columnProblems, ...exported.problems];
  const sink = await openSink(output, io);
  const text = invocation.json
    ? jsonText(exportJson(exported, column, problems), 2)
    : renderExport(exported, { column, form });
  if (text !== '') await sink.write(text.trimEnd());
  await sink.close();
  tellEmrProblems(problems, io);
  return statusOf(exported, problems);
}

function chooseColumn(invocation: EmrExport): {
  readonly column: Column;
  readonly problems: readonly EmrProblem[];
} {
  const { release, connector, scheme } = invocation;
  const flags = {
    ...(release === undefined ? {} : { release }),
    ...(connector === undefined ? {} : { connector }),
  };
  const server = connectorOf(flags, { readings: [], settings: [] });
  return { column: columnOf(scheme, server), problems: server.problems };
}

const statusOf = ({ notExported }: Exported, problems: readonly EmrProblem[]): ExitStatus =>
  notExported.length > 0 ||
  problems.some(({ id, level }) => level === 'error' || id === 'emr/not-expressible')
    ? EXIT.incomplete
    : EXIT.nothing;
