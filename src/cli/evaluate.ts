import { auditObject, giveUp } from '../audit/audit-object.ts';
import { CallerRefused, RetryableFailure } from '../audit/failures.ts';
import type { PreparedPolicy } from '../audit/prepared-policy.ts';
import { sha256 } from '../compose.ts';
import { printable } from '../objects/printable.ts';
import { MOST_LINE_BYTES, TOO_LONG } from '../reaudit/fold.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { type CliIo, checkFiles, placeName, readLines, tell } from './io.ts';
import { preparedPolicy } from './load-policy.ts';
import { OfflineFiles, OfflineHeads, readHeadLine } from './offline-heads.ts';
import { OfflineKeys, readKeysFile } from './offline-keys.ts';
import type { Invocation } from './parse-args.ts';
import { RecordOutput } from './record-output.ts';
import { openSink } from './sink.ts';

type Evaluate = Extract<Invocation, { command: 'evaluate' }>;

/** Verdicts from HEADs that were taken before, one for each line, in the order of the lines. Asks nothing of the network. */
export async function evaluate(invocation: Evaluate, io: CliIo): Promise<ExitStatus> {
  const { policy: policyPath, heads, keys: keysPath, output: outputPath, aws } = invocation;
  checkFiles({ '--policy': policyPath, '--heads': heads, '--keys': keysPath }, { '--output': outputPath });
  const policy = await preparedPolicy(policyPath, aws, io);
  const keys = keysPath === undefined ? new OfflineKeys(new Map()) : await readKeysFile(keysPath, io);
  const { uncovered } = policy.policy.defaults;
  const sink = await openSink(outputPath, io);
  const output = new RecordOutput({ sink, toStandardOutput: outputPath === undefined, uncovered }, io);
  let lineNumber = 0;
  let unread = 0;
  let refused = 0;
  for await (const line of readLines(heads, io)) {
    lineNumber += 1;
    const fault = await evaluateLine(line, { policy, keys, output, io, region: aws.region });
    if (fault === undefined) continue;
    unread += 1;
    if (fault.kind === 'refused') refused += 1;
    tell(io, printable(`${placeName(heads)}:${lineNumber}: ${fault.why}`));
  }
  await output.close();
  if (output.total + unread === 0)
    tell(io, printable(`${placeName(heads)} names no object, so nothing was judged`));
  return exitStatus({
    counts: output.counts,
    uncovered,
    unreadable: unread,
    read: output.total + refused,
  });
}

interface LineContext {
  readonly policy: PreparedPolicy;
  readonly keys: OfflineKeys;
  readonly output: RecordOutput;
  readonly io: CliIo;
  readonly region: string | undefined;
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function decode(line: Uint8Array): string | undefined {
  try {
    return UTF_8.decode(line);
  } catch {
    return undefined;
  }
}

/** Why a line has no record: it could not be read, or it tells that AWS refused whoever asked. */
interface LineFault {
  readonly kind: 'unreadable' | 'refused';
  readonly why: string;
}

const unreadable = (why: string): LineFault => ({ kind: 'unreadable', why });

/** Why the line has no record, or `undefined` where it has been written or the line is blank. */
async function evaluateLine(line: Uint8Array, context: LineContext): Promise<LineFault | undefined> {
  const { policy, keys, output, io, region } = context;
  if (line.length > MOST_LINE_BYTES) return unreadable(TOO_LONG);
  const text = decode(line);
  // Replaced characters would make it another key, of which there is no HEAD.
  if (text === undefined) return unreadable('expected UTF-8');
  if (text.trim() === '') return undefined;
  const read = readHeadLine(text);
  if (read.kind === 'malformed') return unreadable(read.why);
  const object =
    region === undefined || read.object.region !== undefined ? read.object : { ...read.object, region };
  const heads = new OfflineHeads(read);
  const instructionFiles = new OfflineFiles(read);
  const deps = { heads, instructionFiles, keys, policy, now: io.now, hash: sha256 };
  const record = await auditObject(object, deps).catch((error: unknown) => {
    if (error instanceof RetryableFailure) return giveUp(object, error, deps);
    if (error instanceof CallerRefused) return refusedCaller(error);
    throw error;
  });
  if ('why' in record) return record;
  await output.write(record);
  return undefined;
}

const refusedCaller = ({ code }: CallerRefused): LineFault => ({
  kind: 'refused',
  why: `"error": ${code} speaks of the caller and not of the object: ask for the HEAD again`,
});
