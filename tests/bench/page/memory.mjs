// Every WebAssembly.Memory that this page makes or is given, so that engines can be asked nothing and tell no tales.
// Comes before any engine. What a worker makes for itself is not seen: such an engine reports its own.
const memories = new Set();
const { Memory, Instance } = WebAssembly;

const seen = (result) => {
  const { exports } = result.instance ?? result;
  for (const value of Object.values(exports ?? {}))
    if (value instanceof Memory) memories.add(value);
  return result;
};

WebAssembly.Memory = class extends Memory {
  constructor(...args) {
    super(...args);
    memories.add(this);
  }
};
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args);
    seen(this);
  }
};
for (const name of ['instantiate', 'instantiateStreaming']) {
  const original = WebAssembly[name];
  WebAssembly[name] = (...args) => original.apply(WebAssembly, args).then(seen);
}

export const wasmBytes = () =>
  [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
