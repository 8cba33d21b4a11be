/** Another session of this user on the same folders: the same jobs would run twice. */
import { findSessions, readOwner, type Session, type SessionEnv } from '@upstart/protocol';
import type { Places } from './places.ts';

/** The live session, other than that of init `pid`, that has the folders of job files and the log folder of `places`; null for none. */
export function sessionOnSameFolders(places: Places, pid: number, env: SessionEnv): Session | null {
  const others = findSessions(env).filter((session) => session.pid !== pid);
  return others.find((session) => usesFolders(session, places)) ?? null;
}

function usesFolders({ folder }: Session, { sources, logDir }: Places): boolean {
  const used = folder === null ? null : readOwner(folder)?.used;
  return used != null && used.logDir === logDir && used.sources.join('\0') === sources.join('\0');
}
