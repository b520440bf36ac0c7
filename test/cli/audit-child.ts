// One sitting of a run in a process of its own, so that it can be killed: the options as JSON in the first argument.
import { audit } from '../../src/cli/audit.ts';
import { EDGE } from './audit-world.ts';

const { stdin, stdout, stderr } = process;
const io = { stdin, stdout, stderr, terminal: false, color: false, columns: 100, now: Date.now };
try {
  process.exitCode = await audit(JSON.parse(process.argv[2] ?? ''), io, EDGE);
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 9;
}
