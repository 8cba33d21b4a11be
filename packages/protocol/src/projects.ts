/** The sessions of projects (`upstart up`): where they keep their state, and which folder each belongs to. */
import { readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { cryptoModule } from '@upstart/common';
import { projectAround } from './project-files.ts';
import { readOwner } from './run-folder.ts';
import type { Session } from './sessions.ts';

/** In the state folder: the path of the project's folder. */
export const PROJECT_FILE = 'project';
/** In the state folder: the folder of logs. */
export const PROJECT_LOGS = 'logs';

export interface StateEnv {
  readonly HOME?: string | undefined;
  readonly XDG_STATE_HOME?: string | undefined;
}

/** The state folder of the project in `folder`, which is its real path. */
export function projectState(folder: string, { HOME = '/', XDG_STATE_HOME: given = '' }: StateEnv): string {
  const states = isAbsolute(given) ? given : join(HOME, '.local/state');
  const hash = cryptoModule().createHash('sha256').update(folder).digest('hex').slice(0, 8);
  const name = basename(folder).replace(/[^\w.-]/g, '_');
  return join(states, 'upstart/projects', `${name}-${hash}`);
}

/** The folder of the project whose session this is; null for any other session. */
export function projectOf({ folder }: Session): string | null {
  const used = folder === null ? null : readOwner(folder)?.used;
  return used == null ? null : projectOfLogs(used.logDir);
}

/** The folder of the project whose logs are in `logDir`; null: they are no project's. */
export function projectOfLogs(logDir: string): string | null {
  if (basename(logDir) !== PROJECT_LOGS) return null;
  try {
    const path = readFileSync(join(dirname(logDir), PROJECT_FILE), 'utf8').trimEnd();
    return isAbsolute(path) ? path : null;
  } catch {
    return null;
  }
}

/**
 * The session that a caller in the folder `here` means: that of the innermost project around it, else the only one that is no
 * project's, else the only one at all, unless `here` is in a project, which does not run then; null if there is no telling.
 */
export function sessionHere(sessions: readonly Session[], here: string): Session | null {
  const projects = sessions.map((session) => ({ session, project: projectOf(session) }));
  const around = projects
    .filter(({ project }) => project !== null && contains(project, here))
    .sort((one, other) => (other.project?.length ?? 0) - (one.project?.length ?? 0));
  if (around[0]) return around[0].session;
  const own = projects.filter(({ project }) => project === null);
  const [only, ...others] = own.length > 0 ? own : projects;
  const isMeant = only !== undefined && others.length === 0 && (own.length > 0 || projectAround(here) === null);
  return isMeant ? only.session : null;
}

/** Whether `path` is `folder` or lies in it; both without links. */
export function contains(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}
