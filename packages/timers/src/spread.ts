/** How much later a timer with RANDOM starts a job. */

/**
 * Always the same for one job on one machine, and evenly spread over `randomMs`: milliseconds from 0 up to below it.
 * `machine` is the machine's name.
 */
export function spreadMs(randomMs: number, job: string, args: readonly string[], machine: string): number {
  if (randomMs === 0) return 0;
  return Math.floor((hash([machine, job, ...args].join('\0')) / 2 ** 32) * randomMs);
}

/** FNV-1a of 32 bits, mixed so that names that differ in their last letter lie far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
