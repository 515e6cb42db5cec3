// The slowest steps of a build, from ninja's log: compile time is a budget too.
import { readFileSync } from 'node:fs';
import { exists, inRoot } from './run.mjs';

export function printSlowest(presets, count = 8) {
  for (const preset of presets) {
    if (!exists('build', preset, '.ninja_log')) continue;
    const steps = new Map();
    for (const line of readFileSync(inRoot('build', preset, '.ninja_log'), 'utf8')
      .split('\n')
      .slice(1)) {
      const [start, end, , output] = line.split('\t');
      if (output) steps.set(output, (Number(end) - Number(start)) / 1000);
    }
    console.log(`\nslowest steps of ${preset}:`);
    for (const [output, seconds] of [...steps].sort((a, b) => b[1] - a[1]).slice(0, count))
      console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${output}`);
  }
}
