// Turns `protoc --descriptor_set_out` into the table that src/savedmodel/message_table.cc includes: which
// messages there are, with their fields and enums. The scanner of saved_model.pb and the reader of text
// files are both driven by it.
//   node tools/make_field_table.mjs proto.desc out.inc
import { readFileSync, writeFileSync } from 'node:fs';

/** All fields of one serialized message: [number, value], bytes as Buffer and varints as Number. */
function* fieldsOf(buffer) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = buffer[at++];
      value += (b & 127) * scale;
      if (b < 128) return value;
    }
  };
  while (at < buffer.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === 0) yield [tag >>> 3, varint()];
    else if (wire === 2) {
      const n = varint();
      yield [tag >>> 3, buffer.subarray(at, at + n)];
      at += n;
    } else at += wire === 1 ? 8 : 4;
  }
}
const all = (buffer, number) =>
  [...fieldsOf(buffer)].filter(([n]) => n === number).map(([, v]) => v);
const one = (buffer, number) => all(buffer, number).at(-1);
const text = (buffer, number) => one(buffer, number)?.toString('utf8') ?? '';

// Numbers of google/protobuf/descriptor.proto.
const FILE = 1;
const FILE_PACKAGE = 2,
  FILE_MESSAGE = 4,
  FILE_ENUM = 5;
const NAME = 1,
  MESSAGE_FIELD = 2,
  MESSAGE_NESTED = 3,
  MESSAGE_ENUM = 4;
const FIELD_NUMBER = 3,
  FIELD_LABEL = 4,
  FIELD_TYPE = 5,
  FIELD_TYPE_NAME = 6;
const ENUM_VALUE = 2,
  ENUM_NUMBER = 2;
const LABEL_REPEATED = 3,
  TYPE_MESSAGE = 11,
  TYPE_ENUM = 14;

const messages = [];
const enums = [];
function collectEnum(scope, buffer) {
  const values = all(buffer, ENUM_VALUE).map((v) => ({
    name: text(v, NAME),
    number: one(v, ENUM_NUMBER) ?? 0,
  }));
  enums.push({ name: `${scope}.${text(buffer, NAME)}`, values });
}
function collectMessage(scope, buffer) {
  const name = `${scope}.${text(buffer, NAME)}`;
  const fields = all(buffer, MESSAGE_FIELD).map((f) => ({
    name: text(f, NAME),
    number: one(f, FIELD_NUMBER),
    type: one(f, FIELD_TYPE),
    repeated: one(f, FIELD_LABEL) === LABEL_REPEATED,
    typeName: text(f, FIELD_TYPE_NAME).replace(/^\./, ''),
  }));
  messages.push({ name, fields: fields.sort((a, b) => a.number - b.number) });
  for (const nested of all(buffer, MESSAGE_NESTED)) collectMessage(name, nested);
  for (const e of all(buffer, MESSAGE_ENUM)) collectEnum(name, e);
}

const [descriptors, out] = process.argv.slice(2);
for (const file of all(readFileSync(descriptors), FILE)) {
  const scope = text(file, FILE_PACKAGE);
  for (const m of all(file, FILE_MESSAGE)) collectMessage(scope, m);
  for (const e of all(file, FILE_ENUM)) collectEnum(scope, e);
}
const byName = (a, b) => (a.name < b.name ? -1 : 1);
messages.sort(byName);
enums.sort(byName);

const indexOf = (list, name) => {
  const i = list.findIndex((x) => x.name === name);
  if (i < 0)
    throw new Error(`${descriptors} names ${name} and does not hold it: pass all files together`);
  return i;
};
const lines = ['// Made by tools/make_field_table.mjs.'];
let first = 0;
const range = (list) => {
  const r = `${first}, ${list.length}`;
  first += list.length;
  return r;
};
lines.push('constexpr MessageRow kMessages[] = {');
for (const m of messages) lines.push(`    {"${m.name}", ${range(m.fields)}},`);
lines.push('};', 'constexpr FieldRow kFields[] = {');
for (const m of messages)
  for (const f of m.fields) {
    const child =
      f.type === TYPE_MESSAGE
        ? indexOf(messages, f.typeName)
        : f.type === TYPE_ENUM
          ? indexOf(enums, f.typeName)
          : 0;
    lines.push(`    {"${f.name}", ${f.number}, FieldKind(${f.type}), ${f.repeated}, ${child}},`);
  }
first = 0;
lines.push('};', 'constexpr EnumRow kEnums[] = {');
for (const e of enums) lines.push(`    {"${e.name}", ${range(e.values)}},`);
lines.push('};', 'constexpr EnumValueRow kEnumValues[] = {');
for (const e of enums) for (const v of e.values) lines.push(`    {"${v.name}", ${v.number}},`);
lines.push('};', '');
writeFileSync(out, lines.join('\n'));
