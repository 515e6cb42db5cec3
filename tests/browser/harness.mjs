// Chromium, a server, and a list of tests. Each test gets a page of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from '../../tools/serve.mjs';
import { inRoot } from '../../tools/lib/run.mjs';
import { chromiumFlags, chromiumPath } from './chromium.mjs';

const tests = [];
/** `body({ page, url, consoleErrors })`; `options` are serve()'s. */
export const test = (name, body, options = {}) => tests.push({ name, body, options });

const mounts = {
  '/': inRoot('web/dist'),
  '/fixtures/': inRoot('tests/fixtures'),
  '/test/': inRoot('tests/browser/pages'),
};

/** A page that never answers fails its test, and no other. */
const TEST_MS = 120_000;

function inTime(work) {
  let timer;
  const late = new Promise((_, failed) => {
    timer = setTimeout(() => failed(new Error(`no end after ${TEST_MS} ms`)), TEST_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function runOne(browser, { body, options }) {
  const server = await serve({ ...options, mounts: { ...mounts, ...options.mounts } });
  const context = await browser.newContext();
  const page = await context.newPage();
  const consoleErrors = [];
  page.on('console', (m) => m.type() === 'error' && consoleErrors.push(m.text()));
  page.on('pageerror', (e) => consoleErrors.push(e.message));
  page.setDefaultTimeout(30_000);
  try {
    await inTime(body({ page, url: server.url, consoleErrors }));
  } finally {
    await context.close();
    await server.close();
  }
}

/** Runs all tests whose name holds `only`; `--json FILE` gets the counts. */
export async function runTests(args) {
  const json = args.includes('--json') ? args[args.indexOf('--json') + 1] : undefined;
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : '';
  const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags });
  let passed = 0;
  let failed = 0;
  for (const t of tests.filter(({ name }) => name.includes(only))) {
    const start = Date.now();
    try {
      await runOne(browser, t);
      passed++;
      console.log(`ok     ${t.name} (${Date.now() - start} ms)`);
    } catch (error) {
      failed++;
      console.log(`FAILED ${t.name}\n${error.stack ?? error}`);
    }
  }
  await browser.close();
  if (json) {
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, JSON.stringify({ passed, failed }));
  }
  console.log(`browser: ${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}
