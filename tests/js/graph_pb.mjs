// SavedModels of frozen graphs, written by hand: for tests that need models too large to be committed, or unsound.
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
const DT_INT32 = 3;
const shapeProto = (dims) =>
  message(
    ...dims.map((d) =>
      field(2, message(Buffer.concat([varint(8), varint(BigInt.asUintN(64, BigInt(d)))]))),
    ),
  );
export const typeAttr = (name, dtype = DT_FLOAT) => entry(5, name, field(6, dtype));
export const intTypeAttr = (name) => typeAttr(name, DT_INT32);

/** A node; attributes come from typeAttr and such. */
export const node = (name, op, inputs, ...attrs) =>
  field(1, message(field(1, name), field(2, op), ...inputs.map((i) => field(3, i)), ...attrs));
export const constant = (name, dims, values) => {
  const tensor = message(
    field(1, DT_FLOAT),
    field(2, shapeProto(dims)),
    field(4, Buffer.from(values.buffer)),
  );
  return node(name, 'Const', [], typeAttr('dtype'), entry(5, 'value', field(8, tensor)));
};
const DT_STRING = 7;
/** A string vector, or a scalar where one string is given. */
export const strings = (name, value) => {
  const list = [value].flat();
  const tensor = message(
    field(1, DT_STRING),
    field(2, shapeProto(Array.isArray(value) ? [list.length] : [])),
    ...list.map((s) => field(8, s)),
  );
  return node(name, 'Const', [], typeAttr('dtype', DT_STRING), entry(5, 'value', field(8, tensor)));
};
/** The attribute `dtypes` of RestoreV2: as many floats. */
export const floatTypes = (n) =>
  entry(5, 'dtypes', field(1, message(...Array(n).fill(field(6, DT_FLOAT)))));
const info = ({ name, dims, dtype = DT_FLOAT }) =>
  message(field(1, name), field(2, dtype), field(3, shapeProto(dims)));
/** An int32 that is fed or fetched. */
export const int32 = (name, dims) => ({ name, dims, dtype: DT_INT32 });

export const placeholder = (name, dims, dtype = DT_FLOAT) =>
  node(
    name,
    'Placeholder',
    [],
    typeAttr('dtype', dtype),
    entry(5, 'shape', field(7, shapeProto(dims))),
  );
export const intPlaceholder = (name, dims) => placeholder(name, dims, DT_INT32);

/** `signatures`: by name { inputs, outputs }, each by key { name: 'node:0', dims }. */
export function frozenModel(nodes, signatures) {
  const args = (number, facts) => Object.entries(facts).map(([k, v]) => entry(number, k, info(v)));
  const metaGraph = message(
    field(1, message(field(4, 'serve'), field(5, '2.21.0'))),
    field(2, message(...nodes)),
    ...Object.entries(signatures).map(([name, { inputs, outputs }]) =>
      entry(
        5,
        name,
        message(...args(1, inputs), ...args(2, outputs), field(3, 'tensorflow/serving/predict')),
      ),
    ),
  );
  return message(field(1, 1), field(2, metaGraph));
}

/** x (n,k) through dense layers without bias: `weights` are Float32Arrays of (k,k). */
export function frozenDense(k, weights) {
  const nodes = [placeholder('x', [-1, k])];
  weights.forEach((w, i) => {
    const last = i ? `y${i - 1}` : 'x';
    nodes.push(
      constant(`w${i}`, [k, k], w),
      node(`y${i}`, 'MatMul', [last, `w${i}`], typeAttr('T')),
    );
  });
  return frozenModel(nodes, {
    serving_default: {
      inputs: { x: { name: 'x:0', dims: [-1, k] } },
      outputs: { y: { name: `y${weights.length - 1}:0`, dims: [-1, k] } },
    },
  });
}
