// Takes the bodies of serialization out of protoc's C++: they are virtual, so the linker keeps them all, and
// the wasm never writes a message. What calls one all the same traps.
//   node tools/drop_proto_writers.mjs file.pb.cc...
import { readFileSync, writeFileSync } from 'node:fs';

const bodies =
  /^((?:\S+ )+\S+::(?:_InternalSerialize|ByteSizeLong)\([^)]*\) const) \{\n[\s\S]*?^\}/gm;
for (const file of process.argv.slice(2)) {
  const code = readFileSync(file, 'utf8');
  const bare = code.replace(/_InternalSerialize\(\n\s+/g, '_InternalSerialize(');
  let n = 0;
  const cut = bare.replace(bodies, (_, head) => {
    n += 1;
    return `${head.replace(/ (target|stream)\b/g, '')} { __builtin_trap(); }`;
  });
  if (n === 0 && code.includes('::ByteSizeLong() const'))
    throw new Error(`${file}: protoc writes these functions in another form`);
  writeFileSync(file, cut);
}
