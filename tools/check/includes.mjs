// Includes point one way. A room may include itself and what is listed here; CMakeLists.txt links the same way.
import { readFileSync } from 'node:fs';
import { inRoot, sourceFiles } from '../lib/run.mjs';

const arrows = {
  base: [],
  vfs: ['base'],
  tensor: ['base'],
  simd: ['base'],
  kernels: ['simd'],
  ops: ['tensor', 'kernels'],
  proto: [],
  savedmodel: ['proto', 'vfs', 'tensor'],
  graph: ['ops', 'proto'],
  runtime: ['graph', 'savedmodel'],
  wasm: ['runtime'],
};
// Half and bfloat16 are plain bit patterns, which kernels convert.
const exceptions = { kernels: ['tensor/half.h'] };

/** Everything to the left of a room. */
function reach(room, seen = new Set([room])) {
  for (const dep of arrows[room]) if (!seen.has(dep)) reach(dep, seen.add(dep));
  return seen;
}

export const name = 'include directions';
export function check() {
  const problems = [];
  for (const file of sourceFiles('src/*.cc', 'src/*.h')) {
    const room = file.split('/')[1];
    if (!(room in arrows)) {
      problems.push(`${file}: "${room}" is no room of tools/check/includes.mjs`);
      continue;
    }
    const allowed = reach(room);
    readFileSync(inRoot(file), 'utf8')
      .split('\n')
      .forEach((line, i) => {
        const target = /^\s*#\s*include\s+"([^"]+)"/.exec(line)?.[1];
        if (!target || exceptions[room]?.includes(target)) return;
        const to = target.split('/')[0];
        if (!target.includes('/'))
          problems.push(`${file}:${i + 1}: "${target}" must be named from src/`);
        else if (!allowed.has(to))
          problems.push(`${file}:${i + 1}: ${room} may not include "${target}"`);
      });
  }
  return problems;
}
