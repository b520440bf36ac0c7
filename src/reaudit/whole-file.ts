import { randomUUID } from 'node:crypto';
import { lstat, open, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts a whole text in the place of a file at once: a killed process leaves the old one or the new one. A symbolic link
 * is followed. What is no file on disk, such as a device or a pipe, cannot be replaced, and takes the text as it is.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const place = await realpath(path).catch(() => path);
  const there = await lstat(place).catch(() => undefined);
  if (there !== undefined && !there.isFile()) return writeFile(place, text);
  // A name that nobody else has: whatever it were, a file of that name would be lost.
  const next = `${place}.${randomUUID()}.next`;
  const file = await open(next, 'wx');
  try {
    try {
      if (there !== undefined) await file.chmod(there.mode & 0o7777);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, place);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(place);
}

/** A new name is safe only when its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
