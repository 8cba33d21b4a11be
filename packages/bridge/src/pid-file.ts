/** The file with the pid of a bridge that has detached (reference: bridges §1.2). */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** The path for `program`; `initPid`: the init of its session, null for that of the system. */
export function pidFilePath(program: string, initPid: number | null, env: Env): string {
  const folder = env.XDG_RUNTIME_DIR || env.HOME;
  if (initPid === null || !folder) return `/var/run/${program}.pid`;
  return join(folder, `${program}.${initPid}.pid`);
}

export function writePidFile(path: string): void {
  writeFileSync(path, `${process.pid}\n`);
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}
