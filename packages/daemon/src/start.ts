/**
 * Starts the daemon (`main.ts`), once V8 has been told what kind of program this is: what is set after its functions were
 * made does not count for them.
 */
import { setFlagsFromString } from 'node:v8';

/**
 * How much of a function has to run before it is compiled to machine code: a start is not enough, a burst is. The compiler
 * takes four megabytes as soon as it is used at all.
 */
const INTERRUPT_BUDGET = 2_000_000;

setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
// Small functions are no exception.
setFlagsFromString('--max-bytecode-size-for-early-opt=0');
const bundle: string = './daemon-main.js';
await import(bundle);
