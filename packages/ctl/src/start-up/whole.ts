/** The commands in one file, with those of `upstart` and yargs, to be compiled ahead (scripts/compiled.mjs). */
export { runProgram } from './program.ts';
export { rehearse } from './rehearsal.ts';
