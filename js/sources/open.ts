// From whatever a user has to a Source.
import { invalidArgument } from '../errors.ts';
import type { LoadOptions } from '../options.ts';
import { blobFile, memoryFile, type Source, type SourceFile } from './source.ts';

/** Everything that `load` and `inspect` take. In Node also a path on disk. */
export type ModelSource =
  FileList | readonly File[] | ReadonlyMap<string, Blob | Uint8Array> | Blob | URL | string;

/** INVALID_ARGUMENT for a value of no known kind. */
export async function openSource(given: ModelSource, _options: LoadOptions): Promise<Source> {
  if (given instanceof Map) return { files: [...given].map(([path, v]) => mapEntry(path, v)) };
  if (isFileList(given)) return { files: [...given].map(pickedFile) };
  throw invalidArgument(
    'A model is a list of files, a Map from path to Blob, an archive, a directory handle or a URL',
  );
}

const mapEntry = (path: string, value: Blob | Uint8Array): SourceFile =>
  value instanceof Blob ? blobFile(path, value) : memoryFile(path, value);

const isFileList = (given: unknown): given is ArrayLike<File> & Iterable<File> =>
  (typeof FileList !== 'undefined' && given instanceof FileList) ||
  (Array.isArray(given) && given.every((f) => f instanceof Blob));

/** Files of a folder picker say where in the folder they lie. */
const pickedFile = (file: File): SourceFile => blobFile(file.webkitRelativePath || file.name, file);
