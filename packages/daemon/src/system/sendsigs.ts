/**
 * The init scripts of a shutdown end whatever is left with signals. What is named in `/run/sendsigs.omit.d` they leave alone, and
 * wait for no longer: init has work to do until the end.
 */
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OMITTED = '/run/sendsigs.omit.d';
const NAME = 'upstart';
const LOGGER = '/lib/upstart/logger';

/** Names this process, the helpers that it has started, and the logger. Without the folder, or room in it, all is as before. */
export function omitFromSendsigs(folder = OMITTED): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o755 });
    writeFileSync(join(folder, NAME), `${[process.pid, ...childrenOf(process.pid), ...loggers()].join('\n')}\n`);
  } catch {
    // The daemon is ended then, and followed by another one.
  }
}

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean);
}

/** The supervisor's other child that is part of init. */
function loggers(): string[] {
  return childrenOf(process.ppid).filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/exe`).endsWith(LOGGER);
    } catch {
      return false;
    }
  });
}
