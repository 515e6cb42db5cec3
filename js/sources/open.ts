// From whatever a user has to a Source.
import { invalidArgument } from '../errors.ts';
import type { LoadOptions } from '../options.ts';
import { openBlob } from './archive.ts';
import { openDirectory, openDrop, type DirectoryHandle } from './drop.ts';
import { blobFile, memoryFile, type Source, type SourceFile } from './source.ts';
import { openUrl } from './url.ts';

/**
 * Everything that `load` and `inspect` take: files of a folder picker, a drop, a directory handle, a Map
 * from path to contents, a zip or tar.gz, the URL of a folder or an archive. In Node also a path on disk.
 */
export type ModelSource =
  | FileList
  | readonly File[]
  | DataTransfer
  | FileSystemDirectoryHandle
  | ReadonlyMap<string, Blob | Uint8Array>
  | Blob
  | URL
  | string;

/** INVALID_ARGUMENT for a value of no known kind. `weights`: they are going to be read. */
export async function openSource(
  given: ModelSource,
  options: LoadOptions,
  weights: boolean,
): Promise<Source> {
  if (typeof given === 'string' || given instanceof URL) return openUrl(given, options, weights);
  if (given instanceof Blob) return openBlob(given);
  if (isA(given, 'Map')) {
    const entries = [...(given as ReadonlyMap<string, Blob | Uint8Array>)];
    return { files: entries.map(([path, v]) => mapEntry(path, v)) };
  }
  if (isA(given, 'DataTransfer')) return openDrop(given as DataTransfer);
  if (isDirectory(given)) return openDirectory(given);
  if (isFileList(given)) {
    const files = [...given];
    // One picked file that is no part of a folder: an archive, or a model by itself.
    if (files.length === 1 && !files[0]!.webkitRelativePath) return openBlob(files[0]!);
    return { files: files.map(pickedFile) };
  }
  throw invalidArgument(
    'A model is a list of files, a drop, a directory handle, a Map from path to Blob, a zip or tar.gz, or a URL',
  );
}

/** By name: values may come from another realm. */
const isA = (value: unknown, name: string) =>
  Object.prototype.toString.call(value) === `[object ${name}]`;

const mapEntry = (path: string, value: Blob | Uint8Array): SourceFile =>
  ArrayBuffer.isView(value) ? memoryFile(path, value) : blobFile(path, value);

const isDirectory = (given: unknown): given is DirectoryHandle =>
  (given as { kind?: unknown } | null)?.kind === 'directory';

const isFileList = (given: unknown): given is Iterable<File> =>
  isA(given, 'FileList') || (Array.isArray(given) && given.every((f) => f instanceof Blob));

/** Files of a folder picker say where in the folder they lie. */
const pickedFile = (file: File): SourceFile => blobFile(file.webkitRelativePath || file.name, file);
