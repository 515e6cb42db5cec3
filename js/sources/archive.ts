// zip, tar and tar.gz as a Source. What an archive is, its first bytes tell.
import { invalidArgument, part, SavedModelError } from '../errors.ts';
import { blobFile, memoryFile, type Source } from './source.ts';
import { isTar, readTar } from './tar.ts';

/** A header's worth of bytes is enough. */
export const HEAD_BYTES = 512;

export type ArchiveKind = 'zip' | 'gzip' | 'tar';

export function archiveKind(head: Uint8Array): ArchiveKind | undefined {
  const starts = (...magic: number[]) => magic.every((b, i) => head[i] === b);
  if (starts(0x50, 0x4b, 3, 4) || starts(0x50, 0x4b, 5, 6)) return 'zip';
  if (starts(0x1f, 0x8b)) return 'gzip';
  return isTar(head) ? 'tar' : undefined;
}

const damaged = (kind: string, cause: unknown) =>
  new SavedModelError(
    `The ${kind} archive is damaged or cut off: ${(cause as Error).message}`,
    { code: 'DATA_LOSS' },
    { cause },
  );

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('gzip'));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw damaged('gzip', cause);
  }
}

/** The library builds tables as it starts, for milliseconds: only those who have a zip wait for them. */
async function unzipped(bytes: Uint8Array): Promise<Source> {
  const { unzip } = await part(import('./unzip.ts'));
  try {
    return { files: unzip(bytes).map(([path, contents]) => memoryFile(path, contents)) };
  } catch (cause) {
    throw damaged('zip', cause);
  }
}

/** Unpacks a whole archive. INVALID_ARGUMENT where it is none. */
export async function openArchive(bytes: Uint8Array, name: string): Promise<Source> {
  const kind = archiveKind(bytes.subarray(0, HEAD_BYTES));
  if (kind === 'zip') return unzipped(bytes);
  if (kind === 'gzip') return openArchive(await gunzip(bytes), name.replace(/\.(gz|tgz)$/i, ''));
  if (kind === 'tar') {
    let entries;
    try {
      entries = readTar(bytes);
    } catch (error) {
      throw error instanceof SavedModelError ? error : damaged('tar', error);
    }
    return {
      files: entries.map(({ path, offset, size }) =>
        memoryFile(path, bytes.subarray(offset, offset + size)),
      ),
    };
  }
  throw invalidArgument(`${name} is neither a zip nor a tar archive`, { file: name });
}

/** An archive as it is, or any other single file as a model of one file. */
export async function openBlob(blob: Blob): Promise<Source> {
  const name = 'name' in blob ? String(blob.name) : 'the Blob';
  const head = new Uint8Array(await blob.slice(0, HEAD_BYTES).arrayBuffer());
  if (!archiveKind(head)) return { files: [blobFile(name, blob)] };
  return openArchive(new Uint8Array(await blob.arrayBuffer()), name);
}
