// A worker of an application, which loads a model in its own thread and has messages of its own.
import { load, tensor } from '/pkg/index.mjs';

const folder = new URL('/fixtures/models/digits_mobilenet_v2/', self.location.href);
self.onmessage = async ({ data: { id, type } }) => {
  const model = await load(folder, { worker: false });
  const image = tensor(new Float32Array(96 * 96 * 3), [1, 96, 96, 3]);
  const { scores } = await model.signatures.serving_default({ image });
  self.postMessage({ id, type, shape: scores.shape });
};
