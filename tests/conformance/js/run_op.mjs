// One op case on the package.
import { difference, opTolerance, shapeDifference, skipReason } from './compare.mjs';
import { linalgDifference } from './linalg.mjs';
import { asSavedModel } from './op_case.mjs';
import { failed, fromError, passed, skipped, unsupported } from './outcome.mjs';
import { fromProto, UnsupportedType } from './values.mjs';

function compare(c, inputs, outputs, want) {
  for (let i = 0; i < want.length; i++) {
    const d = want[i] && shapeDifference(outputs[`out${i}`], want[i]);
    if (d) return `output ${i}: ${d}`;
  }
  if (!c.comparable) return '';
  const got = want.map((_, i) => outputs[`out${i}`]);
  const free = linalgDifference(c.op, inputs, got, want);
  if (free !== undefined) return free;
  for (let i = 0; i < want.length; i++) {
    const d = want[i] && difference(got[i], want[i], opTolerance(c.op, want[i].dtype));
    if (d) return `output ${i}: ${d}`;
  }
  return '';
}

async function runOnce(api, options, c, inputs, want, constant) {
  const files = new Map([['saved_model.pb', asSavedModel(c, constant)]]);
  let model;
  try {
    model = await api.load(files, options);
    const given = {};
    if (!constant)
      inputs.forEach((t, i) => (given[`in${i}`] = new api.Tensor(t.dtype, t.shape, t.data)));
    // The first run records a recipe, the second replays it.
    for (const again of ['', ' (when run again)']) {
      const outputs = await model.signatures.serving_default(given);
      if (c.error) return failed(`succeeded where ${c.error} was expected`);
      const d = compare(c, inputs, outputs, want);
      if (d) return failed(d + again);
    }
    return passed;
  } catch (error) {
    if (c.error && error?.code === c.error) return passed;
    const outcome = fromError(error);
    if (c.error) outcome.message += ` where ${c.error} was expected`;
    return outcome;
  } finally {
    model?.dispose();
  }
}

export async function runOpCase(api, options, c) {
  const why = skipReason(c.op, c.attrs, c.error !== '');
  if (why) return skipped(why);
  let inputs, want;
  try {
    inputs = c.inputs.map(fromProto);
    want = c.outputs.map((p) => (p.length ? fromProto(p) : null));
  } catch (error) {
    if (error instanceof UnsupportedType) return unsupported(error.message);
    throw error;
  }
  const fed = await runOnce(api, options, c, inputs, want, false);
  if (fed.verdict !== 'passed' || !inputs.length) return fed;
  const constant = await runOnce(api, options, c, inputs, want, true);
  if (constant.verdict !== 'passed') constant.message += ' (with constant inputs)';
  return constant;
}
