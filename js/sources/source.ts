// Whatever a user has, as a list of files with sizes and readable ranges.

export interface SourceFile {
  /** Relative, with forward slashes. */
  path: string;
  size: number;
  /**
   * Bytes [offset, offset + length), piece by piece as they come, in their order. Rejects where they cannot
   * be read.
   */
  read(offset: number, length: number, take: Take, signal?: AbortSignal): Promise<void>;
  /** Most of this range will be read soon, in order, and may be sent for. Of length 0: no more will. */
  expect?(offset: number, length: number): void;
}

/**
 * Takes bytes that lie at `at` of the range that was asked for. A piece that is the whole range may be kept or
 * transferred; any other is used again after the call.
 */
export type Take = (bytes: Uint8Array, at: number) => void;

/** A range as one piece of memory, which may be kept or transferred; short where the file was. */
export async function wholeRange(
  read: (take: Take) => Promise<void>,
  length: number,
): Promise<Uint8Array> {
  let whole = new Uint8Array();
  let end = 0;
  await read((bytes, at) => {
    if (bytes.length === length) whole = bytes as Uint8Array<ArrayBuffer>;
    else {
      if (!at) whole = new Uint8Array(length);
      whole.set(bytes, at);
    }
    end = at + bytes.length;
  });
  return whole.subarray(0, end);
}

export interface Source {
  files: SourceFile[];
}

/** The bytes of a Blob, by ranges. */
export function blobFile(path: string, blob: Blob): SourceFile {
  return {
    path,
    size: blob.size,
    read: async (offset, length, take) =>
      take(new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()), 0),
  };
}

/** An address as a page has it: relative to its own. */
export const absolute = (url: URL | string): URL =>
  new URL(url, typeof location === 'object' ? location.href : undefined);

/** Bytes that are in memory. They are copied on reading: whoever reads may transfer what it gets. */
export function memoryFile(path: string, bytes: Uint8Array): SourceFile {
  return {
    path,
    size: bytes.length,
    read: async (offset, length, take) => take(bytes.slice(offset, offset + length), 0),
  };
}
