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
    this.process = fork(fileURLToPath(new URL('./child.mjs', import.meta.url)), this.args, {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.errors = '';
    this.process.stderr.on('data', (data) => (this.errors = (this.errors + data).slice(-2000)));
    await this.next(60);
  }
  /** The next message, or { gone } with the reason. */
  next(seconds) {
    return new Promise((resolve) => {
      const end = (message) => {
        clearTimeout(timer);
        this.process.off('message', end).off('exit', onExit);
        resolve(message);
      };
      const onExit = (code, signal) =>
        end({
          gone: `the process ended with ${signal ?? code}: ${this.errors.trim().slice(0, 300)}`,
        });
      const timer = setTimeout(() => {
        end({ gone: `no answer within ${seconds} s` });
        this.process.kill('SIGKILL');
      }, seconds * 1000);
      if (this.process.exitCode !== null || this.process.signalCode) onExit(this.process.exitCode);
      else this.process.on('message', end).on('exit', onExit);
    });
  }
  stop() {
    this.process?.kill();
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
