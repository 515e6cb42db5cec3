// Whatever a user has, as a list of files with sizes and readable ranges.

export interface SourceFile {
  /** Relative, with forward slashes. */
  path: string;
  size: number;
  /**
   * Bytes [offset, offset + length), in memory that the caller may keep or transfer. Rejects where they
   * cannot be read.
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
}

export interface Source {
  files: SourceFile[];
}

/** The bytes of a Blob, by ranges. */
export function blobFile(path: string, blob: Blob): SourceFile {
  return {
    path,
    size: blob.size,
    read: async (offset, length) =>
      new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

/** Bytes that are in memory. They are copied on reading: the reader may transfer what it gets. */
export function memoryFile(path: string, bytes: Uint8Array): SourceFile {
  return {
    path,
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  };
}
