import { describe, expect } from 'vitest';
import type { InstructionFiles } from '../../src/audit/ports.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { claims, type Exceptions } from './claim.ts';

export interface FilesWorld {
  readonly files: InstructionFiles;
  /** With versions. */
  readonly bucket: string;
  /** Answers the id of the new version. */
  put(key: string, body: string): Promise<string>;
  /** Puts a delete marker on top, and answers its id. */
  remove(key: string): Promise<string>;
  deny(key: string): Promise<void>;
}

/** What every adapter of `InstructionFiles` is asked to read at the most, in bytes. */
export const MOST = 64;

/** The id under which a bucket with versions keeps what was put. */
export function versionOf({ VersionId }: { readonly VersionId?: string | undefined }): string {
  if (VersionId === undefined) throw new Error('the bucket keeps no versions');
  return VersionId;
}

/** What every adapter of `InstructionFiles` keeps to, whatever it stands on. */
export function instructionFilesContract(
  name: string,
  world: () => FilesWorld,
  exceptions: Exceptions = {},
): void {
  const { claim, allNamed } = claims(exceptions);
  const read = (key: string, versionId?: string) => {
    const { files, bucket } = world();
    const version = versionId === undefined ? {} : { versionId };
    return files.read({ bucket: bucketName(bucket), key: objectKey(key), ...version }, MOST);
  };

  describe(`${name} as InstructionFiles`, () => {
    for (const body of ['{"a":"é"}', '', 'x'.repeat(MOST)]) {
      claim(`reads a body of at most so many bytes whole: ${JSON.stringify(body)}`, async () => {
        await world().put('whole.instruction', body);
        expect(await read('whole.instruction')).toMatchObject({ kind: 'body', text: body });
      });
    }

    claim('says that what is not there is not there', async () => {
      expect(await read('nothing')).toEqual({ kind: 'not-found' });
    });

    claim('reads the version that is named, and the current one where none is', async () => {
      const { put } = world();
      const first = await put('versions.instruction', '{"a":1}');
      const second = await put('versions.instruction', '{"a":22}');
      expect(await read('versions.instruction', first)).toMatchObject({ kind: 'body', text: '{"a":1}' });
      expect(await read('versions.instruction', second)).toMatchObject({ kind: 'body', text: '{"a":22}' });
      expect(await read('versions.instruction')).toMatchObject({ kind: 'body', text: '{"a":22}' });
    });

    claim('measures the version that is named, not the current one', async () => {
      const { put } = world();
      const small = await put('sizes.instruction', 'x');
      const large = await put('sizes.instruction', 'x'.repeat(MOST + 1));
      await put('sizes.instruction', 'xyz');
      expect(await read('sizes.instruction', small)).toMatchObject({ kind: 'body', text: 'x' });
      expect(await read('sizes.instruction', large)).toEqual({ kind: 'too-large' });
    });

    claim(
      'reads a version below a delete marker; the marker itself, and what it hides, are not there',
      async () => {
        const { put, remove } = world();
        const version = await put('removed.instruction', '{"a":1}');
        const marker = await remove('removed.instruction');
        expect(await read('removed.instruction', version)).toMatchObject({ kind: 'body', text: '{"a":1}' });
        expect(await read('removed.instruction', marker)).toEqual({ kind: 'not-found' });
        expect(await read('removed.instruction')).toEqual({ kind: 'not-found' });
      },
    );

    claim('says that what may not be read is unreadable, and why', async () => {
      await world().deny('denied.instruction');
      const answer = await read('denied.instruction');
      expect(answer).toMatchObject({ kind: 'unreadable', why: expect.stringContaining('access denied') });
    });

    allNamed();
  });
}
