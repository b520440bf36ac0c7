import type { PlannedWrite } from '../emr/predict.ts';
import type { EmrProblem } from '../emr/problem.ts';
import { readConfFlag } from '../emr/read-conf-line.ts';
import type { Setting, SettingPlace } from '../emr/setting.ts';
import { writeTarget } from '../emr/write-target.ts';
import { ProblemLog } from '../policy/problem-log.ts';
import { quoted } from '../policy/problem-text.ts';
import {
  entryOf,
  type Field,
  fieldOf,
  readFields,
  readList,
  readText,
  requiredEntry,
  wrongType,
} from '../policy/read-fields.ts';
import type { Node, TextNode } from '../policy/read-node.ts';
import { readYaml } from '../policy/read-yaml.ts';
import { renderProblems } from '../policy/render-problems.ts';
import { BadInput } from './io.ts';

/** The writes of a job, and what is wrong with the properties that they set. */
export interface PlannedWrites {
  readonly writes: readonly PlannedWrite[];
  readonly problems: readonly EmrProblem[];
}

const ADDRESS = 's3://BUCKET/PREFIX/, or s3a:// or s3n://';

/** The writes of `--write`. Throws `BadInput` that names every address that is none. */
export function writesOfFlags(uris: readonly string[]): readonly PlannedWrite[] {
  const bad = uris.filter((uri) => writeTarget(uri) === undefined);
  if (bad.length > 0) {
    throw new BadInput(bad.map((uri) => `--write ${uri} is no place in S3: expected ${ADDRESS}`).join('\n'));
  }
  return uris.map((uri) => ({ uri, settings: [], place: { source: '--write' } }));
}

/**
 * Reads the file of `--writes`: YAML or JSON, a list of addresses or of maps with `write`, `conf` and `user`. Throws
 * `BadInput` with every problem of the file and its place.
 */
export function readWrites(text: string, file: string): PlannedWrites {
  const body = text.replace(/^\uFEFF/, '');
  const log = new ProblemLog(body);
  const reader = new WritesReader(log, file);
  const node = readYaml(body, log);
  if (node !== undefined) reader.read(node);
  const problems = log.inSourceOrder();
  if (problems.some(({ level }) => level === 'error')) {
    const told = renderProblems(problems, { file, text: body, color: false });
    // The ids are those of a policy, which this is none.
    throw new BadInput(told.replaceAll(/ \[policy\/[a-z-]+\]$/gm, ''));
  }
  return { writes: reader.writes, problems: reader.problems };
}

class WritesReader {
  readonly writes: PlannedWrite[] = [];
  readonly problems: EmrProblem[] = [];
  readonly #log: ProblemLog;
  readonly #file: string;

  constructor(log: ProblemLog, file: string) {
    this.#log = log;
    this.#file = file;
  }

  read(node: Node): void {
    const list = readList(node, this.#field('the file'));
    for (const item of list?.items ?? []) {
      if (item.kind === 'text') this.#write(item, [], undefined);
      else this.#map(item);
    }
  }

  #map(item: Node): void {
    if (item.kind !== 'map') {
      wrongType(item, this.#field('a write'), `an address or a map with "write"`);
      return;
    }
    const map = { ...this.#field('a write'), where: 'a write' };
    const fields = readFields(item, map, ['write', 'conf', 'user']);
    if (fields === undefined) return;
    const write = requiredEntry(fields, 'write');
    const conf = entryOf(fields, 'conf');
    const user = entryOf(fields, 'user');
    const uri = write && readText(write.value, fieldOf(fields, 'write'));
    const name = user && readText(user.value, fieldOf(fields, 'user'));
    const settings = conf === undefined ? [] : this.#settings(conf.value, fieldOf(fields, 'conf'));
    if (uri !== undefined) this.#write(uri, settings, name?.value);
  }

  /** Values may be written as YAML's own booleans and numbers: Spark reads their text. */
  #settings(node: Node, field: Field): readonly Setting[] {
    if (node.kind !== 'map') {
      wrongType(node, field, 'a map of properties');
      return [];
    }
    return [...node.entries.values()].flatMap(({ key, keySpan, value }) => {
      const text = valueText(value);
      if (text === undefined) {
        wrongType(value, this.#field(`${quoted(key)} in "conf"`), 'text');
        return [];
      }
      const place = { ...this.#place(keySpan.start), path: 'conf' };
      const { settings, problems } = readConfFlag(`${key}=${text}`, this.#file);
      const told = problems.filter(({ level }) => level !== 'note');
      this.problems.push(...told.map((problem) => ({ ...problem, place })));
      return settings.map((setting) => ({ ...setting, place }));
    });
  }

  #write(uri: TextNode, settings: readonly Setting[], user: string | undefined): void {
    if (writeTarget(uri.value) === undefined) {
      this.#log.add('policy/not-allowed', uri, `${quoted(uri.value)} is no place in S3: expected ${ADDRESS}`);
      return;
    }
    const place = this.#place(uri.start);
    this.writes.push({ uri: uri.value, settings, place, ...(user === undefined ? {} : { user }) });
  }

  #place(start: number): SettingPlace {
    return { source: this.#file, line: this.#log.line({ start, end: start }) };
  }

  #field(name: string): Field {
    return { name, log: this.#log };
  }
}

function valueText(node: Node): string | undefined {
  switch (node.kind) {
    case 'text':
      return node.value;
    case 'number':
      return node.source;
    case 'boolean':
      return String(node.value);
    case 'map':
    case 'list':
    case 'null':
    case 'refused':
      return undefined;
  }
}
