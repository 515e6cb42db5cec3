// tar archives: ustar, with GNU and pax long names. Numbers are octal, or base 256 where they are large.
import { SavedModelError } from '../errors.ts';

const BLOCK = 512;
const text = new TextDecoder();

export interface TarEntry {
  path: string;
  /** Of the contents, in the archive. */
  offset: number;
  size: number;
}

const damaged = (what: string) =>
  new SavedModelError(`The tar archive ${what}`, { code: 'DATA_LOSS' });

const field = (header: Uint8Array, at: number, length: number): string => {
  const bytes = header.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return text.decode(end < 0 ? bytes : bytes.subarray(0, end));
};

function number(header: Uint8Array, at: number, length: number): number {
  const bytes = header.subarray(at, at + length);
  if (bytes[0]! & 0x80) return bytes.subarray(1).reduce((n, b) => n * 256 + b, bytes[0]! & 0x7f);
  return parseInt(field(header, at, length).trim() || '0', 8);
}

/** Sum of the header's bytes, with its own field taken as blanks. */
function checksumFits(header: Uint8Array): boolean {
  const sum = header.reduce((s, b, i) => s + (i >= 148 && i < 156 ? 32 : b), 0);
  return sum === number(header, 148, 8);
}

/** "27 path=some/name\n" records of a pax header. */
function paxPath(records: string): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records)?.[1];
}

/** True where the first block looks like a tar header. */
export const isTar = (head: Uint8Array): boolean =>
  head.length >= BLOCK && head[0] !== 0 && checksumFits(head.subarray(0, BLOCK));

/** The files of a whole archive. DATA_LOSS where it is cut off or damaged. */
export function readTar(bytes: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((b) => b === 0)) return entries;
    if (!checksumFits(header)) throw damaged(`is damaged at byte ${at}`);
    const size = number(header, 124, 12);
    const offset = at + BLOCK;
    if (!(size >= 0) || offset + size > bytes.length) throw damaged('is cut off');
    const type = String.fromCharCode(header[156]!);
    const contents = () => text.decode(bytes.subarray(offset, offset + size));
    if (type === 'L') longName = contents().replace(/\0+$/, '');
    else if (type === 'x') longName = paxPath(contents()) ?? longName;
    else if (type !== 'g') {
      const prefix = field(header, 257, 5) === 'ustar' ? field(header, 345, 155) : '';
      const name = field(header, 0, 100);
      const path = longName ?? (prefix ? `${prefix}/${name}` : name);
      longName = undefined;
      if (type === '0' || type === '\0' || type === '7') entries.push({ path, offset, size });
    }
    at = offset + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}
