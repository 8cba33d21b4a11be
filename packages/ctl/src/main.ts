/** The launcher's fallback, bundled as `ctl.js`. */
import { runProgram } from './start-up/program.ts';

await runProgram();
