// No source file is longer than 600 lines.
import { readFileSync } from 'node:fs';
import { inRoot, sourceFiles } from '../lib/run.mjs';

const most = 600;
const patterns = ['cc', 'h', 'ts', 'mjs', 'js', 'py', 'sh', 'cmake', 'css', 'html', 'proto'];

export const name = `files of at most ${most} lines`;
export function check() {
  return sourceFiles(...patterns.map((ext) => `*.${ext}`)).flatMap((file) => {
    const lines = readFileSync(inRoot(file), 'utf8').split('\n').length - 1;
    return lines > most ? [`${file}: ${lines} lines`] : [];
  });
}
