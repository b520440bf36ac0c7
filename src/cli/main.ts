import { fstatSync } from 'node:fs';
import { runCli } from './cli.ts';
import { OpenFile } from './sink.ts';
import { VERSION } from './version.ts';

const { stdout, stderr, stdin, env } = process;

process.exitCode = await runCli(process.argv.slice(2), VERSION, {
  stdin,
  stdout: fstatSync(1).isFile() ? new OpenFile(1) : stdout,
  stderr,
  terminal: stdout.isTTY === true,
  color: stdout.isTTY === true && !env.NO_COLOR,
  columns: stdout.columns ?? 100,
  now: Date.now,
});
