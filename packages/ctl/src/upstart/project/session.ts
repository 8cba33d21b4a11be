/** The session of a project: starting its init, and ending it job by job. */
import { spawn } from 'node:child_process';
import { accessSync, constants, openSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemErrorText } from '@upstart/common';
import {
  CONTROL_SOCKET,
  connect,
  findSessions,
  hasLiveInit,
  type Session,
  type UpstartClient,
} from '@upstart/protocol';
import type { CommandContext } from '../../context.ts';
import { toolPath } from '../tool-program.ts';
import type { Project } from './project.ts';
import { type ProjectSession, StateFolder } from './state-folder.ts';

/** A session may take so long until it answers, in milliseconds, and is looked for so often. */
const START_TIMEOUT_MS = 30_000;
const PAUSE_MS = 20;
/** Of jobs that name no console; and an event for nobody, as the command emits `startup` once it listens. */
const DEFAULTS = ['--default-console', 'log', '--startup-event', 'project-session'];
/** Settings of init, instead of those of the user's own session. */
const SETTINGS = 'log-rotate-size 10M\n';
/** Beside the libraries: where programs are installed, and where they are built. */
const PROGRAM_FOLDERS = ['../../sbin', '../../bin'];
/** Variables that would make the init one inside another job. */
const OF_JOBS = /^UPSTART_(?:SESSION|JOB|INSTANCE|EVENTS|STOP_EVENTS|FDS|NO_SESSIONS|CONFDIR)$/;

/** The state of the innermost project around `folder` that has a session; null: none has. */
export function stateAround(folder: string, env: CommandContext['env']): StateFolder | null {
  for (let path = realpathSync(folder); ; path = dirname(path)) {
    const state = new StateFolder(path, env);
    if (state.liveSession() !== null) return state;
    if (path === dirname(path)) return null;
  }
}

/** A client of the session. */
export async function connectTo(session: ProjectSession): Promise<UpstartClient> {
  return connect({ path: join(session.folder, CONTROL_SOCKET), client: 'upstart', endsWithInit: true });
}

/**
 * Starts the init of a project with these of its jobs, and resolves when it has announced itself. It has emitted no `startup` then. An
 * interrupt meanwhile ends it again: nobody would know of it.
 */
export async function startSession(
  project: Project,
  wanted: ReadonlySet<string>,
  state: StateFolder,
  { env, onInterrupt }: CommandContext,
): Promise<ProjectSession> {
  state.begin(SETTINGS);
  state.writeJobs(project, wanted);
  const sources = project.isNative ? [state.jobs, project.source] : [state.jobs];
  const options = ['--user', ...sources.flatMap((folder) => ['--confdir', folder]), '--logdir', state.logs];
  const log = openSync(state.initLog, 'a');
  const init = spawn(initPath(), [...options, '--config', state.settings, ...DEFAULTS], {
    cwd: project.folder,
    env: {
      ...Object.fromEntries(Object.entries(env).filter(([name]) => !OF_JOBS.test(name))),
      ...ownVariables(project, env),
    },
    // A session of its own for the kernel, too: Ctrl-C is for the command, which stops the jobs in order.
    detached: true,
    stdio: ['ignore', log, log],
  });
  const ended = new Promise<string>((resolve) => {
    init.once('error', (error) => resolve(systemErrorText(error)));
    init.once('exit', () => resolve(readFileSync(state.initLog, 'utf8').trim() || 'it ended at once'));
  });
  let isInterrupted = false;
  const ignore = onInterrupt?.(() => {
    isInterrupted = true;
    init.kill();
  });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const found = lookFor(init.pid ?? 0, env, () => isOver);
  const outcome = await Promise.race([found, ended]);
  if (isInterrupted) {
    await ended;
    throw new Error('interrupted: nothing was started');
  }
  ignore?.();
  if (typeof outcome === 'string') throw new Error(`cannot start init: ${outcome}`);
  if (outcome === null) throw new Error(`init does not answer: ${state.initLog} has what it says`);
  if (outcome.folder === null) throw new Error(`init has no folder: ${state.initLog} has what it says`);
  init.unref();
  const session = { ...outcome, folder: outcome.folder };
  state.noteSession(session);
  return session;
}

/** Variables of `.env` for job files, which do not name that file; the caller's own ones come first. */
function ownVariables({ isNative, env: own }: Project, env: CommandContext['env']): Record<string, string | undefined> {
  return isNative ? { ...own, ...env } : {};
}

async function lookFor(pid: number, env: CommandContext['env'], isOver: () => boolean): Promise<Session | null> {
  for (let left = START_TIMEOUT_MS; left > 0 && !isOver(); left -= PAUSE_MS) {
    const found = findSessions(env).find((session) => session.pid === pid);
    if (found) return found;
    await pause(PAUSE_MS);
  }
  return null;
}

/** Not by its name `init`, which a package beside the init of a machine has not got. */
function initPath(): string {
  const paths = PROGRAM_FOLDERS.map((folder) => join(toolPath(folder), 'upstart'));
  return paths.find(isExecutable) ?? 'upstart';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Ends an init whose jobs are stopped, and resolves when it has gone. */
export async function endSession(client: UpstartClient, session: ProjectSession): Promise<void> {
  // The connection may end before the answer.
  await client.call('endSession', {}).catch(() => {});
  while (hasLiveInit(join(session.folder, CONTROL_SOCKET))) await pause(PAUSE_MS);
}
