import { createCipheriv, randomBytes } from 'node:crypto';
import { GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

export interface EmrfsOptions {
  readonly s3: S3Client;
  readonly kms: KMSClient;
  readonly bucket: string;
  /** `fs.s3.cse.kms.keyId`: what the envelope will claim, verbatim. */
  readonly kmsKeyId: string;
}

interface Sealed {
  readonly body: Buffer;
  readonly envelope: Readonly<Record<string, string>>;
  readonly plaintextLength: string;
}

/**
 * Writes as EMRFS does with client-side encryption under KMS (the Java client's version 1): format V2, wrap `kms`,
 * AES/CBC. The envelope goes into metadata, or into an instruction file that is put after its object.
 */
export class EmrfsWriter {
  readonly #options: EmrfsOptions;

  constructor(options: EmrfsOptions) {
    this.#options = options;
  }

  /** `fs.s3.cse.cryptoStorageMode=ObjectMetadata`, the default. */
  async write(key: string, plaintext: string): Promise<void> {
    const { body, envelope, plaintextLength } = await this.#seal(plaintext);
    await this.#put(key, body, { ...envelope, 'x-amz-unencrypted-content-length': plaintextLength });
  }

  /** `fs.s3.cse.cryptoStorageMode=InstructionFile`: between the two puts the object looks like data without a key. */
  async writeWithInstructionFile(
    key: string,
    plaintext: string,
    between: () => Promise<void>,
  ): Promise<void> {
    const { body, envelope, plaintextLength } = await this.#seal(plaintext);
    await this.#put(key, body, { 'x-amz-unencrypted-content-length': plaintextLength });
    await between();
    await this.#put(`${key}.instruction`, JSON.stringify(envelope), { 'x-amz-crypto-instr-file': '' });
  }

  async #seal(plaintext: string): Promise<Sealed> {
    const description = { kms_cmk_id: this.#options.kmsKeyId };
    const dataKey = await this.#options.kms.send(
      new GenerateDataKeyCommand({
        KeyId: this.#options.kmsKeyId,
        KeySpec: 'AES_256',
        EncryptionContext: description,
      }),
    );
    if (dataKey.Plaintext === undefined || dataKey.CiphertextBlob === undefined) {
      throw new Error('KMS gave no data key');
    }
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-256-cbc', dataKey.Plaintext, iv);
    const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const envelope = {
      'x-amz-key-v2': Buffer.from(dataKey.CiphertextBlob).toString('base64'),
      'x-amz-iv': iv.toString('base64'),
      'x-amz-matdesc': JSON.stringify(description),
      'x-amz-wrap-alg': 'kms',
      'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
    };
    return { body, envelope, plaintextLength: String(Buffer.byteLength(plaintext)) };
  }

  async #put(Key: string, Body: Buffer | string, Metadata: Record<string, string>): Promise<void> {
    await this.#options.s3.send(new PutObjectCommand({ Bucket: this.#options.bucket, Key, Body, Metadata }));
  }
}
