/** V8's settings for this program. */
import { setFlagsFromString } from 'node:v8';

/**
 * Functions are compiled to machine code when much of them has run (the budget, in bytes of bytecode), small ones no sooner than
 * others: a burst is enough for that, a start is not. The compiler takes four megabytes as soon as it is used at all.
 */
const COMPILE_LATE = ['--interrupt-budget=2000000', '--max-bytecode-size-for-early-opt=0'];

/** To be called before the functions of the daemon are made, or, in a start-up snapshot, before they run: they are counted from then on. */
export function tellV8(): void {
  // Node 20. Later versions of V8 do much the same by themselves, and complain about names that they do not know.
  if (process.versions.v8.startsWith('11.')) for (const flag of COMPILE_LATE) setFlagsFromString(flag);
  // Small buffers share one of a size that is given back to the kernel when it is freed (MALLOC_MMAP_THRESHOLD_, see launch.c).
  Buffer.poolSize = 64 * 1024;
}
