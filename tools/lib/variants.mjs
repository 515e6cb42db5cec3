/** The links of the wasm: build/wasm/<name>.wasm. */
export const variants = ['core', 'full'].flatMap((ops) =>
  ['strict', 'relaxed'].flatMap((simd) => ['', '-threads'].map((t) => `smw-${ops}-${simd}${t}`)),
);
