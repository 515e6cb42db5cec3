// npm run format: C++ by .clang-format, the rest by Prettier; and docs/ops.md by what is in src/ops.
import { bin, inRoot, run, setup, sourceFiles } from './lib/run.mjs';

setup();
run('clang-format-19', ['-i', ...sourceFiles('*.cc', '*.h')]);
run(process.execPath, [inRoot('tools/make_ops_doc.mjs')]);
run(process.execPath, [bin('prettier'), '--write', '--log-level', 'warn', '.']);
