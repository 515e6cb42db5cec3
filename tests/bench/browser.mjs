// One measurement: a fresh Chromium, one page, one engine, one model.
import { chromium } from 'playwright-core';
import { coresMeter } from './machine.mjs';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const harmless = /404|INFO:|WARNING:|WebGPU/;

export const launch = () => chromium.launch({ executablePath, args: flags });

function within(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done after ${ms / 1000} s`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function inPage(page, server, request, log) {
  page.on('console', (m) => {
    if (m.type() === 'error' && !harmless.test(m.text())) log.push(m.text().slice(0, 300));
  });
  page.on('pageerror', (e) => log.push(e.message.slice(0, 300)));
  await page.goto(`${server.url}bench/index.html`);
  await page.waitForFunction('globalThis.bench');
  const call = (name, ms) =>
    within(
      page.evaluate(([f, r]) => globalThis.bench[f](r), [name, request]),
      ms,
      name,
    );
  await call('prepare', 60_000);
  server.takeDownloads();
  const first = await call('first', 120_000);
  const downloads = server.takeDownloads();
  if (!first.answer.right) return { ...first, downloads, error: 'wrong answer: not timed' };
  const cores = coresMeter();
  const steady = await call('steady', 180_000);
  if (!steady.answer.right)
    return { ...first, ...steady, samples: undefined, error: 'wrong later' };
  return { ...first, ...steady, downloads, coresBusy: cores() };
}

/** What the page found, or { error }; never rejects. `request` goes to the page as it is. */
export async function measure(server, request) {
  const log = [];
  let browser;
  try {
    browser = await launch();
    return { ...(await inPage(await browser.newPage(), server, request, log)), log };
  } catch (error) {
    const [text] = String(error.message ?? error).split('\n    at ');
    return { error: text.replace(/^page\.evaluate: /, '').slice(0, 800), log };
  } finally {
    await within(browser?.close(), 10_000, 'close').catch(() => undefined);
  }
}

/** Its version. */
export async function browserVersion() {
  const browser = await launch();
  const version = browser.version();
  await browser.close();
  return version;
}
