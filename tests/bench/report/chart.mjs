// The README's picture: how fast each engine is on each model, the fastest peer being 1.
import { titles } from '../engines.mjs';
import { summary } from '../results.mjs';
import { titleOf } from '../suite.mjs';
import { figure } from './format.mjs';

const colors = { ours: '#e8710a', litert: '#5f7d95', ort: '#8fa9bd', tfjs: '#c2d0db' };
const layout = { width: 760, left: 210, right: 60, bar: 9, gap: 10, top: 34 };
const text = (x, y, content, more = '') => `<text x="${x}" y="${y}" ${more}>${content}</text>`;

/** `engines`: [kind, id]. Models that no peer runs are left out. */
function modelRows(run, engines) {
  return Object.entries(run.models).flatMap(([name, model]) => {
    const found = engines.flatMap(([kind, id]) => {
      const s = summary(model, id);
      return s?.median ? [{ kind, ms: s.median }] : [];
    });
    const peers = found.filter((f) => f.kind !== 'ours').map((f) => f.ms);
    if (!peers.length || peers.length === found.length) return [];
    const best = Math.min(...peers);
    return [{ name: titleOf(name), bars: found.map((f) => ({ ...f, speed: best / f.ms })) }];
  });
}

const legend = (engines) =>
  engines.map(([kind], i) => {
    const x = layout.left + i * 140;
    return `<rect x="${x}" y="8" width="10" height="10" fill="${colors[kind]}"/>${text(x + 15, 17, titles[kind])}`;
  });

/** An SVG document that reads on light and dark ground. */
export function chart(run, threads = 1) {
  const engines = ['ours', 'litert', 'ort', 'tfjs'].map((kind) => [kind, `${kind}-${threads}t`]);
  const rows = modelRows(run, engines);
  const most = Math.max(1, ...rows.flatMap((r) => r.bars.map((b) => b.speed)));
  const scale = (layout.width - layout.left - layout.right) / most;
  const parts = legend(engines);
  let y = layout.top;
  for (const { name, bars } of rows) {
    const middle = y + (bars.length * layout.bar) / 2 + 4;
    parts.push(text(layout.left - 8, middle, name, 'text-anchor="end"'));
    for (const { kind, ms, speed } of bars) {
      const width = Math.max(1, speed * scale).toFixed(1);
      parts.push(
        `<rect x="${layout.left}" y="${y}" width="${width}" height="${layout.bar - 1}" fill="${colors[kind]}"/>`,
        text(layout.left + Number(width) + 4, y + 8, `${figure(ms)} ms`, 'font-size="9"'),
      );
      y += layout.bar;
    }
    y += layout.gap;
  }
  const one = layout.left + scale;
  const height = y + 18;
  parts.push(
    `<line x1="${one}" y1="${layout.top - 6}" x2="${one}" y2="${y - 4}" stroke="#888" stroke-dasharray="3 3"/>`,
    text(one, y + 8, 'fastest peer; longer is faster', 'text-anchor="middle" font-size="10"'),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#777">
<title>Speed of each engine, ${threads} thread${threads > 1 ? 's' : ''}: the fastest peer is 1</title>
${parts.join('\n')}
</svg>
`;
}
