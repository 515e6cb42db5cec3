// TensorFlow.js on wasm, by its smallest set of scripts: core, converter, backend. The threaded binary only where
// more than one thread is asked for, as a page without cross-origin isolation has it.
const base = '/peers/@tensorflow/';

const script = (path) =>
  new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = base + path;
    element.onload = resolve;
    element.onerror = () => reject(new Error(`${path} did not load`));
    document.head.append(element);
  });

async function start(threads) {
  await script('tfjs-core/dist/tf-core.min.js');
  await Promise.all([
    script('tfjs-converter/dist/tf-converter.min.js'),
    script('tfjs-backend-wasm/dist/tf-backend-wasm.min.js'),
  ]);
  const { tf } = globalThis;
  if (threads > 1) tf.wasm.setThreadsCount(threads);
  else tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  tf.wasm.setWasmPaths(`${base}tfjs-backend-wasm/dist/`);
  return tf;
}

export async function open(folder, { threads }) {
  const tf = await start(threads);
  // Weights come while wasm is fetched and compiled.
  const artifacts = tf.io.browserHTTPRequest(`${folder}tfjs/model.json`).load();
  await tf.setBackend('wasm');
  const model = await tf.loadGraphModel({ load: () => artifacts });
  const { inputs: named = {}, outputs: made = {} } = model.modelSignature ?? {};
  const graphName = (name) =>
    named[name]?.name ?? model.inputs.find((i) => i.name.replace(/:0$/, '') === name)?.name ?? name;
  const keys = Object.keys(made);
  const nodes = keys.map((key) => made[key].name);
  let dynamic = false;

  async function execute(feed) {
    if (dynamic) return model.executeAsync(feed, nodes);
    try {
      return tf.tidy(() => model.execute(feed, nodes));
    } catch (error) {
      // Control flow and NonMaxSuppression.
      if (!/executeAsync/.test(error.message)) throw error;
      dynamic = true;
      return model.executeAsync(feed, nodes);
    }
  }
  return {
    async run(inputs) {
      const feed = {};
      for (const name in inputs) {
        const { data, shape, dtype } = inputs[name];
        feed[graphName(name)] = tf.tensor(data, shape, dtype);
      }
      try {
        const outputs = [await execute(feed)].flat();
        const result = {};
        outputs.forEach((value, i) => {
          result[keys[i]] = value.dataSync().slice();
          value.dispose();
        });
        return result;
      } finally {
        for (const value of Object.values(feed)) value.dispose();
      }
    },
    info: { threads: threads > 1 ? tf.wasm.getThreadsCount() : 1, version: tf.version_core },
  };
}
