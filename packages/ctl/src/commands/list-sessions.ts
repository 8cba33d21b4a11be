/** `list-sessions` (reference: control §3.7). */
import { existsSync, readdirSync, readSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Command } from '../command.ts';
import { withRegularFile } from '../regular-file.ts';

const SESSION_FILE = /^([0-9]+)\.session$/;
const ASSIGNMENT = 'UPSTART_SESSION=';
/** How much of a file is read: more than any address. */
const MAX_BYTES = 4096;

export const listSessions: Command = {
  name: 'list-sessions',
  group: 'Other',
  synopsis: 'List all sessions.',
  usage: '',
  options: [],
  help: 'The process id and the address of the init daemon of each session are output.',
  local: true,
  async run({ context, print }) {
    const runtime = context.env.XDG_RUNTIME_DIR ?? '';
    if (!isAbsolute(runtime)) {
      print.failure('Unable to query session directory');
      return 1;
    }
    const dir = join(runtime, 'upstart', 'sessions');
    const names = sessionFiles(dir);
    if (names === null) {
      print.failure('unable to determine sessions');
      return 1;
    }
    for (const name of names) {
      const path = join(dir, name);
      const pid = SESSION_FILE.exec(name)?.[1];
      if (pid === undefined) continue;
      if (!existsSync(`/proc/${pid}`)) {
        print.info(`Ignoring stale session file: ${path}`);
        continue;
      }
      const address = addressIn(path);
      if (address !== null) print.line(`${pid} ${address}`);
    }
    return 0;
  },
};

/** The names in the folder; none if there is no folder yet, null if it cannot be read. */
function sessionFiles(dir: string): string[] | null {
  try {
    return readdirSync(dir);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null;
  }
}

/** The address in a session file; null if it is none, or has just gone. */
function addressIn(path: string): string | null {
  try {
    const bytes = Buffer.alloc(MAX_BYTES);
    const length = withRegularFile(path, (fd) => readSync(fd, bytes));
    const [line = ''] = bytes.toString('utf8', 0, length).split('\n');
    return line.startsWith(ASSIGNMENT) ? line.slice(ASSIGNMENT.length) : null;
  } catch {
    return null;
  }
}
