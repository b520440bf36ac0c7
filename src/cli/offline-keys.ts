import type { KeyDirectory } from '../audit/ports.ts';
import type { AliasAnswer, AliasNamesAnswer, KeyAnswer, ProofAnswer } from '../keys/enquiry.ts';
import { type AliasReference, type KeyArn, parseKeyReference, referenceText } from '../keys/reference.ts';
import { readPlainJson } from '../policy/read-json.ts';
import { BadInput, type CliIo, lineAndColumn, placeName, readJsonText } from './io.ts';

type Fact = AliasAnswer | KeyAnswer;

/** Keys as a file tells them; what is not listed is undecidable, never a mismatch. */
export class OfflineKeys implements KeyDirectory {
  readonly #facts: ReadonlyMap<string, Fact>;

  constructor(facts: ReadonlyMap<string, Fact>) {
    this.#facts = facts;
  }

  /** What an alias stands for, where the file says a key. */
  arnOf(alias: AliasReference): KeyArn | undefined {
    const fact = this.#facts.get(referenceText(alias));
    return fact?.kind === 'key' ? fact.arn : undefined;
  }

  async alias(alias: AliasReference): Promise<AliasAnswer> {
    const fact = this.#facts.get(referenceText(alias));
    return fact === undefined || fact.kind === 'described' ? { kind: 'unlookable' } : fact;
  }

  async key(arn: KeyArn): Promise<KeyAnswer> {
    const fact = this.#facts.get(arn);
    return fact === undefined || fact.kind === 'key' ? { kind: 'unlookable' } : fact;
  }

  async aliasNames(arn: KeyArn): Promise<AliasNamesAnswer> {
    const names = [...this.#facts].flatMap(([text, fact]) =>
      fact.kind === 'key' && fact.arn === arn && text.startsWith('alias/') ? [text] : [],
    );
    return { kind: 'names', names };
  }

  async prove(): Promise<ProofAnswer> {
    return { kind: 'unproven', answer: 'KMS is not asked offline' };
  }
}

/**
 * Reads the file of `--keys`: alias name or alias ARN to key ARN or `null`; a key ARN to `{"manager","state"}`. A name
 * that is there twice is a problem, for nobody could say which of the two is meant. Throws `BadInput` with every problem.
 */
export async function readKeysFile(path: string, io: CliIo): Promise<OfflineKeys> {
  const { text, value } = await readJsonText(path, io);
  const file = placeName(path);
  const repeated = new Set<string>();
  const read = readPlainJson(text, (_entries, { key }) => repeated.add(key));
  if (!('kind' in read)) {
    throw new BadInput(`${file}: expected ${read.expected} ${lineAndColumn(text, read.at)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadInput(`${file}: expected a JSON object of alias names, alias ARNs and key ARNs`);
  }
  const facts = new Map<string, Fact>();
  const problems = [...repeated].map((name) => [name, 'is there more than once: leave one of them']);
  for (const [name, told] of Object.entries(value)) {
    const fact = readFact(name, told);
    if (typeof fact === 'string') problems.push([name, fact]);
    else facts.set(name, fact);
  }
  if (problems.length === 0) return new OfflineKeys(facts);
  throw new BadInput(problems.map(([name, why]) => `${file}: ${JSON.stringify(name)}: ${why}`).join('\n'));
}

function readFact(name: string, value: unknown): Fact | string {
  const reference = parseKeyReference(name);
  switch (reference?.kind) {
    case 'alias-name':
    case 'alias-arn': {
      if (value === null) return { kind: 'not-found' };
      const key = typeof value === 'string' ? parseKeyReference(value) : undefined;
      return key?.kind === 'key-arn'
        ? { kind: 'key', arn: key.arn }
        : 'expected the key ARN it stands for, or null';
    }
    case 'key-arn':
      return value === null ? { kind: 'not-found' } : readDescription(value);
    case 'key-id':
    case undefined:
      return 'expected an alias name, an alias ARN or a key ARN';
  }
}

function readDescription(value: unknown): KeyAnswer | string {
  const expected = 'expected {"manager": "AWS" | "CUSTOMER", "state": "Enabled"}';
  if (typeof value !== 'object' || value === null) return expected;
  const manager: unknown = Reflect.get(value, 'manager');
  const state: unknown = Reflect.get(value, 'state');
  if ((manager !== 'AWS' && manager !== 'CUSTOMER') || typeof state !== 'string') return expected;
  return { kind: 'described', manager, state };
}
