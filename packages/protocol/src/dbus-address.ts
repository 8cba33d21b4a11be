/**
 * The control socket of a session whose init is known by user and pid, as `UPSTART_SESSION` names it in jobs: it is in the run-time folder of
 * that init.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { CONTROL_SOCKET, parseDBusAddress, type SessionEnv } from './address.ts';
import { initIdentity, readOwner } from './run-folder.ts';

/** The control socket of the session that D-Bus clients know by `address`; null: it is no such address, or there is no such session. */
export function socketOfDBusAddress(address: string, env: SessionEnv): string | null {
  const init = parseDBusAddress(address);
  if (init === null) return null;
  const { uid, pid } = init;
  // A job need not have the folders of its init in its environment.
  for (const { XDG_RUNTIME_DIR: given = '', TMPDIR } of [env, initEnvironment(pid)]) {
    const runtime = isAbsolute(given) ? given : `/run/user/${uid}`;
    const found =
      findFolder(join(runtime, 'upstart'), 'init', uid, pid) ??
      findFolder(TMPDIR || '/tmp', `upstart-${uid}`, uid, pid);
    if (found !== null) return join(found, CONTROL_SOCKET);
  }
  return null;
}

/** The folder `PREFIX-PID`, with more behind it where another init had that name, that this init has made. */
function findFolder(parent: string, prefix: string, uid: number, pid: number): string | null {
  const { pidNamespace } = initIdentity(pid);
  for (const name of attempt(() => readdirSync(parent)) ?? []) {
    if (name !== `${prefix}-${pid}` && !name.startsWith(`${prefix}-${pid}-`)) continue;
    const folder = join(parent, name);
    const found = attempt(() => lstatSync(folder));
    if (!found?.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) continue;
    const owner = readOwner(folder)?.init;
    if (owner?.pid === pid && owner.pidNamespace === pidNamespace) return folder;
  }
  return null;
}

/** The folders in the environment of the init itself; empty for the init of another user. */
function initEnvironment(pid: number): SessionEnv {
  const text = attempt(() => readFileSync(`/proc/${pid}/environ`, 'latin1')) ?? '';
  const value = (name: string): string | undefined =>
    text
      .split('\0')
      .find((variable) => variable.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  return { XDG_RUNTIME_DIR: value('XDG_RUNTIME_DIR'), TMPDIR: value('TMPDIR') };
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
