// Emscripten's glue, put in place by the build: the same for every variant of a platform.
declare module 'smw-glue' {
  const factory: import('./engine.ts').ModuleFactory;
  export default factory;
}
