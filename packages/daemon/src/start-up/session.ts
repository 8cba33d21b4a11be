/** The messages of a session's init to its user, and when it ends in favour of another session. */
import { rmSync } from 'node:fs';
import type { Session, SessionEnv } from '@upstart/protocol';
import type { Log } from '../log/log.ts';
import { leftovers } from '../places/leftovers.ts';
import { sessionOnSameFolders } from '../places/other-session.ts';
import type { Places } from '../places/places.ts';
import { writeSessionFile } from '../places/session-file.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { endInit } from './end-init.ts';

/** Ends an init if another session has its folders of job files; returns whether it did. */
export function givesWay(
  supervisor: Supervisor,
  places: Places,
  initPid: number,
  initEnv: SessionEnv,
  log: Log,
): boolean {
  const other = sessionOnSameFolders(places, initPid, initEnv);
  if (other) refuseSecond(supervisor, places, other, log);
  return other !== null;
}

function refuseSecond(supervisor: Supervisor, { runtimeDir, sources }: Places, other: Session, log: Log): void {
  const folders = `the folders of this one (${sources.join(', ')})`;
  const way = 'start another one with --allow-second';
  log.write(
    'fatal',
    `A session runs on ${folders}: UPSTART_SESSION=${other.address} (init, process ${other.pid}); ${way}`,
  );
  rmSync(runtimeDir, { recursive: true, force: true });
  endInit(supervisor, 1);
}

/** The first message of a session: its socket, and how other shells reach it. */
export function welcome({ sessionAddress, runtimeDir }: Places, initPid: number, log: Log): void {
  log.write(
    'message',
    `Session at ${sessionAddress}; other shells reach it with: export UPSTART_SESSION=${sessionAddress}`,
  );
  if (runtimeDir.endsWith(`-${initPid}`)) return;
  const usual = runtimeDir.replace(/-\w+$/, '');
  log.write('warn', `${usual}: This folder belongs to somebody else, so this session is in ${runtimeDir}`);
}

/** Warns of jobs that killed sessions have left running. */
export function warnOfLeftovers({ runtimeDir }: Places, initPid: number, log: Log): void {
  for (const warning of leftovers(runtimeDir, initPid)) log.write('warn', warning);
}

/** A session works without being announced: its jobs know its address. */
export function announce({ sessionFile, runtimeDir }: Places, log: Log): void {
  if (!sessionFile) return;
  try {
    writeSessionFile(sessionFile, runtimeDir);
  } catch (error) {
    log.write('error', `Unable to announce the session: ${(error as Error).message}`);
  }
}
