// What the report says of the machine.
import { readFileSync } from 'node:fs';
import os from 'node:os';

export const machine = () => ({
  cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
  cores: os.cpus().length,
  load: os.loadavg().map((x) => Number(x.toFixed(2))),
});

const ticksPerSecond = 100;
function busyTicks() {
  const [line] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user, nice, system, , , irq, softirq] = line.trim().split(/\s+/).slice(1).map(Number);
  return user + nice + system + irq + softirq;
}

/**
 * Cores of the whole machine in use from now until the returned function is called: about 1 for one thread where
 * nothing else runs. Undefined where there is no /proc.
 */
export function coresMeter() {
  try {
    const ticks = busyTicks();
    const start = performance.now();
    return () =>
      Number(
        ((busyTicks() - ticks) / ticksPerSecond / ((performance.now() - start) / 1000)).toFixed(2),
      );
  } catch {
    return () => undefined;
  }
}
