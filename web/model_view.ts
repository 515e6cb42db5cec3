// A loaded model: what it is, and a form for each signature.
import type {
  ArgumentInfo,
  MemoryReport,
  SavedModel,
  Signature,
  TensorLike,
} from 'savedmodel-wasm';
import { bytesText, make } from './dom.ts';
import { imageShape, makeField, type Field } from './fields.ts';
import { showOutput } from './outputs.ts';
import { profileView } from './profile_view.ts';
import type { Sample } from './samples.ts';

/** What a profile takes, about. */
const PROFILE_MS = 600;

export interface ModelViewOptions {
  title: string;
  sample?: Sample | undefined;
  showError(error: unknown): void;
  clearError(): void;
}

export function modelView(
  model: SavedModel,
  memory: MemoryReport,
  options: ModelViewOptions,
): HTMLElement[] {
  const facts = [
    model.tensorflowVersion && `TensorFlow ${model.tensorflowVersion}`,
    `tags ${model.tags.join(', ') || 'none'}`,
    `weights ${bytesText(memory.weights)}`,
    `memory ${bytesText(memory.wasm)}`,
  ];
  const head = make(
    'div',
    { className: 'card' },
    make('h2', {}, options.title),
    make('p', { className: 'soft' }, facts.filter(Boolean).join(' · ')),
  );
  const signatures = Object.entries(model.signatures);
  const views = signatures.map(([name, signature]) => signatureView(name, signature, options));
  if (!views.length)
    views.push(
      make('p', { className: 'card' }, 'This model has no signature that could be called.'),
    );
  return [head, ...views];
}

function signatureView(name: string, signature: Signature, options: ModelViewOptions): HTMLElement {
  const { sample } = options;
  const fields = new Map<string, Field>();
  let images = sample?.images;
  for (const key of signature.inputs.order) {
    const info = signature.inputs[key]!;
    fields.set(key, makeField(key, info, { images, value: sample?.values?.[key] }));
    if (imageShape(info)) images = undefined;
  }
  const wide = Object.values<ArgumentInfo>(signature.inputs).some(
    (i) => imageShape(i) || i.dtype === 'string',
  );
  const run = make('button', { type: 'submit' }, 'Run');
  const profile = make('button', { type: 'button', className: 'quiet' }, 'Profile');
  const time = make('span', { className: 'soft', attrs: { role: 'status' } });
  const results = make('div');
  const form = make(
    'form',
    {},
    make('h2', {}, name),
    make(
      'div',
      { className: wide ? 'fields wide' : 'fields' },
      ...[...fields.values()].map((f) => f.element),
    ),
    make('p', { className: 'row' }, run, profile, time),
    results,
  );
  const { unsupported } = signature;
  if (unsupported.length) {
    run.disabled = profile.disabled = true;
    const missing = unsupported.map(({ op, node }) => `${op} (node ${node})`).join(', ');
    time.textContent = `Cannot run here: it needs ops that are not supported: ${missing}`;
  }
  const start = async (profiled: boolean) => {
    run.disabled = profile.disabled = true;
    options.clearError();
    try {
      const inputs = Object.create(null) as Record<string, TensorLike>;
      for (const [key, field] of fields) inputs[key] = await field.read();
      const begin = performance.now();
      const outputs = await signature(inputs);
      const took = performance.now() - begin;
      time.textContent = `${took.toFixed(1)} ms`;
      results.replaceChildren(
        ...Object.entries(outputs).map(([key, t]) => showOutput(key, t, sample?.labels ?? [])),
      );
      if (!profiled) return;
      // The clock is coarse: enough runs to fill some time.
      const runs = Math.min(200, Math.max(3, Math.ceil(PROFILE_MS / took)));
      time.textContent += `, profiling ${runs} runs`;
      await signature(inputs, { runs, profile: (p) => results.append(profileView(p, name)) });
      time.textContent = `${took.toFixed(1)} ms`;
    } catch (error) {
      results.replaceChildren();
      time.textContent = '';
      options.showError(error);
    } finally {
      run.disabled = profile.disabled = false;
    }
  };
  profile.onclick = () => void start(true);
  form.onsubmit = (event) => {
    event.preventDefault();
    void start(false);
  };
  return make('section', { className: 'card', attrs: { 'aria-label': `signature ${name}` } }, form);
}
