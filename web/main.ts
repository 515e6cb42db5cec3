// The page: choose a model, fill its inputs, see its outputs.
import {
  load,
  SavedModelError,
  type LoadOptions,
  type ModelSource,
  type SavedModel,
} from 'savedmodel-wasm';
import { byId, bytesText, make } from './dom.ts';
import { modelView } from './model_view.ts';
import { samples, type Sample } from './samples.ts';

const status = byId('status');
const progress = byId<HTMLProgressElement>('progress');
const errorBox = byId('error');
const modelBox = byId('model');

let model: SavedModel | undefined;
let loading: AbortController | undefined;

function clearError(): void {
  errorBox.hidden = true;
}

function showError(error: unknown): void {
  const known = error instanceof SavedModelError;
  const facts = known
    ? [error.file && `file ${error.file}`, error.node && `node ${error.node}`]
    : [];
  const where = facts.filter(Boolean).join(', ');
  errorBox.replaceChildren(
    make('strong', {}, known ? error.code : 'Error'),
    ` ${error instanceof Error ? error.message : String(error)}`,
    ...(where ? [make('p', { className: 'soft' }, where)] : []),
  );
  errorBox.hidden = false;
}

function loadOptions(signal: AbortSignal): LoadOptions {
  const tags = byId<HTMLInputElement>('tags')
    .value.split(/[\s,]+/)
    .filter(Boolean);
  return {
    signal,
    worker: byId<HTMLInputElement>('worker').checked,
    ...(tags.length ? { tags } : {}),
    onProgress({ loaded, total }) {
      progress.max = total || 1;
      progress.value = loaded;
      status.textContent = `Loading: ${bytesText(loaded)} of ${bytesText(total)}`;
    },
  };
}

async function open(source: ModelSource, title: string, sample?: Sample): Promise<void> {
  loading?.abort();
  const mine = (loading = new AbortController());
  model?.dispose();
  model = undefined;
  clearError();
  modelBox.hidden = true;
  progress.removeAttribute('value');
  progress.hidden = false;
  status.textContent = 'Loading';
  const start = performance.now();
  try {
    const loaded = await load(source, loadOptions(mine.signal));
    if (mine.signal.aborted) return loaded.dispose();
    model = loaded;
    const took = performance.now() - start;
    const views = modelView(loaded, await loaded.memory(), {
      title,
      sample,
      showError,
      clearError,
    });
    modelBox.replaceChildren(...views);
    modelBox.hidden = false;
    status.textContent = `Loaded in ${took.toFixed(0)} ms`;
  } catch (error) {
    if (mine.signal.aborted) return;
    status.textContent = '';
    showError(error);
  } finally {
    if (loading === mine) progress.hidden = true;
  }
}

function watchInput(id: string): void {
  const input = byId<HTMLInputElement>(id);
  input.onchange = () => {
    const files = [...(input.files ?? [])];
    // So that the same folder can be chosen again.
    input.value = '';
    const first = files[0];
    if (first) void open(files, first.webkitRelativePath.split('/')[0] || first.name);
  };
}
watchInput('folder');
watchInput('archive');

const drop = byId('drop');
document.ondragover = (event) => {
  event.preventDefault();
  drop.classList.add('over');
};
document.ondragleave = () => drop.classList.remove('over');
document.ondrop = (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  if (!event.dataTransfer?.items.length) return;
  const name = event.dataTransfer.items[0]!.webkitGetAsEntry()?.name ?? 'dropped files';
  void open(event.dataTransfer, name);
};

byId('samples').append(
  ...samples.map((sample) => {
    const onclick = () => void open(new URL(sample.folder, location.href), sample.title, sample);
    return make('button', { type: 'button', onclick }, sample.title);
  }),
);
