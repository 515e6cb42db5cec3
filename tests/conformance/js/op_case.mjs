// Op cases: OpCaseFile -> cases, and a case as a SavedModel of one node.
import { protoFacts } from './values.mjs';
import { bytes, fields, number, text } from './wire.mjs';

/** The cases of a file; throws where it is none. */
export function readOpCases(file) {
  const cases = [];
  for (const { field, value } of fields(file)) {
    if (field !== 1) throw new Error('not an OpCaseFile');
    const c = { inputs: [], outputs: [], origin: '', comparable: false, error: '' };
    for (const { field: f, value: v } of fields(value)) {
      if (f === 1) c.nodeDef = v;
      else if (f === 2) c.inputs.push(v);
      else if (f === 3) c.outputs.push(v);
      else if (f === 4) c.origin = text(v);
      else if (f === 5) c.comparable = v !== 0n;
      else if (f === 6) c.error = text(v);
    }
    Object.assign(c, readNode(c.nodeDef));
    cases.push(c);
  }
  return cases;
}

/** Name, op and those attributes of a NodeDef that are single strings. */
function readNode(nodeDef) {
  const node = { name: '', op: '', attrs: {} };
  for (const { field, value } of fields(nodeDef)) {
    if (field === 1) node.name = text(value);
    if (field === 2) node.op = text(value);
    if (field !== 5) continue;
    let key = '';
    for (const entry of fields(value)) {
      if (entry.field === 1) key = text(entry.value);
      if (entry.field === 2)
        for (const v of fields(entry.value)) if (v.field === 2) node.attrs[key] = text(v.value);
    }
  }
  return node;
}

const attr = (name, value) => bytes(5, [bytes(1, name), bytes(2, [value])]);

function argumentNode(name, proto, constant) {
  const type = attr('dtype', number(6, protoFacts(proto).number));
  return constant
    ? [bytes(1, name), bytes(2, 'Const'), type, attr('value', bytes(8, proto))]
    : [bytes(1, name), bytes(2, 'Placeholder'), type];
}

const tensorInfo = (name, dtype) => [
  bytes(1, name),
  number(2, dtype),
  bytes(3, [number(3, 1)]), // a shape of unknown rank
];
const entry = (field, key, info) => bytes(field, [bytes(1, key), bytes(2, info)]);

/**
 * saved_model.pb with the case as `serving_default`: inputs in0 .. inN, unless `constant`, and outputs
 * out0 .. outN.
 */
export function asSavedModel(c, constant) {
  const nodes = c.inputs.map((p, i) => bytes(1, argumentNode(`in${i}`, p, constant)));
  nodes.push(bytes(1, c.nodeDef));
  const inputs = constant
    ? []
    : c.inputs.map((p, i) => entry(1, `in${i}`, tensorInfo(`in${i}:0`, protoFacts(p).number)));
  // With an expected error the outputs are not known; asking for the first is enough.
  const outputs = (c.outputs.length ? c.outputs : c.error ? [Buffer.alloc(0)] : []).map((p, i) =>
    entry(2, `out${i}`, tensorInfo(`${c.name}:${i}`, protoFacts(p).number)),
  );
  const signature = [...inputs, ...outputs, bytes(3, 'tensorflow/serving/predict')];
  const metaGraph = [
    bytes(1, [bytes(4, 'serve')]),
    bytes(2, nodes),
    entry(5, 'serving_default', signature),
  ];
  return Buffer.concat([number(1, 1), bytes(2, metaGraph)]);
}
