import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { isObject, type Json, type JsonObject } from '../template/parse.ts';
import { at, list } from '../template/stack.ts';
import { evaluate, plain, type StateContext, StateError } from './expressions.ts';

/** Step Functions takes so much as the input or the output of a state. */
const MOST_PAYLOAD_BYTES = 256 * 1024;

export interface MapOptions {
  readonly s3: S3Client;
  /** Runs a child to its end, retries included. */
  readonly child: (input: Json) => Promise<Json>;
  /** In place of what the definition says, so that a test needs no thousands of objects. */
  readonly itemsPerBatch?: number;
  /** Whether the manifest of a redrive names the results from before: AWS does not say. */
  readonly redriveNames: 'everything' | 'what is new';
}

interface Child {
  readonly input: Json;
  readonly name: string;
  status: 'PENDING' | 'SUCCEEDED' | 'FAILED';
  output?: Json;
  error?: StateError;
  writtenIn?: number;
}

/** One Map Run: its children, and what ResultWriter wrote of them each time that it was driven. */
export class MapRun {
  readonly #state: JsonObject;
  readonly #states: StateContext;
  readonly #options: MapOptions;
  readonly #children: Child[] = [];
  #drives = 0;
  #read = false;

  constructor(mapState: JsonObject, states: StateContext, options: MapOptions) {
    this.#state = mapState;
    this.#states = states;
    this.#options = options;
  }

