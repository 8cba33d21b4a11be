/** V8's settings for this program. */
import { setFlagsFromString } from 'node:v8';

/**
 * V8 compiles a function to machine code when it has been found busy so often (ticks), small ones after less. A start is over before that
 * is worth its time; until then none is. The compiler takes four megabytes on its first use.
 */
const AT_START = ['--ticks-before-optimization=100000000', '--max-bytecode-size-for-early-opt=0'];
/** V8's own values. What was counted during the start still counts. */
const AFTERWARDS = ['--ticks-before-optimization=3', '--max-bytecode-size-for-early-opt=81'];

/** A start has ended after so long, or it is one that is worth compiling for. */
const START_MS = 1000;

/** Call this before the functions of the daemon run: V8 counts from then on. */
export function tellV8(): void {
  // Node 20. Later versions of V8 do much the same by themselves, and complain about unknown flags.
  if (process.versions.v8.startsWith('11.')) {
    set(AT_START);
    setTimeout(() => set(AFTERWARDS), START_MS).unref();
  }
  // Small buffers share larger ones of this size, which the C library returns to the kernel when they are freed (MALLOC_MMAP_THRESHOLD_,
  // see launch.c).
  Buffer.poolSize = 64 * 1024;
}

function set(flags: readonly string[]): void {
  for (const flag of flags) setFlagsFromString(flag);
}
