// A folder, a file or an archive on disk, in Node.
import { open, readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SavedModelError } from '../errors.ts';
import { archiveKind, HEAD_BYTES, openArchive } from './archive.ts';
import { wholeRange, type Source, type SourceFile } from './source.ts';

function diskFile(disk: string, path: string, size: number): SourceFile {
  return {
    path,
    size,
    read: async (offset, length, take) => {
      const handle = await open(disk, 'r');
      try {
        const bytes = new Uint8Array(length);
        let at = 0;
        while (at < length) {
          const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
          if (!bytesRead) break;
          at += bytesRead;
        }
        take(bytes.subarray(0, at), 0);
      } finally {
        await handle.close();
      }
    },
  };
}

/** Strings without a scheme, and file: URLs. */
export async function openPath(given: unknown): Promise<Source | undefined> {
  let path: string;
  if (given instanceof URL && given.protocol === 'file:') path = fileURLToPath(given);
  else if (typeof given === 'string' && given.startsWith('file:')) path = fileURLToPath(given);
  else if (typeof given === 'string' && !/^[a-z][a-z0-9+.-]+:/i.test(given)) path = given;
  else return undefined;
  let facts;
  try {
    facts = await stat(path);
  } catch (cause) {
    throw new SavedModelError(
      `There is no file or folder ${path}`,
      { code: 'NOT_FOUND', file: path },
      { cause },
    );
  }
  if (!facts.isDirectory()) {
    const name = path.split(sep).at(-1)!;
    const file = diskFile(path, name, facts.size);
    const first = (length: number) => wholeRange((take) => file.read(0, length, take), length);
    if (archiveKind(await first(Math.min(HEAD_BYTES, file.size))))
      return openArchive(await first(file.size), name);
    return { files: [file] };
  }
  const names = await readdir(path, { recursive: true });
  const files: SourceFile[] = [];
  for (const name of names.sort()) {
    const disk = join(path, name);
    const { size, isFile } = await stat(disk).then(
      (s) => ({ size: s.size, isFile: s.isFile() }),
      () => ({ size: 0, isFile: false }),
    );
    if (isFile) files.push(diskFile(disk, name.split(sep).join('/'), size));
  }
  return { files };
}
