// What was dropped on a page, and folders that a page was given access to.
import { blobFile, type Source, type SourceFile } from './source.ts';

/** The part of FileSystemDirectoryHandle that is used. */
export interface DirectoryHandle {
  readonly kind: 'directory';
  readonly name: string;
  values(): AsyncIterable<DirectoryHandle | FileHandle>;
}
export interface FileHandle {
  readonly kind: 'file';
  readonly name: string;
  getFile(): Promise<File>;
}

/** Deeper folders are left out: a loop of links has no end. */
const MOST_DEPTH = 32;

export async function openDirectory(handle: DirectoryHandle): Promise<Source> {
  const files: SourceFile[] = [];
  const walk = async (dir: DirectoryHandle, prefix: string, depth: number): Promise<void> => {
    for await (const entry of dir.values()) {
      const path = prefix + entry.name;
      if (entry.kind === 'file') files.push(blobFile(path, await entry.getFile()));
      else if (depth < MOST_DEPTH) await walk(entry, `${path}/`, depth + 1);
    }
  };
  await walk(handle, '', 0);
  return { files };
}

/** Files and folders of a drop. To be called in the event's handler: entries are gone after it. */
export async function openDrop(transfer: DataTransfer): Promise<Source> {
  const entries = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files: SourceFile[] = [];
  const walk = async (entry: FileSystemEntry, prefix: string, depth: number): Promise<void> => {
    const path = prefix + entry.name;
    if (entry.isFile) {
      const file = await new Promise<File>((done, failed) =>
        (entry as FileSystemFileEntry).file(done, failed),
      );
      files.push(blobFile(path, file));
    } else if (depth < MOST_DEPTH) {
      const reader = (entry as FileSystemDirectoryEntry).createReader();
      // A reader gives a part of the entries at a time, and none at the end.
      for (;;) {
        const some = await new Promise<FileSystemEntry[]>((done, failed) =>
          reader.readEntries(done, failed),
        );
        if (!some.length) break;
        for (const child of some) await walk(child, `${path}/`, depth + 1);
      }
    }
  };
  for (const entry of entries) {
    if (entry instanceof File) files.push(blobFile(entry.name, entry));
    else if (entry) await walk(entry, '', 0);
  }
  return { files };
}
