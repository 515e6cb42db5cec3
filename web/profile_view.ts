// Where the time went: totals by op type, every step, and a trace for other tools.
import type { Profile, ProfileStep } from 'savedmodel-wasm';
import { make, tensorText } from './dom.ts';

const FIRST_ROWS = 25;

interface Column<T> {
  title: string;
  /** What is shown, and what rows are sorted by where that is another value. */
  text(row: T): string;
  /** For the one who points at it. */
  hint?: (row: T) => string;
  value?: (row: T) => number;
  /** A bar behind the value: 0 to 1. */
  bar?: (row: T) => number;
}

const ms = (us: number) => (us / 1e3).toFixed(us < 1e4 ? 3 : 2);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const rate = (gflops: number | undefined) => gflops?.toFixed(1) ?? '';

export function profileView(profile: Profile, name: string): HTMLElement {
  const within = profile.steps.reduce((sum, s) => sum + s.time, 0) || 1;
  const least = Math.min(...profile.runs);
  const n = profile.runs.length;
  const summary =
    `${ms(profile.time)} ms a run on average, ${ms(least)} ms at best, of ${n}; ` +
    `${profile.steps.length} steps take ${percent(within / profile.time)} of it.`;
  const save = make('button', { type: 'button', className: 'quiet' }, 'Export Chrome trace');
  save.onclick = () => download(`${name}.trace.json`, JSON.stringify(profile.toChromeTrace()));
  const share = (s: { time: number }) => s.time / within;

  const ops = table<ReturnType<Profile['byOp']>[number]>(profile.byOp(), 'Time by op type', 2, [
    { title: 'op', text: (t) => t.op },
    { title: 'steps', text: (t) => String(t.steps), value: (t) => t.steps },
    { title: 'ms', text: (t) => ms(t.time), value: (t) => t.time },
    { title: 'share', text: (t) => percent(t.share), value: (t) => t.time, bar: (t) => t.share },
    { title: 'GFLOP/s', text: (t) => rate(t.gflops), value: (t) => t.gflops ?? 0 },
  ]);
  const short = withoutPrefix(profile.steps.map((s) => s.node));
  const order = new Map(profile.steps.map((s, i) => [s, i + 1]));
  const steps = table<ProfileStep>(profile.steps, 'Time by node', 6, [
    { title: '#', text: (s) => String(order.get(s)), value: (s) => -order.get(s)! },
    { title: 'node', text: (s) => short(s.node), hint: (s) => [...s.covers, s.node].join('\n') },
    { title: 'op', text: (s) => s.op },
    { title: 'kernel', text: (s) => s.kernel || (s.kind === 'kernel' ? '' : s.kind) },
    { title: 'output', text: (s) => s.outputs.map(tensorText).join(' ') },
    { title: 'calls', text: (s) => String(+s.calls.toFixed(1)), value: (s) => s.calls },
    { title: 'ms', text: (s) => ms(s.time), value: (s) => s.time },
    { title: 'share', text: (s) => percent(share(s)), value: (s) => s.time, bar: share },
    { title: 'GFLOP/s', text: (s) => rate(s.gflops), value: (s) => s.gflops ?? 0 },
  ]);
  return make(
    'section',
    { className: 'profile', attrs: { 'aria-label': `profile of ${name}` } },
    make('h3', {}, 'Profile'),
    make('p', { className: 'row' }, make('span', { className: 'soft' }, summary), save),
    ops,
    steps,
  );
}

/** Takes off the scopes that all names begin with. */
function withoutPrefix(names: readonly string[]): (name: string) => string {
  const scopes = (names[0] ?? '').split('/').slice(0, -1);
  const shared = (n: number) => `${scopes.slice(0, n).join('/')}/`;
  let n = scopes.length;
  while (n > 0 && !names.every((name) => name.startsWith(shared(n)))) n--;
  return (name) => (n > 0 ? `…/${name.slice(shared(n).length)}` : name);
}

function download(name: string, text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  make('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** Sorted by a click on a column's head, at first by column `by`; with a filter where it is long. */
function table<T>(
  rows: readonly T[],
  title: string,
  by: number,
  columns: Column<T>[],
): HTMLElement {
  let down = true;
  let all = false;
  const filter = make('input', {
    type: 'text',
    placeholder: 'filter',
    attrs: { 'aria-label': `filter: ${title}` },
  });
  const more = make('button', { type: 'button', className: 'quiet' });
  const body = make('tbody');
  const heads = columns.map(({ title: text }, i) => {
    const sort = make('button', { type: 'button' }, text);
    sort.onclick = () => {
      down = i === by ? !down : Boolean(columns[i]!.value);
      by = i;
      show();
    };
    return make('th', { scope: 'col', className: columns[i]!.value ? '' : 'text' }, sort);
  });
  const show = () => {
    heads.forEach((h, i) => {
      if (i === by) h.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      else h.removeAttribute('aria-sort');
    });
    const { value, text } = columns[by]!;
    const sign = down ? -1 : 1;
    const wanted = filter.value.trim().toLowerCase();
    const kept = rows
      .filter((r) => columns.some((c) => !c.value && c.text(r).toLowerCase().includes(wanted)))
      .sort((a, b) => sign * (value ? value(a) - value(b) : text(a).localeCompare(text(b))));
    const shown = all ? kept : kept.slice(0, FIRST_ROWS);
    body.replaceChildren(...shown.map((r) => make('tr', {}, ...columns.map((c) => cell(c, r)))));
    more.hidden = kept.length <= FIRST_ROWS;
    more.textContent = all ? `The first ${FIRST_ROWS} only` : `All ${kept.length}`;
  };
  filter.oninput = show;
  more.onclick = () => {
    all = !all;
    show();
  };
  show();
  return make(
    'div',
    {},
    make(
      'p',
      { className: 'row' },
      make('strong', {}, title),
      rows.length > FIRST_ROWS ? filter : null,
    ),
    make(
      'div',
      { className: 'scroll' },
      make(
        'table',
        { attrs: { 'aria-label': title } },
        make('thead', {}, make('tr', {}, ...heads)),
        body,
      ),
    ),
    more,
  );
}

function cell<T>({ text, hint, value, bar }: Column<T>, row: T): HTMLElement {
  const className = value ? '' : hint ? 'text long' : 'text';
  const td = make('td', { className, title: hint?.(row) ?? '' }, text(row));
  if (!bar) return td;
  td.className = 'share';
  td.style.setProperty('--share', `${100 * bar(row)}%`);
  return td;
}
