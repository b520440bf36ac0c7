import { type ReportStore, runFolder, type StoredObject } from './batch-ports.ts';
import { readSmallText } from './row-bytes.ts';
import { isCount, isText, listOf, shape } from './tally-guard.ts';

export type FileKind = 'SUCCEEDED' | 'FAILED' | 'PENDING';

export interface ResultFiles {
  readonly files: Readonly<Record<FileKind, readonly StoredObject[]>>;
  /** Their keys. */
  readonly manifests: readonly string[];
  /** What does not fit together, a sentence each. */
  readonly problems: readonly string[];
}

interface ManifestFile {
  readonly Key: string;
  readonly Size: number;
}

interface Manifest {
  readonly ResultFiles: Readonly<Partial<Record<FileKind, readonly ManifestFile[]>>>;
}

const isFiles = listOf(shape<ManifestFile>({ Key: isText, Size: isCount }, {}));
const isManifest = shape<Manifest>(
  {
    ResultFiles: shape<Manifest['ResultFiles']>(
      {},
      { SUCCEEDED: isFiles, FAILED: isFiles, PENDING: isFiles },
    ),
  },
  {},
);

const MOST_MANIFEST_BYTES = 16 * 1024 * 1024;
const RESULT_FILE = /\/(SUCCEEDED|FAILED|PENDING)_\d+\.jsonl?$/;

/**
 * Finds every file of results below a run's folder. A redrive of the map writes a manifest of its own, and no AWS page
 * says whether that one names the results from before: so all manifests are read, and all files taken, whoever names them.
 */
export async function findResults(store: ReportStore, runId: string): Promise<ResultFiles> {
  const stored = new Map<string, StoredObject>();
  for await (const object of store.list(`${runFolder(runId)}results/`)) stored.set(object.key, object);
  const files: Record<FileKind, StoredObject[]> = { SUCCEEDED: [], FAILED: [], PENDING: [] };
  for (const object of stored.values()) {
    const kind = RESULT_FILE.exec(object.key)?.[1];
    if (kind === 'SUCCEEDED' || kind === 'FAILED' || kind === 'PENDING') files[kind].push(object);
  }
  const manifests = [...stored.keys()].filter((key) => key.endsWith('/manifest.json'));
  const problems: string[] = [];
  for (const key of manifests) problems.push(...(await manifestProblems(store, key, stored)));
  if (manifests.length === 0)
    problems.push(`there is no manifest below ${runFolder(runId)}results/, so the map has not ended`);
  return { files, manifests, problems };
}

async function manifestProblems(
  store: ReportStore,
  key: string,
  stored: ReadonlyMap<string, StoredObject>,
): Promise<readonly string[]> {
  const manifest = parse(await readSmallText(store.read(key), MOST_MANIFEST_BYTES));
  if (!isManifest(manifest)) return [`${key} is no manifest of results`];
  const named = Object.values(manifest.ResultFiles).flatMap((files) => files ?? []);
  return named.flatMap(({ Key, Size }) => {
    const there = stored.get(Key);
    if (there === undefined) return [`${Key} is not there, though a manifest names it`];
    return there.bytes === Size ? [] : [`${Key} has ${there.bytes} bytes, and the manifest says ${Size}`];
  });
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
