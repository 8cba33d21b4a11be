/** Changing the run level: a login record, and an event that does everything else (reference: system §4). */
import { LOGIN_FILES, type LoginFiles, readRunlevel, recordRunlevel } from '@upstart/common/login-records';
import { origin } from '../command.ts';
import { connectSystem } from './tool.ts';

/**
 * The level before the change: the environment of a job that changes it says so, even if it says that there was none; else the
 * last record does.
 */
export function previousRunlevel(env: NodeJS.ProcessEnv, files: LoginFiles): string {
  if (env.RUNLEVEL !== undefined) return env.RUNLEVEL.charAt(0) || 'N';
  try {
    return readRunlevel(files.utmp)?.level ?? 'N';
  } catch {
    return 'N';
  }
}

/** Changes to `level`. `extras` are `KEY=VALUE` of the event. Rejects when there is no init to tell. */
export async function changeRunlevel(program: string, level: string, extras: readonly string[]): Promise<void> {
  const previous = previousRunlevel(process.env, LOGIN_FILES);
  const client = await connectSystem(program);
  try {
    recordRunlevel(LOGIN_FILES, { level, previous }, Date.now());
    const env = [`RUNLEVEL=${level}`, `PREVLEVEL=${previous}`, ...extras];
    // From inside of a job, rc-sysinit for example, the event follows from that one.
    await client.call('emit', { name: 'runlevel', env, wait: false, ...origin(process) });
  } finally {
    client.close();
  }
}
