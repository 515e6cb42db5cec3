// A process that runs the cases it is told to, and says after each what became of it.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { fromError } from './outcome.mjs';
import { readOpCases } from './op_case.mjs';
import { readModelCases, runModel } from './run_model.mjs';
import { runOpCase } from './run_op.mjs';

const [dist, threads, variant] = process.argv.slice(2);
const api = await import(pathToFileURL(`${dist}/node.mjs`).href);
const wasm = variant && { [variant]: pathToFileURL(`${dist}/smw-${variant}.wasm`) };
const options = { worker: false, threads: Number(threads), ...(wasm && { wasm }) };
const send = (message) => process.send(message);

async function runOps(path, from) {
  const cases = readOpCases(readFileSync(path));
  send({ count: cases.length });
  for (let i = from; i < cases.length; i++) {
    const outcome = await runOpCase(api, options, cases[i]).catch((error) => fromError(error));
    send({ index: i, outcome });
  }
}

async function runModels(path, from) {
  const about = readModelCases(path);
  send({ count: about.cases.length });
  // Cases before `from` are behind us; a model whose calls depend on each other starts anew.
  const rest = { ...about, cases: about.cases.slice(from) };
  let i = from;
  for await (const outcome of runModel(api, options, rest)) send({ index: i++, outcome });
}

process.on('message', async ({ kind, path, from }) => {
  try {
    await (kind === 'op' ? runOps : runModels)(path, from);
    send({ done: true });
  } catch (error) {
    send({ count: from + 1 });
    send({ index: from, outcome: fromError(error) });
    send({ done: true });
  }
});
send({ ready: true });
