/**
 * The address by which D-Bus clients know a session, `unix:abstract=/com/ubuntu/upstart-session/UID/PID`, and the control socket of that
 * session: scripts that were written for D-Bus may have it in UPSTART_SESSION.
 */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { CONTROL_SOCKET } from './address.ts';
import { initIdentity, readOwner } from './run-folder.ts';
import type { SessionEnv } from './sessions.ts';

const ADDRESS = /^unix:abstract=\/com\/ubuntu\/upstart-session\/(\d+)\/(\d+)$/;

/** The address of the session whose init is `pid`. */
export function dbusAddress(uid: number, pid: number): string {
  return `unix:abstract=/com/ubuntu/upstart-session/${uid}/${pid}`;
}

/** The control socket of the session that D-Bus clients know by `address`; null: it is no such address, or there is no such session. */
export function socketOfDBusAddress(address: string, env: SessionEnv): string | null {
  const [, uid, pid] = ADDRESS.exec(address) ?? [];
  if (uid === undefined || pid === undefined) return null;
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
function findFolder(parent: string, prefix: string, uid: string, pid: string): string | null {
  const { pidNamespace } = initIdentity(Number(pid));
  for (const name of attempt(() => readdirSync(parent)) ?? []) {
    if (name !== `${prefix}-${pid}` && !name.startsWith(`${prefix}-${pid}-`)) continue;
    const folder = join(parent, name);
    const found = attempt(() => lstatSync(folder));
    if (!found?.isDirectory() || found.uid !== Number(uid) || (found.mode & 0o077) !== 0) continue;
    const owner = readOwner(folder)?.init;
    if (owner?.pid === Number(pid) && owner.pidNamespace === pidNamespace) return folder;
  }
  return null;
}

/** The folders in the environment of the init itself; empty for the init of another user. */
function initEnvironment(pid: string): SessionEnv {
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
