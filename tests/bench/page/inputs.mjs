// A zoo model's inputs and TensorFlow's answers: name -> { dtype, shape, data }.
const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int64: BigInt64Array,
  bool: Uint8Array,
};

async function readTensors(folder, entries) {
  const tensors = {};
  for (const { name, dtype, shape } of entries) {
    const bytes = await (await fetch(`${folder}/${name}.bin`)).arrayBuffer();
    tensors[name] = { dtype, shape, data: new arrays[dtype](bytes) };
  }
  return tensors;
}

export async function readInputs(folder) {
  const manifest = await (await fetch(`${folder}manifest.json`)).json();
  return {
    manifest,
    inputs: await readTensors(`${folder}inputs`, manifest.inputs),
    expected: await readTensors(`${folder}expected`, manifest.outputs),
  };
}
