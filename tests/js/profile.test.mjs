// Profiles: where the time of a call went.
import { decode, decodeInputs, distance, fixture, readCases, rejection, smw } from './helpers.mjs';

const { load, tensor } = smw;
const digits = fixture('models/digits_mobilenet_v2');
const loops = fixture('functions/loops');

/** Outputs and profile of a call. */
async function profiled(signature, inputs, options = {}) {
  let profile;
  const outputs = await signature(inputs, { ...options, profile: (p) => (profile = p) });
  return { outputs, profile };
}
const sum = (list) => list.reduce((n, { time }) => n + time, 0);

describe.each([
  ['in a worker', {}],
  ['in the calling thread', { worker: false }],
])('%s', (_, options) => {
  test('digits: the same answer, and every step with kernel, shape and FLOPs', async () => {
    const model = await load(digits, options);
    const [c] = readCases(digits);
    const call = model.signatures.serving_default;
    await call(decodeInputs(c));
    const { outputs, profile } = await profiled(call, decodeInputs(c), { runs: 3 });
    expect(distance(outputs.scores, decode(c.outputs[0]))).toBeLessThan(1e-5);

    expect(profile.runs).toHaveLength(3);
    expect(Math.min(...profile.runs)).toBeGreaterThan(0);
    expect(sum(profile.steps)).toBeGreaterThan(0);
    expect(sum(profile.steps)).toBeLessThanOrEqual(profile.time * 1.001);
    const steps = profile.steps.filter((s) => s.op === '_FusedDepthwiseConv2d');
    expect(steps.length).toBeGreaterThan(10);
    for (const s of steps) {
      expect(s).toMatchObject({ kind: 'kernel', calls: 1 });
      expect(s.kernel).toMatch(/^depthwise/);
      expect(s.covers[0]).toMatch(/depthwise/);
      const [{ dtype, shape }] = s.outputs;
      expect(dtype).toBe('float32');
      // 3x3 taps, a multiply-add each.
      expect(s.flops).toBe(2 * 9 * shape.reduce((a, b) => a * b));
      expect(s.gflops).toBeCloseTo(s.flops / s.time / 1e3);
    }
    expect(profile.steps.map((s) => s.kernel)).toContain('gemm');

    const ops = profile.byOp();
    expect(ops.reduce((n, o) => n + o.share, 0)).toBeCloseTo(1);
    expect(ops.map((o) => o.time)).toEqual([...ops].map((o) => o.time).sort((a, b) => b - a));
    expect(ops.find((o) => o.op === '_FusedDepthwiseConv2d').steps).toBe(steps.length);
    expect(profile.toString(100)).toContain(steps[0].node.slice(-50));

    // The next call is an ordinary one.
    const again = await call(decodeInputs(c));
    expect(Object.keys(again)).toEqual(['scores']);
    expect(distance(again.scores, outputs.scores)).toBe(0);
    model.dispose();
  });

  test('a Chrome trace: spans in order, those of a loop within it', async () => {
    const model = await load(loops, options);
    const c = readCases(loops).at(-1);
    const { outputs, profile } = await profiled(model.signatures.serving_default, decodeInputs(c));
    for (const want of c.outputs) expect(distance(outputs[want.name], decode(want))).toBe(0);
    const loop = profile.steps.find((s) => s.kind === 'calls');
    expect(loop.op).toMatch(/While/);
    expect(loop.total).toBeGreaterThanOrEqual(loop.time);
    const inside = profile.steps.filter((s) => /body/.test(s.function));
    expect(Math.max(...inside.map((s) => s.calls))).toBeGreaterThan(1);

    const { traceEvents } = JSON.parse(JSON.stringify(profile.toChromeTrace()));
    expect(traceEvents.length).toBeGreaterThanOrEqual(profile.steps.length);
    for (const e of traceEvents) {
      expect(e).toMatchObject({ ph: 'X', pid: 1, tid: 1 });
      expect(e.ts).toBeGreaterThanOrEqual(0);
      expect(e.dur).toBeGreaterThanOrEqual(0);
      expect(e.ts + e.dur).toBeLessThanOrEqual(profile.time * 1.001);
    }
    const span = traceEvents.find((e) => e.args.kind === 'calls');
    const child = traceEvents.find((e) => e.args.function === inside[0].function);
    expect(child.ts).toBeGreaterThanOrEqual(span.ts);
    expect(child.ts + child.dur).toBeLessThanOrEqual(span.ts + span.dur + 1e-3);
    model.dispose();
  });

  test('an aborted profile leaves the model usable, and off', async () => {
    const model = await load(digits, options);
    const call = model.signatures.serving_default;
    const image = tensor(new Float32Array(32 * 96 * 96 * 3), [32, 96, 96, 3]);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    let profiles = 0;
    const profile = () => profiles++;
    const error = await rejection(call({ image }, { runs: 1000, profile, signal: abort.signal }));
    expect(error.name).toBe('AbortError');
    expect(profiles).toBe(0);
    const one = tensor(new Float32Array(96 * 96 * 3), [1, 96, 96, 3]);
    const out = await call({ image: one });
    expect(Object.keys(out)).toEqual(['scores']);
    model.dispose();
  });

  test('chosen outputs, and a call that fails', async () => {
    const model = await load(digits, options);
    const call = model.signatures.serving_default;
    const image = tensor(new Float32Array(96 * 96 * 3), [1, 96, 96, 3]);
    const { outputs, profile } = await profiled(call, { image }, { outputs: [], runs: 0 });
    expect(Object.keys(outputs)).toEqual([]);
    expect(profile.steps).toEqual([]);
    expect((await rejection(profiled(call, {}))).code).toBe('INVALID_ARGUMENT');
    expect((await call({ image })).scores.shape).toEqual([1, 10]);
    model.dispose();
  });
});
