// docs/ops.md is generated from the op list: it must be what the tool would write now.
import { capture, exists } from '../lib/run.mjs';

export const name = 'docs/ops.md is current';
export async function check() {
  if (!exists('tools/make_ops_doc.mjs') || !exists('docs/ops.md')) return [];
  const { ok, output } = await capture(process.execPath, ['tools/make_ops_doc.mjs', '--check']);
  return ok ? [] : [output.trim()];
}
