// A small static server for the page and the tests: MIME types, byte ranges, and the headers that give a page threads.
//   node tools/serve.mjs [folder] [port]
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { inRoot } from './lib/run.mjs';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
};
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** "bytes=a-b" against a size: [first, last], null where there is none, undefined where it cannot be satisfied. */
function byteRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (!match[1] && !match[2])) return null;
  const first = match[1] ? Number(match[1]) : Math.max(0, size - Number(match[2]));
  const last = match[1] && match[2] ? Math.min(Number(match[2]), size - 1) : size - 1;
  return first <= last && first < size ? [first, last] : undefined;
}

function locate(mounts, pathname) {
  const mount = Object.keys(mounts)
    .filter((prefix) => pathname.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0];
  if (mount === undefined) return null;
  const rest = normalize(pathname.slice(mount.length)).replace(/^[/\\]+/, '');
  if (rest.split(sep).includes('..') || rest.includes('\0')) return null;
  const path = join(mounts[mount], rest);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return { path, size: stat.size };
  const index = join(path, 'index.html');
  const indexStat = stat?.isDirectory() && statSync(index, { throwIfNoEntry: false });
  return indexStat ? { path: index, size: indexStat.size } : null;
}

/**
 * Serves folders. `mounts` maps URL prefixes ("/", "/fixtures/") to folders.
 * `isolated` sends COOP and COEP; `ranges: false` ignores Range headers; `headers` are added to each answer;
 * `onFile({ pathname, path, size, bytes })` is told of each file that is sent, and how much of it; `onPost(pathname,
 * body)` of each text that is posted.
 * Resolves to { url, port, close() }. Port 0 takes a free one.
 */
export function serve({
  mounts,
  port = 0,
  isolated = true,
  ranges = true,
  headers = {},
  onFile = () => undefined,
  onPost,
}) {
  const server = createServer((request, response) => {
    const common = { ...(isolated ? isolation : {}), 'Cache-Control': 'no-cache', ...headers };
    let found = null;
    let pathname = '';
    if (onPost && request.method === 'POST') {
      text(request).then((body) => {
        onPost(request.url, body);
        response.writeHead(204, common).end();
      });
      return;
    }
    try {
      pathname = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
      found = locate(mounts, pathname);
    } catch {
      // A malformed URL is answered like a missing file.
    }
    if (!found || !['GET', 'HEAD'].includes(request.method)) {
      response.writeHead(404, { ...common, 'Content-Type': 'text/plain' }).end('not found\n');
      return;
    }
    const { path, size } = found;
    const range = ranges ? byteRange(request.headers.range, size) : null;
    if (range === undefined) {
      response.writeHead(416, { ...common, 'Content-Range': `bytes */${size}` }).end();
      return;
    }
    const [start, end] = range ?? [0, size - 1];
    onFile({ pathname, path, size, bytes: end - start + 1 });
    response.writeHead(range ? 206 : 200, {
      ...common,
      'Content-Type': types[extname(path)] ?? 'application/octet-stream',
      'Content-Length': Math.max(0, end - start + 1),
      ...(ranges ? { 'Accept-Ranges': 'bytes' } : {}),
      ...(range ? { 'Content-Range': `bytes ${start}-${end}/${size}` } : {}),
    });
    if (request.method === 'HEAD' || size === 0) response.end();
    else
      createReadStream(path, { start, end, highWaterMark: 1 << 20 })
        .on('error', () => response.destroy())
        .pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: chosen } = server.address();
      resolve({
        port: chosen,
        url: `http://localhost:${chosen}/`,
        close: () =>
          new Promise((done) => {
            server.closeAllConnections();
            server.close(done);
          }),
      });
    });
  });
}

/** The wanted port, or a free one where that is taken. */
export async function serveNear(options, wanted) {
  try {
    return await serve({ ...options, port: wanted });
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error;
    return serve({ ...options, port: 0 });
  }
}

if (import.meta.filename === process.argv[1]) {
  const [folder = inRoot('web/dist'), port = '8080'] = process.argv.slice(2);
  const { url } = await serveNear({ mounts: { '/': folder } }, Number(port));
  console.log(url);
}
