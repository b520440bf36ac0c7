import { clientSideFromMetadata, readWithInstructionFile } from '../src/encryption/envelope.ts';
import { readInstructionFile } from '../src/encryption/instruction-file.ts';
import type { ClientSideEncryption } from '../src/encryption/observation.ts';
import { type CseObject, loadCseObjects } from '../test/fixtures/cse/load.ts';
import { collectGarbage, interleaved, nowMicros, ratios, spread } from './lib.ts';
import type { Finding, PartInput } from './results.ts';

interface Kind {
  readonly name: string;
  readonly read: () => ClientSideEncryption;
  /** The same bytes as JSON texts. */
  readonly texts: readonly string[];
}

function kindOf(name: string, { metadata, instructionFile }: CseObject): Kind {
  const asJson = JSON.stringify(Object.fromEntries(metadata));
  if (instructionFile === undefined) {
    return { name, read: () => clientSideFromMetadata(metadata), texts: [asJson] };
  }
  const { body } = instructionFile;
  const read = (): ClientSideEncryption => {
    const file = readInstructionFile(body);
    if (file.kind !== 'instruction-file') throw new Error(file.why);
    return readWithInstructionFile(metadata, file.members);
  };
  return { name, read, texts: metadata.size === 0 ? [body] : [asJson, body] };
}

/** One object for each format and place, written by real clients where there is one. */
function kinds(): readonly Kind[] {
  const all = [...loadCseObjects('cse-objects.json'), ...loadCseObjects('constructed.json')];
  const found = new Map<string, Kind>();
  for (const object of all) {
    if (!object.encrypted) continue;
    const place = object.instructionFile === undefined ? 'metadata' : 'instruction file';
    const name = `${object.format}, ${place}`;
    const kind = kindOf(name, object);
    if (!found.has(name) && kind.read().type === 'envelope') found.set(name, kind);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Work {
  readonly kind: Kind;
  readonly once: () => unknown;
}

/** Nanoseconds for each envelope. */
async function time({ once }: Work, count: number): Promise<number> {
  collectGarbage();
  let seen: unknown;
  const started = nowMicros();
  for (let turn = 0; turn < count; turn++) seen = once();
  const nanoseconds = (nowMicros() - started) * 1_000;
  if (seen === undefined) throw new Error('nothing was read');
  return nanoseconds / count;
}

/** The time of reading an envelope, beside JSON.parse of the same bytes. */
export async function find({ quick }: PartInput): Promise<Finding> {
  const [count, rounds] = quick ? [5_000, 5] : [50_000, 15];
  const parse = ({ texts }: Kind) => {
    let value: unknown;
    for (const text of texts) value = JSON.parse(text);
    return value;
  };
  const works = kinds().flatMap((kind): readonly Work[] => [
    { kind, once: kind.read },
    { kind, once: () => parse(kind) },
  ]);
  for (const work of works) await time(work, count);
  const taken = await interleaved(works, rounds, (work) => time(work, count));
  const rows = kinds().map(({ name, texts }) => {
    const [read = [], parsed = []] = works
      .filter(({ kind }) => kind.name === name)
      .map((work) => taken.get(work) ?? []);
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    return [name, bytes, spread(read), spread(parsed), ratios(read, parsed)];
  });
  return {
    title: 'Reading an envelope',
    settings: `${count} readings a round, ${rounds} rounds, one object of each kind.`,
    tables: [
      {
        title: 'An envelope read and judged whole, beside JSON.parse of the same text, which judges nothing',
        columns: [
          { name: 'format and place' },
          { name: 'bytes', digits: 0 },
          { name: 'reading ns', digits: 0 },
          { name: 'JSON.parse ns', digits: 0 },
          { name: 'times JSON.parse' },
        ],
        rows,
      },
    ],
    budgets: [],
    notes: [],
    facts: {},
  };
}
