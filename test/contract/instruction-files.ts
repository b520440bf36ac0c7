import { describe, expect } from 'vitest';
import type { InstructionFiles } from '../../src/audit/ports.ts';
import { bucketName, objectKey } from '../../src/objects/object.ts';
import { claims, type Exceptions } from './claim.ts';

export interface FilesWorld {
  readonly files: InstructionFiles;
  readonly bucket: string;
  put(key: string, body: string): Promise<void>;
  deny(key: string): Promise<void>;
}

/** What every adapter of `InstructionFiles` is asked to read at the most, in bytes. */
export const MOST = 64;

/** What every adapter of `InstructionFiles` keeps to, whatever it stands on. */
export function instructionFilesContract(
  name: string,
  world: () => FilesWorld,
  exceptions: Exceptions = {},
): void {
  const { claim, allNamed } = claims(exceptions);
  const read = (key: string) => {
    const { files, bucket } = world();
    return files.read({ bucket: bucketName(bucket), key: objectKey(key) }, MOST);
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

    claim('says that what may not be read is unreadable, and why', async () => {
      await world().deny('denied.instruction');
      const answer = await read('denied.instruction');
      expect(answer).toMatchObject({ kind: 'unreadable', why: expect.stringContaining('access denied') });
    });

    allNamed();
  });
}
