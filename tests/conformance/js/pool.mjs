// Rows shared out to child processes. A child that dies or is silent too long costs the case it was
// at; the next one goes on behind it.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Rows after which a child is replaced, so that memory does not add up. */
const mostRows = 40;

class Child {
  constructor(args) {
    this.args = args;
    this.rows = 0;
  }
  async start() {
    const process = fork(fileURLToPath(new URL('./child.mjs', import.meta.url)), this.args, {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    // Messages come in bursts: they wait here until they are asked for.
    this.messages = [];
    const take = (message) => {
      this.messages.push(message);
      this.wake?.();
    };
    let errors = '';
    process.stderr.on('data', (data) => (errors = (errors + data).slice(-2000)));
    process.on('message', take);
    process.on('exit', (code, signal) =>
      take({ gone: `the process ended with ${signal ?? code}: ${errors.trim().slice(0, 300)}` }),
    );
    this.process = process;
    const { gone } = await this.next(60);
    if (gone) throw new Error(gone);
  }
  /** The next message, or { gone } with the reason. */
  async next(seconds) {
    if (!this.messages.length) {
      let timer;
      await new Promise((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, seconds * 1000);
      });
      clearTimeout(timer);
      this.wake = undefined;
    }
    return this.messages.shift() ?? { gone: `no answer within ${seconds} s` };
  }
  stop() {
    this.process?.removeAllListeners().kill('SIGKILL');
    this.process = undefined;
  }
}

/** One row from its first to its last case. */
async function runRow(child, row, seconds) {
  let from = 0;
  let count = 1;
  while (from < count) {
    if (!child.process) await child.start();
    child.process.send({ kind: row.isOp ? 'op' : 'model', path: row.path, from });
    for (;;) {
      const message = await child.next(seconds);
      if (message.done) return;
      if (message.count !== undefined) count = message.count;
      if (message.outcome) {
        row.add(message.index, message.outcome);
        from = message.index + 1;
      }
      if (message.gone) {
        row.add(from++, { verdict: 'crashed', message: message.gone });
        child.stop();
        break;
      }
    }
  }
}

/** Runs all rows, `jobs` at a time; `finished` is told of each in the order in which they end. */
export async function runRows(rows, { jobs, seconds, args, finished }) {
  const waiting = [...rows];
  const work = async () => {
    const child = new Child(args);
    for (let row; (row = waiting.shift());) {
      if (++child.rows % mostRows === 0) child.stop();
      await runRow(child, row, row.isOp ? seconds : 6 * seconds);
      finished(row);
    }
    child.stop();
  };
  await Promise.all(Array.from({ length: jobs }, work));
}
