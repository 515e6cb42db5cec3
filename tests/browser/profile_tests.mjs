// The profile of a call, on the page and from the package in a browser.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { inRoot } from '../../tools/lib/run.mjs';
import { test } from './harness.mjs';

const texts = (page, selector) =>
  page.$$eval(selector, (cells) => cells.map((c) => c.textContent.trim()));

for (const colorScheme of ['light', 'dark'])
  test(`page: a profile in tables, and as a trace (${colorScheme})`, async ({
    page,
    url,
    consoleErrors,
  }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(url);
    await page.click('#samples button:has-text("Digits")');
    await page.click('button:text-is("Profile") >> nth=0');
    await page.waitForSelector('.profile');
    assert.match((await texts(page, '.profile p .soft'))[0], /ms a run on average/);

    const byOp = 'table[aria-label="Time by op type"]';
    const byNode = 'table[aria-label="Time by node"]';
    const ops = await texts(page, `${byOp} tbody td:first-child`);
    assert.ok(ops.includes('_FusedConv2D'), ops.join());
    const shares = await texts(page, `${byOp} tbody td.share`);
    const sum = shares.reduce((n, s) => n + parseFloat(s), 0);
    assert.ok(Math.abs(sum - 100) < 1, shares.join());

    // Sorted by time, then by whatever is clicked.
    const times = async () => (await texts(page, `${byNode} tbody td:nth-child(7)`)).map(Number);
    const first = await times();
    assert.equal(first.length, 25);
    assert.deepEqual(
      first,
      [...first].sort((a, b) => b - a),
    );
    await page.click(`${byNode} th button:text-is("node")`);
    const names = await texts(page, `${byNode} tbody td:nth-child(2)`);
    assert.deepEqual(
      names,
      [...names].sort((a, b) => a.localeCompare(b)),
    );
    assert.equal(await page.getAttribute(`${byNode} th[aria-sort]`, 'aria-sort'), 'ascending');

    await page.fill('.profile input', 'depthwise');
    const kept = await texts(page, `${byNode} tbody td:nth-child(3)`);
    assert.ok(kept.length > 0 && kept.every((op) => op === '_FusedDepthwiseConv2d'), kept.join());
    await page.fill('.profile input', '');
    await page.click('.profile button:text-matches("^All [0-9]"):visible');
    assert.ok((await times()).length > 25);

    mkdirSync(inRoot('build/screenshots'), { recursive: true });
    const path = inRoot(`build/screenshots/profile-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: true });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('button:text-is("Export Chrome trace")'),
    ]);
    assert.equal(download.suggestedFilename(), 'serve.trace.json');
    const { traceEvents } = JSON.parse(readFileSync(await download.path(), 'utf8'));
    assert.ok(traceEvents.some((e) => e.ph === 'X' && /^depthwise/.test(e.args.kernel)));
    assert.deepEqual(consoleErrors, []);
  });

for (const isolated of [true, false])
  test(
    `package: profiles, worker and not, isolated ${isolated}`,
    async ({ page, url, consoleErrors }) => {
      await page.goto(`${url}test/package.html`);
      await page.waitForFunction(() => globalThis.ready);
      for (const worker of [true, false]) {
        const told = await page.evaluate(async (w) => {
          const { load, tensor } = globalThis.smw;
          const folder = '/fixtures/models/digits_mobilenet_v2/';
          const model = await load(new URL(folder, globalThis.location.href), { worker: w });
          const image = tensor(new Float32Array(96 * 96 * 3), [1, 96, 96, 3]);
          let profile;
          const out = await model.signatures.serving_default(
            { image },
            { runs: 20, profile: (p) => (profile = p) },
          );
          model.dispose();
          const steps = profile.steps.reduce((n, s) => n + s.time, 0);
          return { steps, time: profile.time, n: profile.runs.length, out: Object.keys(out) };
        }, worker);
        assert.deepEqual(told.out, ['scores']);
        assert.equal(told.n, 20);
        assert.ok(told.steps > 0 && told.steps <= told.time * 1.01, JSON.stringify(told));
      }
      assert.deepEqual(consoleErrors, []);
    },
    { isolated },
  );
