// The engines that we are measured against, by npm, in the cache.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../tools/lib/run.mjs';
import { cache, say } from './cache.mjs';

const pinned = {
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  'onnxruntime-web': '1.30.0',
  '@litertjs/core': '2.5.3',
};
const folder = join(cache, 'peers');
export const peersFolder = join(folder, 'node_modules');

const installed = (name) => {
  const file = join(peersFolder, name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
};

/** What the report says of them. */
export const peerVersions = () => ({
  tfjs: installed('@tensorflow/tfjs-backend-wasm'),
  ort: installed('onnxruntime-web'),
  litert: installed('@litertjs/core'),
});

export function setUpPeers() {
  const missing = Object.entries(pinned).filter(([name, version]) => installed(name) !== version);
  if (!missing.length) return;
  say(`npm install in ${folder}: about 500 MB, once`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: pinned }, null, 2),
  );
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder });
}
