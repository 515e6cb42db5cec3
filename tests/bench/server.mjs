// The page, the engines and the models on one origin, isolated; notes what is downloaded, and takes reports.
import { inRoot } from '../../tools/lib/run.mjs';
import { serve } from '../../tools/serve.mjs';
import { zoo } from './setup/cache.mjs';
import { peersFolder } from './setup/peers.mjs';

export async function serveBench() {
  let downloads = [];
  let reports = [];
  let take;
  const server = await serve({
    mounts: {
      '/bench/': inRoot('tests/bench/page'),
      '/dist/': inRoot('dist'),
      '/peak/': inRoot('build/wasm/bin'),
      '/peers/': peersFolder,
      '/zoo/': zoo,
    },
    headers: { 'Cache-Control': 'no-store' },
    onFile: (file) => downloads.push(file),
    onPost: (_, body) => {
      reports.push(JSON.parse(body));
      take?.();
    },
  });
  return {
    ...server,
    // Not "localhost": the browser would try IPv6 first.
    url: `http://127.0.0.1:${server.port}/`,
    /** What a page posted, in their order. */
    async nextReport() {
      while (!reports.length) await new Promise((done) => (take = done));
      return reports.shift();
    },
    forgetReports() {
      reports = [];
      take = undefined;
    },
    /** [{ pathname, path, size, bytes }] since the last time; `bytes` is less than `size` for a range. */
    takeDownloads() {
      const taken = downloads;
      downloads = [];
      return taken;
    },
  };
}
