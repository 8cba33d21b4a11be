/** When processes have been started, as the kernel has it. */
import { readFileSync } from 'node:fs';

/** The field of /proc/PID/stat, counted behind the name. */
const START_TIME = 19;
const US_PER_TICK = 10_000;
const US_PER_S = 1_000_000;

/** In ticks since the boot; null: the kernel does not say. */
export function startTicks(pid: number | 'self'): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME]);
  } catch {
    return null;
  }
}

/**
 * When init has started this process, in microseconds of the clock of `nowUs`. Node counts from when it has loaded itself, which may take
 * seconds; the kernel's clock also runs while the machine sleeps, so that its time may be too late. The earlier one is right.
 */
export function ownStartUs(nowUs: number): number {
  const ticks = startTicks('self');
  const byNode = nowUs - process.uptime() * US_PER_S;
  return ticks === null ? byNode : Math.min(byNode, ticks * US_PER_TICK);
}
