/** Start/stop cycles on a real session: the memory and descriptors of daemon and supervisor must not grow. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { descriptorsOf, ownMemoryOf } from '../chaos/proc.ts';
import { Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';

export interface Footprint {
  daemonKiB: number;
  supervisorKiB: number;
  daemonDescriptors: number;
  supervisorDescriptors: number;
}

/** As /proc/net/unix says it. */
const CONNECTED = '03';
const COUNTED = ['daemonKiB', 'supervisorKiB', 'daemonDescriptors', 'supervisorDescriptors'] as const;

export interface SessionSoak {
  cycles: number;
  /** After the warm-up, half of the cycles, and all of them. */
  before: Footprint;
  half: Footprint;
  after: Footprint;
  /** Milliseconds that stopping took before and after, with a kill timeout of 1 s that is needed. */
  killedAfter: [number, number];
}

const WARM_UP = 60;
/** KiB. What is compiled and kept shows in the first thousands of cycles. */
const WARM_DAEMON_GROWTH = 64 * 1024;
const DAEMON_GROWTH = 16 * 1024;
const SUPERVISOR_GROWTH = 512;
/** From so many cycles on the second half counts as warm. */
const WARM_FROM = 2000;

const JOBS = {
  web: 'pre-start exec true\nexec sleep 1000\n',
  chore: 'start on started web\ntask\nexec echo done\n',
  stubborn: 'kill timeout 1\nscript\n  trap "" TERM\n  echo > LEDGER/deaf\n  exec sleep 1000\nend script\n',
};

/** Throws if the memory or the descriptors grow beyond their limits, and stay there. */
export async function soakSession(cycles: number): Promise<SessionSoak> {
  const session = await Session.start({ jobs: JOBS });
  try {
    for (let i = 0; i < WARM_UP; i++) await cycle(session);
    const killedBefore = await killedAfter(session);
    const before = await firstFootprint(session);
    for (let i = 0; i < cycles / 2; i++) await cycle(session);
    const limits = {
      ...before,
      daemonKiB: before.daemonKiB + WARM_DAEMON_GROWTH,
      supervisorKiB: before.supervisorKiB + SUPERVISOR_GROWTH,
    };
    const half = await footprintWithin(limits, session);
    for (let i = 0; i < cycles / 2; i++) await cycle(session);
    const killed = await killedAfter(session);
    if (cycles >= WARM_FROM) limits.daemonKiB = Math.min(limits.daemonKiB, half.daemonKiB + DAEMON_GROWTH);
    const after = await footprintWithin(limits, session);
    return { cycles, before, half, after, killedAfter: [killedBefore, killed] };
  } finally {
    await session.kill();
  }
}

/** Kill timeouts that were too short. */
export function sessionComplaints({ killedAfter }: SessionSoak): string[] {
  return killedAfter.filter((took) => took < 1000).map((took) => `session: a kill timeout of 1000 ms took ${took}`);
}

async function killedAfter(session: Session): Promise<number> {
  const deaf = join(session.ledger, 'deaf');
  rmSync(deaf, { force: true });
  await session.run('start', 'stubborn');
  await eventually('it ignores the signal', () => existsSync(deaf));
  const { status, stderr, took } = await session.run('stop', 'stubborn');
  if (status !== 0) throw new Error(`stop: ${stderr}`);
  return Math.floor(took);
}

async function cycle(session: Session): Promise<void> {
  const started = await session.run('start', 'web');
  if (started.status !== 0) throw new Error(`start: ${started.stderr}`);
  const stopped = await session.run('stop', 'web');
  if (stopped.stdout !== 'web stop/waiting\n') throw new Error(`stop: ${stopped.stdout}${stopped.stderr}`);
}

/** Once as many descriptors are open as a moment before: one may be open for a moment. */
async function firstFootprint(session: Session): Promise<Footprint> {
  const look = await quiet(session);
  let before = look();
  return eventually('the descriptors stay as they are', () => {
    const now = look();
    const isSettled =
      now.daemonDescriptors === before.daemonDescriptors && now.supervisorDescriptors === before.supervisorDescriptors;
    before = now;
    return isSettled && now;
  });
}

/** Once nothing exceeds `limits`: the daemon collects its garbage a second after a burst. */
async function footprintWithin(limits: Footprint, session: Session): Promise<Footprint> {
  const look = await quiet(session);
  let now = look();
  const isWithin = (): Footprint | false => {
    now = look();
    return COUNTED.every((count) => now[count] <= limits[count]) && now;
  };
  return eventually('the session is as small as before', isWithin).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify({ limits, now })}`);
  });
}

/** Waits until nothing is under way; returns how to look at the session then. */
async function quiet(session: Session): Promise<() => Footprint> {
  await eventually('the last task has ended', async () => {
    return (await session.run('status', 'chore')).stdout === 'chore stop/waiting\n';
  });
  await eventually('the last client is gone', () => !hasClients(session));
  const daemon = await eventually('there is a daemon', () => session.daemon());
  return () => ({
    daemonKiB: ownMemoryOf(daemon),
    supervisorKiB: ownMemoryOf(session.pid),
    daemonDescriptors: descriptorsOf(daemon),
    supervisorDescriptors: descriptorsOf(session.pid),
  });
}

/** Whether the daemon's end of a connection is open: it goes by the name of the socket that was connected to. */
function hasClients({ runtime }: Session): boolean {
  const lines = readFileSync('/proc/net/unix', 'latin1').split('\n');
  return lines.some((line) => line.includes(`${runtime}/`) && line.split(/\s+/)[5] === CONNECTED);
}
