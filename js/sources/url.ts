// A model on a server: a folder, or an archive. Ranges are asked for where the server honours them; a
// file from a server that does not is downloaded once and kept.
import { SavedModelError } from '../errors.ts';
import type { LoadOptions } from '../options.ts';
import { archiveKind, HEAD_BYTES, openArchive } from './archive.ts';
import { memoryFile, wholeRange, type Source, type SourceFile, type Take } from './source.ts';

type FetchOptions = Pick<LoadOptions, 'fetch' | 'headers' | 'credentials' | 'cache' | 'signal'>;

/** What is looked for beside saved_model.pb: a server tells no names. */
const INDEX = 'variables/variables.index';

/** One slice of the loader (kSliceBytes). */
const FIRST_BYTES = 4 << 20;
/** A piece of a body: what has come meanwhile, up to this. */
const PIECE_BYTES = 1 << 20;
/** Weights that are there before anybody asks. Not all of a shard need be wanted. */
const FIRST_WEIGHTS = 1 << 20;

/**
 * The body of a response, which should have `length` bytes. Its pieces come through one small buffer: twice as fast
 * as arrayBuffer(), which gathers them in new memory and copies that.
 */
async function pieces(response: Response, length: number, take: Take): Promise<void> {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = response.body!.getReader({ mode: 'byob' });
  } catch {
    // Not every browser, nor every fetch that a user gives, has bodies that are read so.
    return take(new Uint8Array(await response.arrayBuffer()), 0);
  }
  let buffer = new ArrayBuffer(Math.min(length, PIECE_BYTES));
  for (let at = 0; at < length;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) return;
    try {
      take(value, at);
    } catch (error) {
      void reader.cancel().catch(() => undefined);
      throw error;
    }
    at += value.length;
    buffer = value.buffer;
  }
}

