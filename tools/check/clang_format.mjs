// C++ as .clang-format has it.
import { capture, sourceFiles } from '../lib/run.mjs';

export const name = 'clang-format';
export async function check() {
  const files = sourceFiles('*.cc', '*.h');
  if (!files.length) return [];
  const { ok, output } = await capture('clang-format-19', ['--dry-run', '-Werror', ...files]);
  if (ok) return [];
  const named = new Set(output.match(/^[^\s:]+(?=:\d+:\d+: error)/gm));
  return named.size ? [...named].map((file) => `${file}: run clang-format-19 -i`) : [output];
}
