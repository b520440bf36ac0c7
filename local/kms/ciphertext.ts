import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { KmsError } from './errors.ts';

const VERSION = Buffer.from([0x01, 0x02, 0x02, 0x00, 0x78]);
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** What is sealed in a ciphertext blob: which key made it, and the plaintext. */
export interface Sealed {
  readonly account: string;
  readonly keyId: string;
  /** Where the blob was made; only a multi-Region key opens it elsewhere. */
  readonly region: string;
  readonly plaintext: Buffer;
}

/** Seals and opens ciphertext blobs, which tell a reader nothing without this server's secret. */
export class CiphertextBox {
  // One secret for the whole server: the key is named inside the sealed part, so the blob shows no key id.
  readonly #secret = randomBytes(32);

  seal(sealed: Sealed, context: string): Buffer {
    const owner = Buffer.from(`${sealed.account}/${sealed.region}/${sealed.keyId}\0`, 'latin1');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#secret, iv).setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(owner), cipher.update(sealed.plaintext), cipher.final()]);
    return Buffer.concat([VERSION, iv, cipher.getAuthTag(), body]);
  }

  open(blob: Buffer, context: string): Sealed {
    const head = VERSION.length + IV_BYTES + TAG_BYTES;
    if (blob.length <= head || !blob.subarray(0, VERSION.length).equals(VERSION)) throw invalidCiphertext();
    const iv = blob.subarray(VERSION.length, VERSION.length + IV_BYTES);
    const tag = blob.subarray(VERSION.length + IV_BYTES, head);
    const decipher = createDecipheriv(CIPHER, this.#secret, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
    let body: Buffer;
    try {
      body = Buffer.concat([decipher.update(blob.subarray(head)), decipher.final()]);
    } catch {
      throw invalidCiphertext();
    }
    const end = body.indexOf(0);
    const [account = '', region = '', keyId = ''] = body.toString('latin1', 0, end).split('/');
    return { account, region, keyId, plaintext: body.subarray(end + 1) };
  }
}

/** What KMS says of a blob that is damaged, foreign, or opened with another encryption context. */
export function invalidCiphertext(): KmsError {
  return new KmsError('InvalidCiphertextException', '');
}
