// The event path under faults over the wire: `node test/simulation/wire-main.ts`, with `--out` to write the table to a file.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machineText } from '../../local/simulation/machine.ts';
import { runOverWire, WIRE_EVENTS, WIRE_SEEDS } from './wire.ts';
import { headerText, rowText } from './wire-table.ts';

const { values } = parseArgs({ options: { out: { type: 'string' } } });
const start = performance.now();
const lines = [headerText];
const results = WIRE_SEEDS.map(async (seed) => rowText(String(seed), await runOverWire(seed, WIRE_EVENTS)));
lines.push(...(await Promise.all(results)), '', machineText(start));
const text = `${lines.join('\n')}\n`;
process.stdout.write(text);
if (values.out !== undefined) writeFileSync(resolve(values.out), text);
