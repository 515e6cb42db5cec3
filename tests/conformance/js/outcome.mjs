// What became of a case.
export const verdicts = ['passed', 'failed', 'unsupported', 'crashed', 'skipped'];

export const passed = { verdict: 'passed', message: '' };
export const failed = (message) => ({ verdict: 'failed', message });
export const skipped = (message) => ({ verdict: 'skipped', message });
export const unsupported = (message) => ({ verdict: 'unsupported', message });

/** An error of the package: what it says it is. */
export function fromError(error, where = '') {
  const code = error?.code ?? error?.name ?? 'error';
  const message = `${where}${code}: ${error?.message ?? error}`;
  if (error?.modelLost || error instanceof WebAssembly.RuntimeError)
    return { verdict: 'crashed', message };
  return code === 'UNIMPLEMENTED' ? unsupported(message) : failed(message);
}
