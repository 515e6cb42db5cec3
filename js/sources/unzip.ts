// Entries of a zip; loaded with the first one.
import { unzipSync } from 'fflate';

/**
 * Paths and contents, folders left out; throws where the archive is damaged. In one go: the asynchronous form starts
 * workers from Blobs, which a strict CSP forbids.
 */
export const unzip = (bytes: Uint8Array): [path: string, contents: Uint8Array][] =>
  Object.entries(unzipSync(bytes)).filter(([path]) => !path.endsWith('/'));
