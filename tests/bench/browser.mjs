// One measurement: a fresh Chromium, one page, one engine, one model. The page posts what it finds. No debugger is
// attached: with one, Chromium keeps a copy of whatever is fetched, which takes longer than to fetch it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumFlags, chromiumPath } from '../browser/chromium.mjs';
import { coresMeter } from './machine.mjs';

/** Starts a browser at an address: { ended, close() }, where `ended` rejects when the browser does. */
function launch(url) {
  const profile = mkdtempSync(join(tmpdir(), 'smw-bench-'));
  const child = spawn(
    chromiumPath,
    ['--headless', ...chromiumFlags, `--user-data-dir=${profile}`, url],
    {
      stdio: 'ignore',
      detached: true, // a group of its own, which ends as a whole
    },
  );
  const exit = new Promise((done) => child.once('exit', done).once('error', done));
  const ended = exit.then((why) => {
    throw new Error(`Chromium ended: ${why}`);
  });
  ended.catch(() => undefined);
  return {
    ended,
    async close() {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone.
      }
      await exit;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function within(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done after ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The stages of page/page.mjs, in their order. */
async function allStages(server, browser, log) {
  const stage = async (name, ms) => {
    const report = await within(Promise.race([server.nextReport(), browser.ended]), ms, name);
    log.push(...report.log);
    if (report.error) throw new Error(report.error);
    return report.found;
  };
  await stage('prepare', 60_000);
  server.takeDownloads();
  const first = await stage('first', 120_000);
  const downloads = server.takeDownloads();
  if (!first.answer.right) return { ...first, downloads, error: 'wrong answer: not timed' };
  const cores = coresMeter();
  const steady = await stage('steady', 180_000);
  if (!steady.answer.right)
    return { ...first, ...steady, samples: undefined, error: 'wrong later' };
  return { ...first, ...steady, downloads, coresBusy: cores() };
}

/** What the page found, or { error }; never rejects. `request` goes to the page as it is. */
export async function measure(server, request) {
  const log = [];
  server.forgetReports();
  const job = encodeURIComponent(JSON.stringify(request));
  const browser = launch(`${server.url}bench/index.html#${job}`);
  try {
    return { ...(await allStages(server, browser, log)), log };
  } catch (error) {
    return { error: String(error.message ?? error).slice(0, 800), log };
  } finally {
    await browser.close();
  }
}

/** Its version. */
export const browserVersion = () =>
  /\d[\d.]*/.exec(
    execFileSync(chromiumPath, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] }),
  )[0];
