// Where the time of a call goes. A file of its own: it is fetched when a call is profiled, not before.

export interface ProfileStep {
  /** Its name in the SavedModel's graph. A fused step has that of the last node it stands for. */
  readonly node: string;
  /** The other nodes that a fused step stands for, where they are known. */
  readonly covers: readonly string[];
  readonly op: string;
  /** The function whose body it belongs to, or the signature. */
  readonly function: string;
  /** `view`: other shape, same elements. `values`: resolved at each run. `calls`: runs functions. */
  readonly kind: 'kernel' | 'tensors' | 'view' | 'values' | 'calls';
  /** The arithmetic that was chosen, where there are several: `gemm`, `gemv`, `generic`. */
  readonly kernel: string;
  readonly outputs: readonly { readonly dtype: string; readonly shape: readonly number[] }[];
  /** How often a run does it. */
  readonly calls: number;
  /** Microseconds of a run, on average, and those of the functions it calls with them. */
  readonly time: number;
  readonly total: number;
  /** Where it first began in the last run; absent where that is not known. */
  readonly start?: number | undefined;
  /** Floating-point operations of a run, two for each multiply-add of a product; 0 where not counted. */
  readonly flops: number;
  readonly gflops?: number | undefined;
  /** Bytes that a run reads and writes, each element once. */
  readonly bytes: number;
}

export interface ProfileTotal {
  readonly op: string;
  /** Steps of this type, and how often a run does them in all. */
  readonly steps: number;
  readonly calls: number;
  readonly time: number;
  /** Of the time of all steps: 0 to 1. */
  readonly share: number;
  readonly flops: number;
  readonly gflops?: number | undefined;
}

export interface TraceEvent {
  name: string;
  cat: string;
  ph: 'X';
  ts: number;
  dur: number;
  pid: number;
  tid: number;
  args: Record<string, unknown>;
}

/** As src/runtime/profile.h writes it. */
interface Wire {
  runs: number[];
  steps: [string, string, string, string, number, string, number, number, [string, ...number[]][], ...number[]][]; // prettier-ignore
  spans: number[];
  lost: number;
}

const KINDS = ['kernel', 'tensors', 'view', 'values', 'calls'] as const;
const sum = (list: readonly { time: number }[]) => list.reduce((n, { time }) => n + time, 0);
const rate = (flops: number, time: number) => (flops && time ? flops / time / 1e3 : undefined);
const bytesOf = (dtype: string, shape: readonly number[]) =>
  shape.reduce((a, b) => a * b, (Number(/\d+$/.exec(dtype)?.[0] ?? 8) || 8) / 8);

/** Times in microseconds. */
export class Profile {
  /** Time of each timed run. */
  readonly runs: readonly number[];
  /** Their mean: what the steps share, and what lies between them. */
  readonly time: number;
  readonly steps: readonly ProfileStep[];
  /** [step, start, duration] of the last run. */
  private readonly spans: [ProfileStep, number, number][] = [];

  /** @internal */
  constructor({ data: [json] }: { data: Uint8Array[] }) {
    const { runs, steps, spans } = JSON.parse(new TextDecoder().decode(json)) as Wire;
    const n = runs.length;
    const starts = new Map<number, number>();
    for (let i = 0; i < spans.length; i += 3)
      if (!starts.has(spans[i]!)) starts.set(spans[i]!, spans[i + 1]! / 1e3);
    const all = steps.map((s, i): ProfileStep => {
      const [fn, node, covers, op, kind, kernel, adds, bytesIn, out, times, ns, nsInside] = s;
      const outputs = out.map(([dtype, ...shape]) => ({ dtype, shape }));
      const calls = times! / n;
      const flops = 2 * adds * calls;
      const time = ns! / n / 1e3;
      const written = outputs.reduce((b, o) => b + bytesOf(o.dtype, o.shape), 0);
      return {
        node,
        covers: covers ? covers.split('\n') : [],
        op,
        function: fn,
        kind: KINDS[kind]!,
        kernel,
        outputs,
        calls,
        time,
        total: nsInside! / n / 1e3,
        start: starts.get(i),
        flops,
        gflops: rate(flops, time),
        bytes: kind % 2 || !kind ? (bytesIn + written) * calls : 0,
      };
    });
    this.runs = runs.map((ns) => ns / 1e3);
    this.time = this.runs.reduce((a, b) => a + b, 0) / n;
    this.steps = all.filter((s) => s.calls);
    for (let i = 0; i < spans.length; i += 3)
      this.spans.push([all[spans[i]!]!, spans[i + 1]! / 1e3, spans[i + 2]! / 1e3]);
  }

  /** Totals by op type, the longest first. */
  byOp(): ProfileTotal[] {
    const whole = sum(this.steps) || 1;
    return [...new Set(this.steps.map((s) => s.op))]
      .map((op) => {
        const mine = this.steps.filter((s) => s.op === op);
        const add = (key: 'calls' | 'flops') => mine.reduce((n, s) => n + s[key], 0);
        const time = sum(mine);
        const flops = add('flops');
        const counts = { steps: mine.length, calls: add('calls') };
        return { op, ...counts, time, share: time / whole, flops, gflops: rate(flops, time) };
      })
      .sort((a, b) => b.time - a.time);
  }

  /** The last run in Trace Event format, for chrome://tracing and ui.perfetto.dev: to be saved as JSON. */
  toChromeTrace(): { traceEvents: TraceEvent[]; displayTimeUnit: 'ms' } {
    const traceEvents = this.spans.map(([step, ts, dur]): TraceEvent => {
      const { node, covers, op, kind, kernel, outputs, flops, calls } = step;
      const gflops = rate(flops / calls, dur);
      const args = { op, covers, function: step.function, kind, kernel, outputs, gflops };
      return { name: node, cat: op, ph: 'X', ts, dur, pid: 1, tid: 1, args };
    });
    return { traceEvents, displayTimeUnit: 'ms' };
  }

  /** Tables to read: by op type, and the longest steps. */
  toString(most = 30): string {
    const ms = (us: number) => (us / 1e3).toFixed(3);
    const g = (x?: number) => x?.toFixed(1) ?? '';
    const whole = sum(this.steps);
    const ops = this.byOp().map((t) => [
      t.op,
      String(t.steps),
      ms(t.time),
      (100 * t.share).toFixed(1),
      g(t.gflops),
    ]);
    const longest = [...this.steps].sort((a, b) => b.time - a.time).slice(0, most);
    const steps = longest.map((s) => [
      s.node.length > 60 ? `…${s.node.slice(-59)}` : s.node,
      s.op,
      s.kernel,
      s.outputs.map((o) => `${o.dtype}[${o.shape.join()}]`).join(' '),
      String(+s.calls.toFixed(2)),
      ms(s.time),
      ((100 * s.time) / (whole || 1)).toFixed(1),
      g(s.gflops),
    ]);
    return [
      `${ms(this.time)} ms a run, mean of ${this.runs.length}; ${ms(whole)} ms in ${this.steps.length} steps`,
      table(['op', 'steps', 'ms', '%', 'GFLOP/s'], ops),
      table(['node', 'op', 'kernel', 'output', 'calls', 'ms', '%', 'GFLOP/s'], steps),
    ].join('\n\n');
  }
}

function table(head: string[], rows: string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((r) => r[i]!.length)));
  // The last four columns are numbers.
  const pad = (c: string, i: number) =>
    i < head.length - 4 ? c.padEnd(widths[i]!) : c.padStart(widths[i]!);
  return all.map((r) => r.map(pad).join('  ').trimEnd()).join('\n');
}
