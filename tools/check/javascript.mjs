// Prettier, ESLint and the type checker, over whatever of it exists.
import { bin, capture, sourceFiles } from '../lib/run.mjs';

async function tool(program, args) {
  const { ok, output } = await capture(process.execPath, [bin(program), ...args]);
  return ok ? [] : [output.trim()];
}

export const checks = [
  { name: 'prettier', check: () => tool('prettier', ['--check', '--log-level', 'warn', '.']) },
  { name: 'eslint', check: () => tool('eslint', ['--max-warnings', '0', '.']) },
  {
    name: 'types',
    check: () =>
      sourceFiles('*.ts').length ? tool('tsc', ['-p', 'tsconfig.json', '--noEmit']) : [],
  },
];
