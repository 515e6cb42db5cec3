// The README's section on speed, between two markers, and its picture.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { engines, engineOf, titles } from '../engines.mjs';
import { inRoot } from '../../../tools/lib/run.mjs';
import { meanRatio, ratio, summary, timedEngines } from '../results.mjs';
import { titleOf } from '../suite.mjs';
import { chart } from './chart.mjs';
import { figure, table, times } from './format.mjs';
import { conditions } from './markdown.mjs';

const begin = '<!-- bench: written by npm run bench -- --readme -->';
const end = '<!-- /bench -->';

/** Times of one number of threads, ours first, and our lead over the fastest peer. */
function speedTable(run, threads) {
  const ids = timedEngines(run, engines).filter((id) => engineOf(id).threads === threads);
  const peers = ids.filter((id) => engineOf(id).peer);
  const shown = [`ours-${threads}t`, `ours-worker-${threads}t`].filter((id) => ids.includes(id));
  if (!shown.length || !peers.length) return '';
  const [ours] = shown;
  const cell = (model, id) => {
    const s = summary(model, id);
    return s?.median === undefined ? 'fails' : figure(s.median);
  };
  const rows = Object.entries(run.models).map(([name, model]) => [
    titleOf(name),
    ...[...shown, ...peers].map((id) => cell(model, id)),
    times(ratio(model, ours, peers)),
  ]);
  const blank = [...shown, ...peers].map(() => '');
  rows.push(['geometric mean', ...blank, times(meanRatio(run, ours, peers))]);
  const heads = [...shown, ...peers].map((id) => titles[engineOf(id).kind]);
  return table(['ms a run', ...heads, 'against the fastest peer'], rows);
}

function section(run) {
  const tables = [1, 2]
    .map((n) => [n, speedTable(run, n)])
    .filter(([, t]) => t)
    .map(([n, t]) => `${n === 1 ? 'One thread' : 'Two threads'}:\n\n${t}\n`);
  return `${begin}\n\n![Speed against other engines](docs/bench.svg)\n\n${tables.join('\n')}\n${conditions(run)}. Every answer was checked against TensorFlow's first.\n\n${end}`;
}

/** Puts the section where the markers are, or before the section on how it is made. */
export function updateReadme(run) {
  const path = inRoot('README.md');
  const readme = readFileSync(path, 'utf8');
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  const fresh =
    from >= 0 && to > from
      ? readme.slice(0, from) + section(run) + readme.slice(to + end.length)
      : readme.replace(/(?=^## How it is made)/m, `## Speed\n\n${section(run)}\n\n`);
  if (fresh === readme && from < 0)
    throw new Error('README.md has no place for the section on speed');
  mkdirSync(inRoot('docs'), { recursive: true });
  writeFileSync(inRoot('docs/bench.svg'), chart(run));
  writeFileSync(path, fresh);
}
