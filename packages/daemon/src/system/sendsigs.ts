/**
 * The init scripts of a shutdown end whatever is left with signals. What is named in `/run/sendsigs.omit.d` they leave alone, and
 * wait for no longer: init has work to do until the end.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OMITTED = '/run/sendsigs.omit.d';
const NAME = 'upstart';

/** Names this process and the helpers that it has started. Without the folder, or room in it, all is as before. */
export function omitFromSendsigs(folder = OMITTED): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o755 });
    writeFileSync(join(folder, NAME), `${[process.pid, ...helpers()].join('\n')}\n`);
  } catch {
    // The daemon is ended then, and followed by another one.
  }
}

function helpers(): string[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').split(' ').filter(Boolean);
}
