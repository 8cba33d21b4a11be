/**
 * Leftovers of a session whose supervisor was killed: its jobs keep running without an init. A new session cannot adopt them, because they
 * are not its children, but it can list them.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CONTROL_SOCKET, dbusAddress, formatAddress } from '@upstart/protocol';
import { displayName } from '../engine/model/state.ts';
import { ownJob, processIds, readTexts } from '../proc/processes.ts';

/** A warning for each dead session of this user beside this one that has left jobs. To be asked before this one listens. */
export function leftovers(runtimeDir: string, initPid: number): string[] {
  const dead = deadSessions(runtimeDir, initPid);
  if (dead.size === 0) return [];
  const found = new Map<string, string[]>();
  for (const pid of ownProcesses()) {
    if (pid === initPid || pid === process.pid) continue;
    const { job, instance, session: address } = ownJob(readTexts(`/proc/${pid}/environ`));
    if (job === null || address === null || !dead.has(address)) continue;
    const name = displayName(job, instance);
    found.set(address, [...(found.get(address) ?? []), `${name}, process ${pid}`]);
  }
  return [...found].map(([address, processes]) => {
    const what = `Init (${dead.get(address)}) of another session was killed; what it had started runs on and belongs to no init`;
    return `${what}: ${processes.join('; ')}`;
  });
}

/** The addresses and pids of sessions whose folder exists without an init. */
function deadSessions(runtimeDir: string, initPid: number): Map<string, number> {
  const [prefix = ''] = /^(?:init|upstart-\d+)-/.exec(basename(runtimeDir)) ?? [];
  const user = process.getuid?.() ?? 0;
  const dead = new Map<string, number>();
  for (const name of names(dirname(runtimeDir))) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (!(pid > 0)) continue;
    const socket = join(dirname(runtimeDir), name, CONTROL_SOCKET);
    // An earlier init may have had the pid of this one, and left its socket in the folder: this init has not made its own yet.
    const isDead = pid === initPid ? existsSync(socket) : !existsSync(`/proc/${pid}`);
    if (isDead) for (const address of [dbusAddress(user, pid), formatAddress(socket)]) dead.set(address, pid);
  }
  return dead;
}

function ownProcesses(): number[] {
  const user = process.getuid?.();
  return processIds().filter((pid) => statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === user);
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
