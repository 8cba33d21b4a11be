/** `list-sessions` (reference: control §3.7). */
import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import {
  announcedSession,
  CONTROL_SOCKET,
  findSessions,
  isElsewhere,
  parseAddress,
  pidOfSessionFile,
  type Session,
  sessionFolder,
} from '@upstart/protocol';
import type { Command } from '../command.ts';
import type { CommandContext } from '../context.ts';
import type { Printer } from '../printer.ts';

/** The sessions that a caller has; null, with an error, if there is no telling. */
export function sessionsOf(env: CommandContext['env'], print: Printer): Session[] | null {
  const runtime = env.XDG_RUNTIME_DIR ?? '';
  const announced = isAbsolute(runtime) ? announcedSessions(sessionFolder(runtime), print) : [];
  if (announced === null) {
    print.failure('unable to determine sessions');
    return null;
  }
  const sessions = announced.length > 0 ? announced : otherSessions(env);
  if (sessions.length > 0 || isAbsolute(runtime)) return sessions.map((session) => asNamed(session, env));
  print.failure('Unable to query session directory');
  return null;
}

export const listSessions: Command = {
  name: 'list-sessions',
  group: 'Other',
  synopsis: 'List all sessions.',
  usage: '',
  wordKind: 'none',
  most: 0,
  options: [],
  help: 'The process id and the address of the init daemon of each session are output.',
  local: true,
  async run({ context, print }) {
    const sessions = sessionsOf(context.env, print);
    for (const { pid, address } of sessions ?? []) print.line(`${pid} ${address}`);
    return sessions === null ? 1 : 0;
  },
};

/** The sessions that files tell of; null if there is no telling. */
function announcedSessions(dir: string, print: Printer): Session[] | null {
  const names = sessionFiles(dir);
  if (names === null) return null;
  const found: Session[] = [];
  for (const name of names) {
    const path = join(dir, name);
    const pid = pidOfSessionFile(name);
    if (pid === null) continue;
    const session = announcedSession(path);
    if (!existsSync(`/proc/${pid}`) || (session && isElsewhere(session))) {
      print.info(`Ignoring stale session file: ${path}`);
    } else if (session) {
      found.push(session);
    }
  }
  return found;
}

/** The caller's own session has the address by which the caller knows it: scripts look for that one in the list. */
function asNamed(session: Session, { UPSTART_SESSION: own = '' }: CommandContext['env']): Session {
  const socket = session.folder === null ? null : join(session.folder, CONTROL_SOCKET);
  return socket !== null && parseAddress(own) === socket ? { ...session, address: own } : session;
}

/** Sessions without a session file, for a caller without an address: with one, only the files of the folder count. */
function otherSessions(env: CommandContext['env']): Session[] {
  return env.UPSTART_SESSION === undefined ? findSessions(env) : [];
}

/** The names in the folder; none if there is no folder yet, null if it cannot be read. */
function sessionFiles(dir: string): string[] | null {
  try {
    return readdirSync(dir);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null;
  }
}
