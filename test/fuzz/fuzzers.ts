/** All fuzzers. */
import { commandLines } from './command-lines.ts';
import { controlFrames } from './control-frames.ts';
import type { Fuzzer } from './fuzzer.ts';
import { jobFiles } from './job-files.ts';
import { journal } from './journal.ts';
import { daemonEnd, supervisorEnd } from './supervisor-frames.ts';

export const FUZZERS: readonly Fuzzer[] = [jobFiles, controlFrames, daemonEnd, supervisorEnd, journal, commandLines];
