import { createCipheriv, randomBytes } from 'node:crypto';
import { GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { EmrfsWriter } from './emrfs-writer.ts';

/** What a session runs on: the clients of the cluster's account, and what serves `s3://` there. */
export interface Cluster {
  readonly s3: S3Client;
  readonly kms: KMSClient;
  /** EMRFS below EMR 7.10.0, S3A from there on. `s3a://` is always served by S3A. */
  readonly s3Connector: 'emrfs' | 's3a';
}

/** Puts one object as the client was set up when it was made. */
type Put = (key: string, body: string) => Promise<void>;

type Configuration = ReadonlyMap<string, string>;

/** The properties that EMR 7.10.0 hands on to S3A where S3A's own is not set. */
const HANDED_ON: Readonly<Record<string, string>> = {
  'encryption.key': 'serverSideEncryption.kms.keyId',
};

/**
 * Writes as a Spark session does: one Hadoop file system for each scheme, authority and user, which keeps the encryption
 * that was configured when it was made, unless `fs.<scheme>.impl.disable.cache` is set at the time of the write.
 */
export class SparkSession {
  /** As `spark.sparkContext.hadoopConfiguration`: read when a file system is made, not when it writes. */
  readonly hadoopConfiguration = new Map<string, string>();
  readonly #cluster: Cluster;
  readonly #user: string;
  readonly #fileSystems = new Map<string, Put>();

  constructor(cluster: Cluster, configuration: Configuration = new Map(), user = 'hadoop') {
    this.#cluster = cluster;
    this.#user = user;
    for (const [name, value] of configuration) this.hadoopConfiguration.set(name, value);
  }

  /** Writes the part files of one output folder, then `_SUCCESS`, as a job's commit does. */
  async write(folder: string, parts: readonly string[]): Promise<void> {
    const { scheme, bucket, prefix } = uriOf(folder);
    const put = this.#fileSystem(scheme, bucket);
    for (const [index, body] of parts.entries()) {
      await put(`${prefix}part-${String(index).padStart(5, '0')}.json`, body);
    }
    await put(`${prefix}_SUCCESS`, '');
  }

  #fileSystem(scheme: string, bucket: string): Put {
    const make = (): Put => fileSystem(this.#cluster, scheme, bucket, new Map(this.hadoopConfiguration));
    if (isTrue(this.hadoopConfiguration.get(`fs.${scheme}.impl.disable.cache`))) return make();
    const name = JSON.stringify([scheme, bucket, this.#user]);
    const kept = this.#fileSystems.get(name) ?? make();
    this.#fileSystems.set(name, kept);
    return kept;
  }
}

const isTrue = (value: string | undefined): boolean => value?.trim().toLowerCase() === 'true';

function uriOf(folder: string): {
  readonly scheme: string;
  readonly bucket: string;
  readonly prefix: string;
} {
  const [, scheme, bucket, prefix] = /^(s3|s3n|s3a):\/\/([^/]+)\/(.*)$/s.exec(folder) ?? [];
  if (scheme === undefined || bucket === undefined || prefix === undefined) {
    throw new Error(`no folder of S3: ${folder}`);
  }
  return { scheme, bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

function fileSystem(cluster: Cluster, scheme: string, bucket: string, configuration: Configuration): Put {
  const read = (family: 's3' | 's3a', name: string): string | undefined =>
    configuration.get(`fs.${family}.bucket.${bucket}.${name}`) ?? configuration.get(`fs.${family}.${name}`);
  const emrfs = scheme !== 's3a' && cluster.s3Connector === 'emrfs';
  return emrfs
    ? emrfsFileSystem(cluster, bucket, (name) => read('s3', name))
    : s3aFileSystem(cluster, bucket, (name) => read('s3a', name) ?? handedOn(cluster, name, read));
}

function handedOn(
  cluster: Cluster,
  name: string,
  read: (family: 's3', name: string) => string | undefined,
): string | undefined {
  if (cluster.s3Connector !== 's3a') return undefined;
  if (name !== 'encryption.algorithm') return read('s3', HANDED_ON[name] ?? name);
  if (!isTrue(read('s3', 'enableServerSideEncryption'))) return undefined;
  return read('s3', 'serverSideEncryption.kms.keyId') === undefined ? 'AES256' : 'SSE-KMS';
}

type Read = (name: string) => string | undefined;

function emrfsFileSystem({ s3, kms }: Cluster, bucket: string, read: Read): Put {
  const cseKey = read('cse.kms.keyId');
  if (isTrue(read('cse.enabled')) && cseKey !== undefined) {
    const writer = new EmrfsWriter({ s3, kms, bucket, kmsKeyId: cseKey });
    return (key, body) => writer.write(key, body);
  }
  const key = read('serverSideEncryption.kms.keyId');
  const algorithm = read('serverSideEncryptionAlgorithm') ?? (key === undefined ? 'AES256' : 'aws:kms');
  return isTrue(read('enableServerSideEncryption'))
    ? plainPut(s3, bucket, sseHeaders(algorithm, key))
    : plainPut(s3, bucket, {});
}

function s3aFileSystem({ s3, kms }: Cluster, bucket: string, read: Read): Put {
  const algorithm = read('encryption.algorithm') ?? read('server-side-encryption-algorithm');
  const key = read('encryption.key') ?? read('server-side-encryption.key');
  switch (algorithm) {
    case undefined:
      return plainPut(s3, bucket, {});
    case 'AES256':
      return plainPut(s3, bucket, sseHeaders('AES256', undefined));
    case 'SSE-KMS':
      return plainPut(s3, bucket, sseHeaders('aws:kms', key));
    case 'DSSE-KMS':
      return plainPut(s3, bucket, sseHeaders('aws:kms:dsse', key));
    case 'CSE-KMS':
      return clientSidePut(s3, kms, bucket, key ?? '');
    default:
      throw new Error(`this session does not write under ${algorithm}`);
  }
}

type Encryption = Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>;

function sseHeaders(algorithm: string, key: string | undefined): Encryption {
  switch (algorithm) {
    case 'AES256':
      return { ServerSideEncryption: 'AES256' };
    case 'aws:kms':
    case 'aws:kms:dsse':
      return { ServerSideEncryption: algorithm, ...(key === undefined ? {} : { SSEKMSKeyId: key }) };
    default:
      throw new Error(`no algorithm of S3: ${algorithm}`);
  }
}

const plainPut =
  (s3: S3Client, bucket: string, encryption: Encryption): Put =>
  async (Key, Body) => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ...encryption }));
  };

/** As the S3 encryption client below S3A: format V2, wrap `kms+context`, AES/GCM; the envelope does not name the key. */
function clientSidePut(s3: S3Client, kms: KMSClient, bucket: string, kmsKeyId: string): Put {
  return async (Key, plaintext) => {
    const context = { 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding' };
    const dataKey = await kms.send(
      new GenerateDataKeyCommand({ KeyId: kmsKeyId, KeySpec: 'AES_256', EncryptionContext: context }),
    );
    if (dataKey.Plaintext === undefined || dataKey.CiphertextBlob === undefined) {
      throw new Error('KMS gave no data key');
    }
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', dataKey.Plaintext, iv);
    const body = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    const Metadata = {
      'x-amz-key-v2': Buffer.from(dataKey.CiphertextBlob).toString('base64'),
      'x-amz-iv': iv.toString('base64'),
      'x-amz-matdesc': JSON.stringify(context),
      'x-amz-wrap-alg': 'kms+context',
      'x-amz-cek-alg': 'AES/GCM/NoPadding',
      'x-amz-tag-len': '128',
      'x-amz-unencrypted-content-length': String(Buffer.byteLength(plaintext)),
    };
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body, Metadata }));
  };
}
