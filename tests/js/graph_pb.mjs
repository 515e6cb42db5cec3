// A SavedModel of a frozen graph, written by hand: for tests that need models too large to be committed.
const varint = (n) => {
  const out = [];
  let v = BigInt(n);
  do {
    out.push(Number(v & 127n) | (v > 127n ? 128 : 0));
    v >>= 7n;
  } while (v);
  return Buffer.from(out);
};
const text = (s) => (typeof s === 'string' ? Buffer.from(s) : s);
/** Field `number` of a message: length-delimited for text and bytes, a varint for numbers. */
const field = (number, value) =>
  typeof value === 'number'
    ? Buffer.concat([varint(number << 3), varint(value)])
    : Buffer.concat([varint((number << 3) | 2), varint(text(value).length), text(value)]);
const message = (...fields) => Buffer.concat(fields);
const entry = (number, key, value) => field(number, message(field(1, key), field(2, value)));

const DT_FLOAT = 1;
const shapeProto = (dims) =>
  message(
    ...dims.map((d) =>
      field(2, message(Buffer.concat([varint(8), varint(BigInt.asUintN(64, BigInt(d)))]))),
    ),
  );
const typeAttr = (name) => entry(5, name, field(6, DT_FLOAT));

const node = (name, op, inputs, ...attrs) =>
  field(1, message(field(1, name), field(2, op), ...inputs.map((i) => field(3, i)), ...attrs));
const constant = (name, dims, values) => {
  const tensor = message(
    field(1, DT_FLOAT),
    field(2, shapeProto(dims)),
    field(4, Buffer.from(values.buffer)),
  );
  return node(name, 'Const', [], typeAttr('dtype'), entry(5, 'value', field(8, tensor)));
};
const info = (name, dims) =>
  message(field(1, name), field(2, DT_FLOAT), field(3, shapeProto(dims)));

/** x (n,k) through dense layers without bias: `weights` are Float32Arrays of (k,k). */
export function frozenDense(k, weights) {
  const nodes = [
    node(
      'x',
      'Placeholder',
      [],
      typeAttr('dtype'),
      entry(5, 'shape', field(7, shapeProto([-1, k]))),
    ),
  ];
  let last = 'x';
  weights.forEach((w, i) => {
    nodes.push(constant(`w${i}`, [k, k], w));
    nodes.push(node(`y${i}`, 'MatMul', [last, `w${i}`], typeAttr('T')));
    last = `y${i}`;
  });
  const signature = message(
    entry(1, 'x', info('x:0', [-1, k])),
    entry(2, 'y', info(`${last}:0`, [-1, k])),
    field(3, 'tensorflow/serving/predict'),
  );
  const metaGraph = message(
    field(1, message(field(4, 'serve'), field(5, '2.21.0'))),
    field(2, message(...nodes)),
    entry(5, 'serving_default', signature),
  );
  return message(field(1, 1), field(2, metaGraph));
}
