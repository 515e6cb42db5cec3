// Writes docs/ops.md: every op that models may contain, from the tables in src/ops.
//   --check     writes nothing, and fails where the page is not what would be written
import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot, sourceFiles } from './lib/run.mjs';

const page = 'docs/ops.md';
const read = (file) => readFileSync(inRoot(file), 'utf8');

const families = read('src/ops/families.h');
const more = new Set(/kMoreFamilies\[\] = \{([^}]*)\}/.exec(families)[1].match(/\w+/g));

/** C++ literals one after another as one text. */
const joined = (literals) =>
  literals
    .match(/"[^"]*"/g)
    .map((s) => s.slice(1, -1))
    .join('');

/** The entries of a family: `{"Softmax", "logits -> softmax", ...`; arguments that several share have a name. */
function entriesOf(file) {
  const text = read(file);
  const table = /\bOpDef kOps\[\] = \{([\s\S]*?)\};/.exec(text)?.[1];
  if (!table) return [];
  const family = /OpDef> (\w+)\(\)/.exec(text)?.[1];
  if (!family) throw new Error(`${file}: no family returns its kOps`);
  const variant = more.has(family) ? 'full' : 'core';
  const named = (name) => new RegExp(`\\b${name}\\b[^=;]*=\\s*((?:"[^"]*"\\s*)+)`).exec(text)[1];
  return [...table.matchAll(/\{"(\w+)",\s*(?:((?:"[^"]*"\s*)+)|(k\w+))/g)].map(
    ([, op, literals, name]) => ({ op, signature: joined(literals ?? named(name)), variant }),
  );
}

const ops = sourceFiles('src/ops/*.cc')
  .flatMap(entriesOf)
  .filter(({ op }) => !op.startsWith('_')) // what passes make of others
  .sort((a, b) => (a.op < b.op ? -1 : 1));

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('*', '\\*');
const text = `# Supported ops

${ops.length} ops of TensorFlow, as \`capabilities().supportedOps\` lists them. A model whose ops are all in \`core\` runs in
the smaller WebAssembly variants; one that needs another is loaded into \`full\` by itself. Arguments have the names of
TensorFlow's OpDefs: \`values*N\` is a list whose length the attribute \`N\` tells, \`ref&\` a reference.

Written by \`node tools/make_ops_doc.mjs\`.

| Op | Arguments | Variant |
| --- | --- | --- |
${ops.map(({ op, signature, variant }) => `| ${op} | ${cell(signature)} | ${variant} |`).join('\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(inRoot(page), text);
else if (read(page) !== text) {
  console.log(`${page} is out of date: run node tools/make_ops_doc.mjs`);
  process.exitCode = 1;
}
