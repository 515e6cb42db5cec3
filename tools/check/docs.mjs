// docs/ops.md is generated from the op list: it must be what the tool would write now.
import { capture } from '../lib/run.mjs';

export const name = 'docs/ops.md is current';
export async function check() {
  const { ok, output } = await capture(process.execPath, ['tools/make_ops_doc.mjs', '--check']);
  return ok ? [] : [output.trim()];
}
