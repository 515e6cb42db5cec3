// A folder with case.json on the package.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { difference, modelTolerance, shapeDifference } from './compare.mjs';
import { failed, fromError, passed, unsupported } from './outcome.mjs';
import { fromJson, UnsupportedType } from './values.mjs';

/** Names of a composite argument's parts, in the order of case.json's `components`. */
function partsOf(name, all) {
  return all.filter((key) => key.startsWith(`${name}/`));
}

/** case.json's tensors under the argument names of a signature: [name, tensor, its entry]. */
function flatten(entries, names) {
  return entries.flatMap((e) => {
    if (!e.composite) return [[e.name, fromJson(e), e]];
    const parts = partsOf(e.name, names);
    return e.components.map((c, i) => [parts[i] ?? `${e.name}/${i}`, fromJson(c), e]);
  });
}

async function callSignature(api, model, c) {
  const signature = model.signatures[c.signature];
  if (!signature) return { missing: `there is no signature '${c.signature}'` };
  // Names may be anything, __proto__ too.
  const given = Object.create(null);
  for (const [name, t] of flatten(c.inputs, signature.inputs.order))
    given[name] = new api.Tensor(t.dtype, t.shape, t.data);
  const got = await signature(given);
  return { got, want: flatten(c.outputs, signature.outputs.order) };
}

/** A function by its path from the root object. */
async function callFunction(api, model, c) {
  if (!model.root) return { unsupported: 'functions of the object graph' };
  let f = model.root;
  for (const name of c.function.split('.')) f = f?.get ? f.get(name) : f?.[name];
  if (typeof f !== 'function') return { missing: `there is no function '${c.function}'` };
  const given = c.inputs.map((e) => {
    const t = fromJson(e);
    return new api.Tensor(t.dtype, t.shape, t.data);
  });
  const chosen = f.concrete?.(c.concrete_function) ?? f;
  const result = await chosen(...given);
  const flat = flatTensors(api, result);
  const want = c.outputs
    .flatMap((e) => (e.composite ? e.components : [e]))
    .map((e, i) => [i, fromJson(e), e]);
  return { got: flat, want };
}

function flatTensors(api, value) {
  if (value instanceof api.Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap((v) => flatTensors(api, v));
  if (value && typeof value === 'object')
    return Object.keys(value)
      .sort()
      .flatMap((k) => flatTensors(api, value[k]));
  return [];
}

async function runCase(api, model, c, name) {
  let result;
  try {
    result = c.function ? await callFunction(api, model, c) : await callSignature(api, model, c);
  } catch (error) {
    if (error instanceof UnsupportedType) return unsupported(error.message);
    return fromError(error);
  }
  if (result.missing) return failed(result.missing);
  if (result.unsupported) return unsupported(result.unsupported);
  for (const [output, want, entry] of result.want) {
    const got = result.got[output];
    if (!got) return failed(`output '${output}' is missing`);
    const noise = entry.noise ?? c.noise?.[entry.name] ?? 0;
    const d =
      (entry.compare ?? c.compare) === 'shapes'
        ? shapeDifference(got, want)
        : difference(got, want, modelTolerance(name, output, want.dtype, noise));
    if (d) return failed(`output '${output}': ${d}`);
  }
  return passed;
}

export function readModelCases(path) {
  const about = JSON.parse(readFileSync(path, 'utf8'));
  const model = about.model ? join(dirname(path), about.model) : dirname(path);
  return { ...about, model, name: basename(dirname(path)) };
}

/** A kind of file that is not covered yet says so. */
function loadFailure(error, about) {
  const keras = about.kind === 'keras' && /is a Keras model/.test(error?.message);
  return keras ? unsupported(error.message) : fromError(error, 'load: ');
}

/** Yields the outcome of each case. Cases of one set of tags share a loaded model, in order. */
export async function* runModel(api, options, about) {
  let model;
  let loadedFor;
  try {
    for (const c of about.cases) {
      const tags = c.tags ?? (about.cases.some((o) => o.tags) ? ['serve'] : undefined);
      const key = JSON.stringify(tags ?? null);
      if (!model || c.fresh || key !== loadedFor) {
        model?.dispose();
        model = undefined;
        try {
          model = await api.load(about.model, { ...options, ...(tags && { tags }) });
          loadedFor = key;
        } catch (error) {
          yield loadFailure(error, about);
          continue;
        }
      }
      const outcome = await runCase(api, model, c, about.name);
      if (outcome.verdict === 'crashed') {
        model.dispose();
        model = undefined;
      }
      yield outcome;
    }
  } finally {
    model?.dispose();
  }
}
