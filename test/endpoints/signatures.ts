import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { CallerRefused } from '../../src/audit/failures.ts';
import type { HeadAnswer, ObjectHeads } from '../../src/audit/ports.ts';
import { headsFor, listerFor } from '../../src/aws/heads-for.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import type { ListAnswer, ObjectLister } from '../../src/reaudit/ports.ts';
import { claims, type Exceptions } from '../contract/claim.ts';
import { ODD_KEYS } from '../contract/object-heads.ts';
import { Buckets, s3Client } from './buckets.ts';
import { type ClientConfig, type Endpoint, environmentOf, type Secrets, secretsOf } from './endpoint.ts';
import { putAll } from './s3-worlds.ts';

const PREFIXES = ['', 'a b/c+', 'percent%2F', 'ünï/', 'query?a=b&', '=&+ ', "~!*()_-.'", 'line\nfeed'];

/** The product's own signatures, as a server that checks them takes them. Both ways of finding the endpoint sign alike. */
export function signaturesContract(endpoint: Endpoint, exceptions: Exceptions): void {
  const { claim, allNamed } = claims(exceptions);
  const { s3, others } = endpoint;

  describe('the signatures of the fast path', () => {
    const open: S3Client[] = [];
    const buckets = new Buckets(endpoint);
    let bucket = '';
    let written: Awaited<ReturnType<typeof putAll>> = [];
    beforeAll(async () => {
      bucket = await buckets.make('signed', { versioned: true });
      written = await putAll(buckets.client, bucket, ODD_KEYS);
    });
    afterAll(async () => {
      for (const client of open) client.destroy();
      await buckets.close();
    });

    const clientsOf = (config: ClientConfig) => {
      const client = s3Client(config);
      open.push(client);
      return { s3: async () => client };
    };
    const ways = (config: ClientConfig): readonly (readonly [string, ObjectHeads, ObjectLister])[] => {
      const clients = clientsOf(config);
      const env = { ...environmentOf(config, others), HOME: '/nonexistent' };
      return [
        ['by the client', headsFor(clients), listerFor(clients)],
        ['by the environment', headsFor(clients, { env }), listerFor(clients, { env })],
      ];
    };
    const signedWith = (change: Partial<Secrets>): ClientConfig => ({
      ...s3,
      credentials: { ...secretsOf(s3), ...change },
    });
    const first = () => ({ bucket: bucketName(bucket), key: objectKey('a b/c+d') });
    const list = (lister: ObjectLister, prefix = ''): Promise<ListAnswer> =>
      lister.list({ bucket: bucketName(bucket), prefix, versions: false });

    claim('of a HEAD are taken for every odd key, with and without a version', async () => {
      const answers: (readonly [string, string, HeadAnswer['kind']])[] = [];
      for (const [way, heads] of ways(s3)) {
        for (const { key, versionId = '' } of written) {
          const object = { bucket: bucketName(bucket), key: objectKey(key) };
          answers.push([way, key, (await heads.head(object)).kind]);
          answers.push([way, `${key} ${versionId}`, (await heads.head({ ...object, versionId })).kind]);
        }
      }
      expect(written.length).toBeGreaterThan(10);
      expect(answers.filter(([, , kind]) => kind !== 'found')).toEqual([]);
    });

    claim('of a listing are taken for every odd prefix and place to go on from', async () => {
      const answers: (readonly [string, string, ListAnswer['kind']])[] = [];
      for (const [way, , lister] of ways(s3)) {
        for (const prefix of PREFIXES) {
          answers.push([way, prefix, (await list(lister, prefix)).kind]);
          for (const versioned of [false, true]) {
            const after = { key: objectKey(`${prefix}é +%`) };
            const request = { bucket: bucketName(bucket), prefix, versions: versioned, after };
            answers.push([way, `${prefix}, goes on`, (await lister.list(request)).kind]);
          }
        }
      }
      expect(answers.filter(([, , kind]) => kind !== 'page')).toEqual([]);
    });

    claim('of a HEAD by a wrong secret are refused', async () => {
      for (const [way, heads] of ways(signedWith({ secretAccessKey: 'wrong' }))) {
        expect([way, await heads.head(first())]).toEqual([way, { kind: 'denied' }]);
      }
    });

    claim('of a listing by a wrong secret are refused, and the caller is told so', async () => {
      for (const [, , lister] of ways(signedWith({ secretAccessKey: 'wrong' }))) {
        await expect(list(lister)).rejects.toThrow(CallerRefused);
        await expect(list(lister)).rejects.toThrow('SignatureDoesNotMatch');
      }
    });

    claim('by an access key that nobody has are refused', async () => {
      for (const [way, heads, lister] of ways(signedWith({ accessKeyId: 'AKIANOBODY0000000000' }))) {
        expect([way, await heads.head(first())]).toEqual([way, { kind: 'denied' }]);
        await expect(list(lister)).rejects.toThrow('InvalidAccessKeyId');
      }
    });

    claim('with a session token that nobody gave out are refused', async () => {
      const session = await sessionOf(endpoint);
      const credentials = { ...secretsOf(session), sessionToken: 'FwoGZXIvYXdzEXAMPLE/+=' };
      for (const [way, heads] of ways({ ...session, credentials })) {
        expect([way, (await heads.head(first())).kind]).not.toEqual([way, 'found']);
      }
    });

    claim('with a session token of AssumeRole are taken', async () => {
      for (const [way, heads, lister] of ways(await sessionOf(endpoint))) {
        expect([way, (await heads.head(first())).kind]).toEqual([way, 'found']);
        expect([way, (await list(lister, 'a b/')).kind]).toEqual([way, 'page']);
      }
    });

    allNamed();
  });
}

function sessionOf({ session }: Endpoint): Promise<ClientConfig> {
  if (session === undefined) throw new Error('the endpoint gives out no session token');
  return session();
}
