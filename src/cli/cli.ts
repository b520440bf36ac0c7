import { CallerRefused, PolicyUnusable, RetryableFailure } from '../audit/failures.ts';
import { s3Lister } from '../compose.ts';
import { assertNever } from '../objects/assert-never.ts';
import { printable } from '../objects/printable.ts';
import { UnreadableEvent } from '../queue/unreadable-event.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { BadInput, type CliIo, tell } from './io.ts';
import { type Invocation, parseArgs } from './parse-args.ts';
import { OutputFailed, writeOut } from './sink.ts';

/** Runs one command line and gives its exit status; reads and writes only through `io`. */
export async function runCli(argv: readonly string[], version: string, io: CliIo): Promise<ExitStatus> {
  // Whoever reads may go away first, as `head` does; with no listener that would end the process with a stack.
  for (const stream of [io.stdout, io.stderr]) stream.on('error', () => {});
  try {
    return await run(parseArgs(argv, version), io);
  } catch (error) {
    if (!(error instanceof OutputFailed && error.readerGone)) {
      tell(io, `s3-encryption-auditor: ${messageOf(error)}`);
    }
    return statusOf(error);
  }
}

async function run(invocation: Invocation, io: CliIo): Promise<ExitStatus> {
  // Each command is loaded when it is the one that runs.
  switch (invocation.command) {
    case 'show':
      await writeOut(invocation.text, io);
      return EXIT.nothing;
    case 'bad usage':
      // It repeats words of the command line, which a script may have taken from anywhere.
      io.stderr.write(printableLines(invocation.text));
      return EXIT.badUsage;
    case 'policy check':
      return (await import('./policy-check.ts')).policyCheck(invocation, io);
    case 'policy explain':
      return (await import('./policy-explain.ts')).policyExplain(invocation, io);
    case 'audit':
      return invocation.inventory === undefined && invocation.metadata === undefined
        ? (await import('./audit.ts')).audit(invocation, io, { lister: s3Lister })
        : (await import('./audit-by-source.ts')).auditBySource(invocation, io);
    case 'audit --dry-run':
      return (await import('./audit-dry-run.ts')).auditDryRun(invocation, io);
    case 'report':
      return (await import('./report.ts')).report(invocation, io);
    case 'bucket check':
      return (await import('./bucket-check.ts')).bucketCheck(invocation, io);
    case 'emr import':
      return (await import('./emr-import.ts')).emrImport(invocation, io);
    case 'emr export':
      return (await import('./emr-export.ts')).emrExport(invocation, io);
    case 'emr preflight':
      return (await import('./emr-preflight.ts')).emrPreflight(invocation, io);
    case 'evaluate':
      return (await import('./evaluate.ts')).evaluate(invocation, io);
    case 'handle':
      return (await import('./handle.ts')).handle(invocation, io);
    default:
      return assertNever(invocation);
  }
}

/** Several lines stay several lines, but nothing in them reaches the terminal as a command. */
const messageOf = (error: unknown): string =>
  printableLines((error instanceof Error ? error.message : String(error)).trimEnd());

const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

function statusOf(error: unknown): ExitStatus {
  if (error instanceof PolicyUnusable) return isAwsFailure(error.cause) ? EXIT.incomplete : EXIT.badUsage;
  return error instanceof BadInput || error instanceof UnreadableEvent ? EXIT.badUsage : EXIT.incomplete;
}

/** AWS refused or did not answer: that says nothing of what was asked, which may be right. */
const isAwsFailure = (cause: unknown): boolean =>
  cause instanceof CallerRefused || cause instanceof RetryableFailure;
