// node tools/run_script.mjs SCRIPT ARGS...: set up and build where that is needed, then run a script over the package.
import { build } from './build.mjs';
import { exists, inRoot, root, setup } from './lib/run.mjs';
import { spawnSync } from 'node:child_process';

const [script, ...args] = process.argv.slice(2);
if (!exists(script)) {
  console.error(`${script} does not exist`);
  process.exit(2);
}
setup();
await build();
const cwd = process.env.INIT_CWD ?? root;
const { status } = spawnSync(process.execPath, [inRoot(script), ...args], {
  cwd,
  stdio: 'inherit',
});
process.exit(status ?? 1);
