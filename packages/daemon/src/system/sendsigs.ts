/**
 * At a shutdown, init scripts kill all remaining processes. They neither kill nor await those in `/run/sendsigs.omit.d`: init works until
 * the end.
 */
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OMITTED = '/run/sendsigs.omit.d';
const NAME = 'upstart';
const LOGGER = '/lib/upstart/logger';
/** The most readings of a list of children. */
const MAX_READINGS = 16;

/** Lists this process, its helpers and the logger. Nothing changes without the folder, or without room in it. */
export function omitFromSendsigs(folder = OMITTED): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o755 });
    writeFileSync(join(folder, NAME), `${[process.pid, ...childrenOf(process.pid), ...loggers()].join('\n')}\n`);
  } catch {
    // The scripts kill the daemon then, and the supervisor starts the next one.
  }
}

/** The pids of the children. The kernel leaves one out when the child before it is reaped during a reading: two readings have to agree. */
export function childrenOf(pid: number, read = (path: string): string => readFileSync(path, 'latin1')): string[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  let text = read(path);
  for (let readings = 1, before = ''; text !== before && readings < MAX_READINGS; readings++) {
    before = text;
    text = read(path);
  }
  return text.split(' ').filter(Boolean);
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
