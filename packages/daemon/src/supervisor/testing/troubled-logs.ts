/** Jobs whose logs cannot be written, and what is reported of it. */
import { join } from 'node:path';
import { type Daemon, Init } from './init.ts';

/** For `compileInit`. Pauses are short: 20 ms at first, and a trouble is over after 100 ms. */
export const QUICK = '-DTROUBLE_PAUSE=20';
const SANITIZER_OPTIONS = { ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=0:exitcode=99' };
/** The line of a log in place of what was dropped: how many bytes, and why. */
export const MISSING = /^init: (\d+) bytes of output are missing here: (.*)\r\n/m;

export async function started(program: string, through?: string[]) {
  const init = Init.start(program, { env: SANITIZER_OPTIONS, ...(through ? { through } : {}) });
  return { init, daemon: await init.daemon(), log: join(init.folder, 'job.log') };
}

/** A shell command line whose output is logged. */
export const logged = (daemon: Daemon, id: number, text: string, logPath: string) =>
  daemon.shell(id, text, { console: 'log', logPath });
export const reportsOf = (daemon: Daemon, type: string) => daemon.reports.filter((report) => report.type === type);
