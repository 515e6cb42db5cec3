// The yardstick: a wasm of a few kilobytes with our own matrix product, peak/peak.cc.
import { cmakeBuild, exists } from '../../../tools/lib/run.mjs';

export function setUpPeak({ rebuild }) {
  const programs = ['bench_peak_relaxed', 'bench_peak_strict'];
  if (rebuild || !programs.every((p) => exists('build/wasm/bin', `${p}.wasm`)))
    cmakeBuild('wasm', programs);
}