  /** Runs what is not done. Throws as the map state fails: after its results are written. */
  async drive(): Promise<Json> {
    if (!this.#read) await this.#readItems();
    this.#drives += 1;
    const tolerated = Number(await this.#evaluate('ToleratedFailurePercentage'));
    for (const child of this.#children) if (child.status === 'FAILED') child.status = 'PENDING';
    const failedShare = () =>
      (100 * this.#children.filter(({ status }) => status === 'FAILED').length) /
      Math.max(1, this.#children.length);
    for (const child of this.#children) {
      if (child.status === 'PENDING' && failedShare() <= tolerated) await this.#run(child);
    }
    const details = await this.#write();
    if (failedShare() > tolerated)
      throw new StateError('States.ExceedToleratedFailureThreshold', 'too many children failed');
    return plain({
      MapRunArn: 'arn:aws:states:eu-west-1:111122223333:mapRun:x',
      ResultWriterDetails: details,
    });
  }

  get statuses(): readonly string[] {
    return this.#children.map(({ status }) => status);
  }

  #evaluate(...path: readonly string[]): Promise<Json> {
    return evaluate(at(this.#state, ...path), this.#states);
  }

  async #readItems(): Promise<void> {
    this.#read = true;
    const items = await this.#items();
    const batchInput = await this.#evaluate('ItemBatcher', 'BatchInput');
    const most = this.#options.itemsPerBatch ?? Number(at(this.#state, 'ItemBatcher', 'MaxItemsPerBatch'));
    for (let start = 0; start < items.length; start += most) {
      const input = plain({ BatchInput: batchInput, Items: items.slice(start, start + most) });
      this.#children.push({ input, name: `child-${this.#children.length}`, status: 'PENDING' });
    }
  }

  async #items(): Promise<readonly Json[]> {
    const reader = await this.#evaluate('ItemReader');
    const [Bucket, Key] = [String(at(reader, 'Arguments', 'Bucket')), argument(reader, 'Key')];
    const resource = String(at(reader, 'Resource'));
    if (resource.endsWith(':s3:listObjectsV2')) return this.#list(Bucket, argument(reader, 'Prefix') ?? '');
    if (resource.endsWith(':s3:getObject') && Key !== undefined) return this.#inventory(Bucket, Key);
    throw new Error(`this driver reads nothing by ${resource}`);
  }

  async #list(Bucket: string, Prefix: string): Promise<readonly Json[]> {
    const items: Json[] = [];
    for await (const page of paginateListObjectsV2({ client: this.#options.s3 }, { Bucket, Prefix })) {
      for (const { ETag, Key, LastModified, Size, StorageClass } of page.Contents ?? [])
        items.push(
          plain({ Etag: ETag, Key, LastModified: (LastModified?.getTime() ?? 0) / 1000, Size, StorageClass }),
        );
    }
    return items;
  }

  /** The rows of an S3 Inventory in CSV, as text by column; the keys as the file holds them. */
  async #inventory(Bucket: string, Key: string): Promise<readonly Json[]> {
    const manifest: Json = JSON.parse((await this.#get(Bucket, Key)).toString());
    const columns = String(at(manifest, 'fileSchema')).split(', ');
    const rows: Json[] = [];
    for (const file of list(at(manifest, 'files'))) {
      const csv = gunzipSync(await this.#get(Bucket, String(at(file, 'key')))).toString();
      for (const line of csv.trimEnd().split('\n')) {
        const values: readonly string[] = JSON.parse(`[${line}]`);
        rows.push(Object.fromEntries(columns.map((name, index) => [name, values[index] ?? ''])));
      }
    }
    return rows;
  }

  async #get(Bucket: string, Key: string): Promise<Buffer> {
    const { Body } = await this.#options.s3.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  async #run(child: Child): Promise<void> {
    bounded(child.input);
    try {
      child.output = bounded(await this.#options.child(child.input));
      child.status = 'SUCCEEDED';
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      child.status = 'FAILED';
      child.error = error;
    }
  }

  /** ResultWriter with COMPACT and JSONL: outputs alone of what succeeded, whole executions of the rest. */
  async #write(): Promise<Json> {
    const writer = await this.#evaluate('ResultWriter');
    const config = JSON.stringify(at(writer, 'WriterConfig'));
    if (config !== '{"Transformation":"COMPACT","OutputType":"JSONL"}')
      throw new Error(`not known here: ${config}`);
    const Bucket = String(at(writer, 'Arguments', 'Bucket'));
    const folder = `${String(at(writer, 'Arguments', 'Prefix'))}/drive-${this.#drives}`;
    const files: Record<string, { Key: string; Size: number }[]> = { SUCCEEDED: [], FAILED: [], PENDING: [] };
    for (const status of ['SUCCEEDED', 'FAILED', 'PENDING'] as const) {
      const lines = this.#children
        .filter((child) => child.status === status && this.#isNamed(child))
        .map((child) => `${JSON.stringify(status === 'SUCCEEDED' ? child.output : execution(child))}\n`);
      if (lines.length === 0) continue;
      const Body = lines.join('');
      const Key = `${folder}/${status}_0.jsonl`;
      await this.#options.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      files[status]?.push({ Key, Size: Buffer.byteLength(Body) });
    }
    const Key = `${folder}/manifest.json`;
    const Body = JSON.stringify({ DestinationBucket: Bucket, MapRunArn: 'x', ResultFiles: files });
    await this.#options.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    for (const child of this.#children) if (child.status === 'SUCCEEDED') child.writtenIn ??= this.#drives;
    return { Bucket, Key };
  }

  #isNamed(child: Child): boolean {
    return this.#options.redriveNames === 'everything' || child.writtenIn === undefined;
  }
}

const argument = (reader: Json, name: string): string | undefined => {
  const found = at(reader, 'Arguments');
  const value = isObject(found) ? found[name] : undefined;
  return value === undefined ? undefined : String(value);
};

const execution = ({ input, name, status, error }: Child): Json =>
  plain({
    ExecutionArn: `arn:aws:states:eu-west-1:111122223333:express:x/Listing:${name}`,
    Input: JSON.stringify(input),
    InputDetails: { Included: true },
    Name: name,
    Status: status,
    ...(error === undefined ? {} : { Error: error.name, Cause: error.message }),
  });

export function bounded(payload: Json): Json {
  const bytes = Buffer.byteLength(JSON.stringify(payload));
  if (bytes > MOST_PAYLOAD_BYTES) throw new StateError('States.DataLimitExceeded', `${bytes} bytes`);
  return payload;
}
