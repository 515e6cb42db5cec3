// npm run format: C++ by .clang-format, the rest by Prettier.
import { bin, run, setup, sourceFiles } from './lib/run.mjs';

setup();
run('clang-format-19', ['-i', ...sourceFiles('*.cc', '*.h')]);
run(process.execPath, [bin('prettier'), '--write', '--log-level', 'warn', '.']);
