/** V8's settings for this program. */
import { setFlagsFromString } from 'node:v8';

/**
 * V8 compiles a function to machine code after much of it has run (the budget, in bytes of bytecode), small ones no earlier than others. A
 * burst uses the budget up, a start does not. The compiler takes four megabytes on its first use.
 */
const COMPILE_LATE = ['--interrupt-budget=2000000', '--max-bytecode-size-for-early-opt=0'];

/** Call this before the functions of the daemon are created, or, in a start-up snapshot, before they run: V8 counts from then on. */
export function tellV8(): void {
  // Node 20. Later versions of V8 do much the same by themselves, and complain about unknown flags.
  if (process.versions.v8.startsWith('11.')) for (const flag of COMPILE_LATE) setFlagsFromString(flag);
  // Small buffers share larger ones of this size, which the C library returns to the kernel when they are freed (MALLOC_MMAP_THRESHOLD_,
  // see launch.c).
  Buffer.poolSize = 64 * 1024;
}