class Remote {
  private readonly get: typeof globalThis.fetch;
  constructor(private readonly options: FetchOptions) {
    this.get = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  async request(url: URL, init: RequestInit = {}): Promise<Response> {
    const { headers, credentials, cache, signal } = this.options;
    const all = new Headers(headers);
    new Headers(init.headers).forEach((value, key) => all.set(key, value));
    const request: RequestInit = { ...init, headers: all, signal: signal ?? null };
    if (credentials) request.credentials = credentials;
    if (cache) request.cache = cache;
    try {
      return await this.get(url, request);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SavedModelError(
        `${url.href} could not be fetched: ${why}`,
        { code: 'UNAVAILABLE', file: url.href },
        { cause },
      );
    }
  }

  /**
   * Null for 404 and 410, and for the page that some servers send in their place. The request that tells
   * the size brings the first `head` bytes along: small files need no second one.
   */
  async open(url: URL, path: string, head = FIRST_BYTES): Promise<SourceFile | null> {
    const response = await this.request(url, { headers: { range: `bytes=0-${head - 1}` } });
    if (response.status === 404 || response.status === 410) return null;
    if (/text\/html/i.test(response.headers.get('content-type') ?? '')) return null;
    if (response.status === 206) {
      const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
      if (total !== undefined) return this.ranged(url, path, Number(total), response, head);
    }
    // An empty file satisfies no range.
    if (response.status === 416) return memoryFile(path, new Uint8Array());
    if (!response.ok) throw httpError(url, response);
    return memoryFile(path, new Uint8Array(await response.arrayBuffer()));
  }

  /** `response` has the first bytes: `most`, or all there are. They come while other things are made ready. */
  private ranged(
    url: URL,
    path: string,
    size: number,
    response: Response,
    most: number,
  ): SourceFile {
    let whole: Promise<Uint8Array> | undefined;
    const length = Math.min(size, most);
    let head: Promise<Uint8Array> | undefined = wholeRange(
      (take) => pieces(response, length, take),
      length,
    );
    head.catch(() => undefined); // whoever reads will be told
    const read: SourceFile['read'] = async (offset, length, take) => {
      if (whole) return take((await whole).slice(offset, offset + length), 0);
      const start = await head;
      if (!start || offset + length >= start.length) head = undefined; // every byte is read once
      if (start && offset < start.length) {
        // A copy where it is not all: what takes the whole range may transfer it.
        const all = !offset && length === start.length;
        const known = all ? start : start.slice(offset, offset + length);
        take(known, 0);
        const left = length - known.length;
        if (left)
          await read(offset + known.length, left, (bytes, at) => take(bytes, at + known.length));
        return;
      }
      const range = `bytes=${offset}-${offset + length - 1}`;
      const response = await this.request(url, { headers: { range } });
      if (response.status === 206) return pieces(response, length, take);
      if (!response.ok) throw httpError(url, response);
      // The server changed its mind.
      whole = response.arrayBuffer().then((b) => new Uint8Array(b));
      take((await whole).slice(offset, offset + length), 0);
    };
    return { path, size, read };
  }
}

const httpError = (url: URL, { status, statusText }: Response) =>
  new SavedModelError(`${url.href}: HTTP ${status} ${statusText}`.trimEnd(), {
    code: status === 401 || status === 403 ? 'PERMISSION_DENIED' : 'UNAVAILABLE',
    file: url.href,
  });

/** `weights`: they are going to be read, and their first bytes may come along. */
export async function openUrl(
  given: URL | string,
  options: FetchOptions,
  weights: boolean,
): Promise<Source> {
  const base = typeof location === 'object' ? location.href : undefined;
  const url = new URL(given, base);
  const remote = new Remote(options);
  if (/\.(zip|tar|tgz|tar\.gz)$/i.test(url.pathname)) return openRemoteArchive(remote, url);
  const file = /\/saved_model\.pb(txt)?$/.exec(url.pathname);
  const folder = new URL(file ? '.' : `${url.pathname.replace(/\/?$/, '/')}${url.search}`, url);
  const at = (path: string) => {
    const u = new URL(path, folder);
    u.search = url.search;
    return u;
  };
  const open = (path: string) => remote.open(at(path), path);
  // All at once: each costs a round trip. What fails beside a missing model does not matter.
  const beside = Promise.all([
    open(INDEX),
    openShard(remote, at, 0, 1, weights),
    open('fingerprint.pb'),
  ]);
  beside.catch(() => undefined);
  const model = (await open('saved_model.pb')) ?? (await open('saved_model.pbtxt'));
  // An address that does not show what it is may still be an archive.
  if (!model) return openRemoteArchive(remote, url, at('saved_model.pb'));
  const [index, shard, fingerprint] = await beside;
  const files = [model, ...(fingerprint ? [fingerprint] : [])];
  if (index) files.push(index, ...(shard ? [shard] : await openShards(remote, at)));
  return { files };
}

function openShard(
  remote: Remote,
  at: (path: string) => URL,
  i: number,
  n: number,
  weights = false,
) {
  const digits = (x: number) => String(x).padStart(5, '0');
  const path = `variables/variables.data-${digits(i)}-of-${digits(n)}`;
  return remote.open(at(path), path, weights ? FIRST_WEIGHTS : 1);
}

/** Shards are numbered "of" their count, which only the index tells: the first one is looked for. */
async function openShards(remote: Remote, at: (path: string) => URL): Promise<SourceFile[]> {
  for (let n = 2; n <= 64; n++) {
    const first = await openShard(remote, at, 0, n);
    if (!first) continue;
    const rest = Array.from({ length: n - 1 }, (_, i) => openShard(remote, at, i + 1, n));
    return [first, ...(await Promise.all(rest)).filter((f) => f !== null)];
  }
  return [];
}

async function openRemoteArchive(remote: Remote, url: URL, instead?: URL): Promise<Source> {
  const response = await remote.request(url);
  const missing = () =>
    new SavedModelError(
      instead
        ? `There is no SavedModel at ${url.href}: ${instead.href} was not found`
        : `${url.href} was not found`,
      { code: 'NOT_FOUND', file: (instead ?? url).href },
    );
  if (response.status === 404 || (instead && !response.ok)) throw missing();
  if (!response.ok) throw httpError(url, response);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (instead && !archiveKind(bytes.subarray(0, HEAD_BYTES))) throw missing();
  return openArchive(bytes, url.href);
}
