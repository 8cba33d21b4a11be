/** runlevel: the run level, and the one before (reference: system §4.3). */
import { systemErrorText, type Tool } from '@upstart/common';
import { LOGIN_FILES, type Runlevel, readRunlevel } from '@upstart/common/login-records';

export const runlevel: Tool = {
  name: 'runlevel',
  usage: '[UTMP]',
  wordKind: 'file',
  synopsis: 'Output previous and current runlevel.',
  options: [],
  help: 'They are read from the file UTMP, by default the one of the system. Inside a job that was started by a change of the runlevel, they are the ones of that change.',
  run({ args: [path = LOGIN_FILES.utmp], out }) {
    const found = fromEnvironment(process.env) ?? fromFile(path);
    const known = found !== null && found.level !== 'N';
    out(known ? `${found.previous} ${found.level}\n` : 'unknown\n');
    return known ? 0 : 1;
  },
};

/** A variable that is set and empty means that there is none yet: the record is from another boot, or from single-user mode. */
function fromEnvironment({ RUNLEVEL: level, PREVLEVEL: previous = '' }: NodeJS.ProcessEnv): Runlevel | null {
  return level === undefined ? null : { level: level.charAt(0) || 'N', previous: previous.charAt(0) || 'N' };
}

function fromFile(path: string): Runlevel | null {
  try {
    return readRunlevel(path);
  } catch (error) {
    throw new Error(`${path}: ${systemErrorText(error)}`);
  }
}
