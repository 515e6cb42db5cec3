// The package's worker, on a device that refuses to share memory.
import './unshared_memory.js';
import '/pkg/worker.mjs';
