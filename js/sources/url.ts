// A model on a server: a folder, or an archive. Ranges are asked for where the server honours them; a
// file from a server that does not is downloaded once and kept.
import { SavedModelError } from '../errors.ts';
import type { LoadOptions } from '../options.ts';
import { archiveKind, HEAD_BYTES, openArchive } from './archive.ts';
import { absolute, memoryFile, type Source, type SourceFile, type Take } from './source.ts';

type FetchOptions = Pick<LoadOptions, 'fetch' | 'headers' | 'credentials' | 'cache' | 'signal'>;

/** What is looked for beside saved_model.pb: a server tells no names. */
const INDEX = 'variables/variables.index';

/** One slice of the loader (kSliceBytes). */
const FIRST_BYTES = 4 << 20;
/** Weights that are there before anybody asks. Not all of a shard need be wanted. */
const FIRST_WEIGHTS = 1 << 20;
/** More than this is not read only to be passed over. */
const MOST_BETWEEN = 1 << 20;

/** A range that one request asks for, and whose bytes are taken in their order, piece by piece. */
class Sequence {
  private readonly reader: Promise<ReadableStreamDefaultReader<Uint8Array>>;
  /** Of the last piece, what nobody has taken, and where that begins. */
  private rest: Uint8Array = new Uint8Array();
  private position = 0;
  /** The response has what was asked for, not the whole file. */
  private exact = false;

  /** Bytes `at` to `end`. */
  constructor(
    response: Promise<Response>,
    private at: number,
    readonly end: number,
  ) {
    this.reader = response.then((r) => {
      this.exact = r.status === 206;
      this.position = this.exact ? at : 0;
      return r.body!.getReader();
    });
    this.reader.catch(() => undefined); // whoever takes is told
  }

  /** How many bytes from `offset` on are to be had here, at most `length`. They are the claimer's. */
  claim(offset: number, length: number): number {
    const n = Math.min(length, this.end - offset);
    if (n <= 0 || offset < this.at || offset > this.at + MOST_BETWEEN) return 0;
    this.at = offset + n;
    return n;
  }

  /** In the order of the claims, one at a time. */
  async take(offset: number, length: number, take: Take): Promise<void> {
    const reader = await this.reader;
    for (const end = offset + length; this.position < end;) {
      if (!this.rest.length) this.rest = (await reader.read()).value ?? this.rest;
      const { position } = this;
      const piece = this.rest.subarray(0, (position < offset ? offset : end) - position);
      if (!piece.length) return; // the body was short
      this.rest = this.rest.subarray(piece.length);
      this.position += piece.length;
      if (position >= offset) take(piece, position - offset);
    }
    if (!this.exact || this.position < this.end) return;
    // Whoever counts sees that more came than was asked for.
    const more = this.rest.length ? this.rest : (await reader.read()).value;
    if (more) take(more, length);
  }

  /** Nothing is to be had here any more. */
  cancel(): void {
    this.at = Infinity;
    void this.reader.then((r) => r.cancel()).catch(() => undefined);
  }
}

class Remote {
  private readonly get: typeof globalThis.fetch;
  constructor(private readonly options: FetchOptions) {
    this.get = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  /** Of all bytes, or of those from `begin` to `end`. */
  async request(url: URL, begin = 0, end = 0): Promise<Response> {
    const { headers, credentials, cache, signal } = this.options;
    const all = new Headers(headers);
    if (end) all.set('range', `bytes=${begin}-${end - 1}`);
    const request: RequestInit = { headers: all, signal: signal ?? null };
    if (credentials) request.credentials = credentials;
    if (cache) request.cache = cache;
    try {
      return await this.get(url, request);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new SavedModelError(
        `${url.href} could not be fetched: ${cause}`,
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
    const response = await this.request(url, 0, head);
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

  /** `response` has the first bytes: `most`, or all there are. */
  private ranged(
    url: URL,
    path: string,
    size: number,
    response: Response,
    most: number,
  ): SourceFile {
    const ask = async (from: number, end: number) => {
      const response = await this.request(url, from, end);
      if (!response.ok) throw httpError(url, response);
      return response;
    };
    const sequence = (from: number, end: number) => new Sequence(ask(from, end), from, end);
    const head = new Sequence(Promise.resolve(response), 0, Math.min(size, most));
    let expected: Sequence | undefined;
    /** Until all reads so far are through. */
    let turn: Promise<unknown> = Promise.resolve();
    const read: SourceFile['read'] = (offset, length, take) => {
      let got = 0;
      let reading = turn;
      // All is claimed at once, so that the order of reads is that of the bytes.
      const part = (from: Sequence) => {
        const start = got;
        const n = from.claim(offset + start, length - start);
        got += n;
        const taken: Take = (bytes, at) => take(bytes, start + at);
        if (n) reading = reading.then(() => from.take(offset + start, n, taken));
      };
      part(head);
      if (expected) part(expected);
      if (got < length) part(sequence(offset + got, offset + length));
      turn = reading.catch(() => undefined);
      return reading as Promise<void>;
    };
    const expect = (offset: number, length: number) => {
      expected?.cancel();
      expected = undefined;
      const from = Math.max(offset, head.end);
      const end = offset + length;
      if (from < end) expected = sequence(from, end);
      if (!length) head.cancel();
    };
    return { path, size, read, expect };
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
  const url = absolute(given);
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
  const binary = open('saved_model.pb');
  const beside = Promise.all([
    open(INDEX),
    openShard(remote, at, 0, 1, weights),
    weights ? null : open('fingerprint.pb'), // which only tells of the model
  ]);
  beside.catch(() => undefined);
  const model = (await binary) ?? (await open('saved_model.pbtxt'));
  // An address that does not show what it is may still be an archive.
  if (!model) return openRemoteArchive(remote, url, at('saved_model.pb'));
  const [index, shard, fingerprint] = await beside;
  const weightFiles = index ? [index, ...(shard ? [shard] : await openShards(remote, at))] : [];
  return { files: [model, fingerprint, ...weightFiles].filter(isThere) };
}

const isThere = (file: SourceFile | null): file is SourceFile => !!file;

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
    return [first, ...(await Promise.all(rest)).filter(isThere)];
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
