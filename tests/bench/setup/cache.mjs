// Where the bench keeps what it sets up: once per user, outside of the repository.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const cache = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'savedmodel-wasm',
  'bench',
);
export const zoo = resolve(process.env.ZOO || join(cache, 'zoo'));
export const say = (text) => console.log(`[bench] ${text}`);
