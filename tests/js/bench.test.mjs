// The bench's arithmetic: medians, ratios side by side, and the tables.
import { chart } from '../bench/report/chart.mjs';
import { markdown } from '../bench/report/markdown.mjs';
import { meanRatio, peakOf, ratio, roundOf, summary } from '../bench/results.mjs';
import { geometricMean, median } from '../bench/statistics.mjs';

const round = (ms, firstMs = 10 * ms) => ({
  median: ms,
  min: ms / 2,
  firstMs,
  firstRunMs: ms,
  answer: { right: true, error: 1e-6 },
  peakGflops: 50,
});
const failed = { error: 'wrong answer: not timed', answer: { right: false, outputs: [] } };

const run = {
  date: '2026-01-02T03:04:05Z',
  machine: { cpu: 'a CPU', cores: 2, load: [0, 0, 0] },
  versions: { chromium: '1', tfjs: '4', ort: '1', litert: '2' },
  options: { rounds: 3, budget: 100 },
  models: {
    resnet50: {
      flops: { total: 8e9 },
      conversions: {},
      rounds: {
        'ours-1t': [round(100), round(200), round(400)],
        'litert-1t': [round(200), round(200), round(1600)],
        'ort-1t': [round(300), round(100), round(2000)],
      },
    },
    minilm_l6: {
      flops: { total: 2e9 },
      conversions: { tfjs: { ok: false, error: 'no' } },
      rounds: { 'ours-1t': [round(10)], 'litert-1t': [round(80)], 'tfjs-1t': [failed] },
    },
  },
};

test('median and geometric mean', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeUndefined();
  expect(geometricMean([2, 8])).toBeCloseTo(4);
});

test('a round keeps figures, not samples; one without samples is an error', () => {
  expect(roundOf({ samples: [3, 1, 2], batch: 1 })).toEqual({
    batch: 1,
    downloads: undefined,
    median: 2,
    min: 1,
    n: 3,
  });
  expect(roundOf({}).error).toBe('no samples');
});

test('ratios are taken within a round, against the fastest of that round', () => {
  const { resnet50, minilm_l6 } = run.models;
  // 200/100, 100/200, 1600/400
  expect(ratio(resnet50, 'ours-1t', ['litert-1t', 'ort-1t'])).toBe(2);
  expect(ratio(minilm_l6, 'ours-1t', ['tfjs-1t'])).toBeUndefined();
  expect(meanRatio(run, 'ours-1t', ['litert-1t', 'ort-1t', 'tfjs-1t'])).toBeCloseTo(4);
  expect(meanRatio(run, 'ours-1t', ['tfjs-1t'])).toBeUndefined();
});

test('summary: medians over rounds, or the error', () => {
  const s = summary(run.models.resnet50, 'ours-1t');
  expect(s).toMatchObject({ median: 200, min: 50, flops: 8e9, rounds: 3, failed: 0 });
  expect(summary(run.models.minilm_l6, 'tfjs-1t')).toMatchObject({ error: failed.error });
  expect(summary(run.models.minilm_l6, 'ort-1t')).toBeUndefined();
  expect(peakOf(run)).toBe(50);
});

test('the tables name failures and shares of the peak', () => {
  const text = markdown(run);
  expect(text).toMatch(/ResNet50 \| 8000\.0 \|.* 200 \(50\.0\)/);
  expect(text).toMatch(/40\.0 \(80 %\)/);
  expect(text).toMatch(/minilm_l6, tfjs-1t: wrong answer/);
  expect(text).toMatch(/geometric mean.*4\.00×/);
});

test('by the fastest runs, where that is asked for', () => {
  const text = markdown({ ...run, options: { ...run.options, by: 'min' } });
  expect(text).toMatch(/160 \(320 %\)/);
  expect(text).toContain('fastest runs');
});

test('the chart has a bar for each engine that answered', () => {
  const svg = chart(run);
  expect(svg.match(/>\d+(\.\d+)? ms</g)).toHaveLength(5);
  expect(svg).not.toMatch(/NaN|undefined/);
});
