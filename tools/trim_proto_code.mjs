// Takes out of protoc's C++ what the wasm never does with a message: writing, merging, naming. These functions are
// virtual, so the linker keeps them all, and what they call. Merging and writing trap; Clear does nothing, for
// messages are parsed once, when they are new.
//   node tools/trim_proto_code.mjs file.pb.cc...
import { readFileSync, writeFileSync } from 'node:fs';

const trap = ' { __builtin_trap(); }';
const bodies = [
  [
    /^((?:\S+ )+\S+::_InternalSerialize)\([^)]*\) const \{\n[\s\S]*?^\}/gm,
    '(uint8_t*, ::PROTOBUF_NAMESPACE_ID::io::EpsCopyOutputStream*) const',
    trap,
  ],
  [/^((?:\S+ )+\S+::ByteSizeLong)\(\) const \{\n[\s\S]*?^\}/gm, '() const', trap],
  [
    /^((?:\S+ )+\S+::CheckTypeAndMergeFrom)\([^)]*\) \{\n[\s\S]*?^\}/gm,
    '(const ::PROTOBUF_NAMESPACE_ID::MessageLite&)',
    trap,
  ],
  [/^((?:\S+ )+\S+::GetTypeName)\(\) const \{\n[\s\S]*?^\}/gm, '() const', ' { return {}; }'],
  [/^((?:\S+ )+\S+::Clear)\(\) \{\n[\s\S]*?^\}/gm, '()', ' {}'],
];
for (const file of process.argv.slice(2)) {
  let code = readFileSync(file, 'utf8');
  const hasMessages = code.includes('::GetTypeName() const');
  for (const [body, args, instead] of bodies) {
    let n = 0;
    code = code.replace(body, (_, head) => {
      n += 1;
      return head + args + instead;
    });
    if (hasMessages && n === 0)
      throw new Error(`${file}: protoc writes ${args}${instead} in another form`);
  }
  writeFileSync(file, code);
}
