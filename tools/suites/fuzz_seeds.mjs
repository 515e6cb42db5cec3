// What fuzzing starts from: the small fixtures, in the layout that each target reads.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { exists, inRoot, sourceFiles } from '../lib/run.mjs';

const MOST_BYTES = 64 << 10;

const uint24 = (n) => Buffer.from([n & 255, (n >> 8) & 255, n >> 16]);

/** A fixture's files, empty where it has none. */
function parts(folder) {
  const read = (name) =>
    exists(folder, name) ? readFileSync(inRoot(folder, name)) : Buffer.alloc(0);
  const shards = exists(folder, 'variables')
    ? readdirSync(inRoot(folder, 'variables')).filter((name) => name.includes('.data-'))
    : [];
  return {
    pb: read('saved_model.pb'),
    text: read('saved_model.pbtxt'),
    index: read('variables/variables.index'),
    shard: shards.length ? read(join('variables', shards.sort()[0])) : Buffer.alloc(0),
  };
}

/** By target: the seed of a fixture, or nothing. */
const layouts = {
  model: ({ pb, text, index, shard }) =>
    Buffer.concat([
      Buffer.from([pb.length ? 0 : 1]),
      uint24((pb.length ? pb : text).length),
      uint24(index.length),
      pb.length ? pb : text,
      index,
      shard,
    ]),
  bundle: ({ index, shard }) =>
    index.length &&
    Buffer.concat([Buffer.from([index.length & 255, index.length >> 8]), index, shard]),
  table: ({ index }) => index,
  pb_scanner: ({ pb }) => pb.length && Buffer.concat([Buffer.from([255]), pb]),
  text_format: ({ text }) => text,
  snappy: ({ index }) => index,
};

/** Writes the seeds of a target; gives their folder. */
export function writeSeeds(target) {
  const out = inRoot('build/fuzz/seeds', target);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const models = sourceFiles('tests/fixtures/*/*/saved_model.pb*');
  for (const folder of models.map((file) => file.slice(0, file.lastIndexOf('/')))) {
    const seed = layouts[target]?.(parts(folder));
    if (seed?.length && seed.length <= MOST_BYTES) writeFileSync(join(out, basename(folder)), seed);
  }
  return out;
}
